//! Decodes what stands between the quotation marks of a JavaScript string. Does not
//! know where strings are.

use std::borrow::Cow;

/// Decodes escapes. Returns `None` if one of them is malformed: such a text is no
/// JavaScript.
pub(super) fn decode(raw: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !raw.contains(&b'\\') {
        return Some(Cow::Borrowed(raw));
    }
    let mut units = Units::default();
    let mut rest = raw;
    while let Some((&byte, after)) = rest.split_first() {
        rest = if byte == b'\\' {
            decode_escape(after, &mut units)?
        } else {
            units.push_bytes(&[byte]);
            after
        };
    }
    units.end_surrogate();
    Some(Cow::Owned(units.decoded))
}

/// Decodes one escape, from behind its backslash, and returns what follows it.
fn decode_escape<'t>(escape: &'t [u8], units: &mut Units) -> Option<&'t [u8]> {
    let (&kind, after) = escape.split_first()?;
    match kind {
        b'x' => {
            units.push_unit(hex(after.get(..2)?)?);
            Some(&after[2..])
        }
        b'u' if after.starts_with(b"{") => {
            let end = after.iter().position(|&byte| byte == b'}')?;
            let code = hex(&after[1..end])?;
            (code <= 0x0010_ffff).then(|| units.push_unit(code))?;
            Some(&after[end + 1..])
        }
        b'u' => {
            units.push_unit(hex(after.get(..4)?)?);
            Some(&after[4..])
        }
        b'0'..=b'7' => {
            // Up to three octal digits, at most 0o377, as classic scripts allow.
            let most = if kind <= b'3' { 3 } else { 2 };
            let is_octal = |byte: &&u8| (b'0'..=b'7').contains(*byte);
            let length = escape.iter().take(most).take_while(is_octal).count();
            let digits = escape[..length].iter();
            units.push_unit(digits.fold(0, |code, digit| code * 8 + u32::from(digit - b'0')));
            Some(&escape[length..])
        }
        b'\r' => Some(after.strip_prefix(b"\n").unwrap_or(after)),
        b'\n' => Some(after),
        0xe2 if matches!(after, [0x80, 0xa8 | 0xa9, ..]) => Some(&after[2..]),
        _ => {
            units.push_bytes(&[match kind {
                b'b' => 8,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 11,
                b'f' => 12,
                b'r' => b'\r',
                other => other,
            }]);
            Some(after)
        }
    }
}

/// The number that hexadecimal digits, at least one, stand for.
fn hex(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |code, &digit| {
        let value = char::from(digit).to_digit(16)?;
        code.checked_mul(16)?.checked_add(value)
    })
}

/// Decoded text. Two escapes in a row may be the surrogates of one character.
#[derive(Default)]
struct Units {
    decoded: Vec<u8>,
    lead: Option<u32>,
}

impl Units {
    fn push_bytes(&mut self, bytes: &[u8]) {
        self.end_surrogate();
        self.decoded.extend(bytes);
    }

    fn push_unit(&mut self, unit: u32) {
        if let (Some(lead), 0xdc00..=0xdfff) = (self.lead, unit) {
            self.lead = None;
            self.push_char(0x0001_0000 + ((lead - 0xd800) << 10) + (unit - 0xdc00));
            return;
        }
        self.end_surrogate();
        if (0xd800..=0xdbff).contains(&unit) {
            self.lead = Some(unit);
        } else {
            self.push_char(unit);
        }
    }

    /// Replaces a surrogate that stands alone, as URLs do.
    fn end_surrogate(&mut self) {
        if self.lead.take().is_some() {
            self.push_char(0xfffd);
        }
    }

    fn push_char(&mut self, code: u32) {
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        self.decoded
            .extend(character.encode_utf8(&mut [0; 4]).bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_as_javascript_does() {
        for (raw, expected) in [
            (r"a.js", "a.js"),
            (r"\x61.js", "a.js"),
            (r"\u0061\u{2e}j\s", "a.js"),
            (r"\u{1F600}\ud83d\ude00", "\u{1f600}\u{1f600}"),
            (r"\ud83dx\ude00", "\u{fffd}x\u{fffd}"),
            (r"\ud83d", "\u{fffd}"),
            (r"\141\0", "a\0"),
            (r"\400", "\u{20}0"),
            (r"\'\\\/", "'\\/"),
            (r"\n\t", "\n\t"),
            ("a\\\r\nb\\\nc\\\u{2028}d\\\r.", "abcd."),
            (r"\8\q", "8q"),
            ("\\\u{e9}", "\u{e9}"),
        ] {
            let decoded = decode(raw.as_bytes());
            assert_eq!(decoded.as_deref(), Some(expected.as_bytes()), "{raw}");
        }
        for raw in [
            r"\x6",
            r"\xzz",
            r"\u006",
            r"\u{",
            r"\u{}",
            r"\u{110000}",
            r"\u{fffffffff}",
            "\\",
        ] {
            assert_eq!(decode(raw.as_bytes()), None, "{raw}");
        }
        assert_eq!(decode(b"\xe9\\x41").as_deref(), Some(&b"\xe9A"[..]));
    }
}
