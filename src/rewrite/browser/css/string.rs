//! Decodes CSS strings and unquoted URLs, by bytes, so that a text need not be UTF-8.
//! Does not know where they stand.

use std::borrow::Cow;

/// Decodes what stands between quotation marks or in `url(…)`.
pub(super) fn decode(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.iter().any(|&byte| matches!(byte, b'\\' | 0)) {
        return Cow::Borrowed(raw);
    }
    let mut decoded = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b'\\' => decode_escape(after, &mut decoded),
            0 => {
                push_char(&mut decoded, 0);
                after
            }
            _ => {
                decoded.push(byte);
                after
            }
        };
    }
    Cow::Owned(decoded)
}

/// Decodes one escape, from behind its backslash, and returns what follows it.
fn decode_escape<'t>(escape: &'t [u8], decoded: &mut Vec<u8>) -> &'t [u8] {
    let hex_digits = escape
        .iter()
        .take(6)
        .map_while(|&byte| char::from(byte).to_digit(16));
    let (length, code) = hex_digits.fold((0, 0), |(length, code), digit| {
        (length + 1, code * 16 + digit)
    });
    if length > 0 {
        push_char(decoded, code);
        return skip_one_space(&escape[length..]);
    }
    match escape {
        // An escaped line end stands for nothing, and so does one at the end.
        [b'\n' | b'\r' | 0x0c, ..] => skip_one_space(escape),
        [0, after @ ..] => {
            push_char(decoded, 0);
            after
        }
        [byte, after @ ..] => {
            decoded.push(*byte);
            after
        }
        [] => escape,
    }
}

/// Skips one character of white space; a line end of two bytes is one.
fn skip_one_space(text: &[u8]) -> &[u8] {
    match text {
        [b'\r', b'\n', after @ ..] | [b' ' | b'\t' | b'\n' | b'\r' | 0x0c, after @ ..] => after,
        _ => text,
    }
}

/// Appends a character. NUL, surrogates and what is too large are replaced.
fn push_char(decoded: &mut Vec<u8>, code: u32) {
    let character = char::from_u32(code).filter(|&character| character != '\0');
    let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
    decoded.extend(character.encode_utf8(&mut [0; 4]).bytes());
}

#[cfg(test)]
mod tests {
    use cssparser::{Parser, Token};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_are_decoded_as_css_does() {
        for (raw, expected) in [
            ("a.png", "a.png"),
            (r"\61 .png", "a.png"),
            (r"\61.png", "a.png"),
            (r"\000061b", "ab"),
            (r"\0000061", "\u{6}1"),
            ("\\61\r\nb\\61  c", "aba c"),
            ("a\\\nb\\\r\nc\\\x0cd", "abcd"),
            (r"\0 \d800 \110000 ", "\u{fffd}\u{fffd}\u{fffd}"),
            (r#"\"\'\)\g"#, "\"')g"),
            ("a\0b\\\0", "a\u{fffd}b\u{fffd}"),
            ("a\\", "a"),
        ] {
            assert_eq!(decode(raw.as_bytes()), expected.as_bytes(), "{raw}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn strings_are_decoded_as_cssparser_does(raw in r"([a-f0-9g \\\t\n\r\x0c\x00é'] ?|\\[\n0-9a-f])*") {
            let backslashes = raw.bytes().rev().take_while(|&byte| byte == b'\\').count();
            prop_assume!(backslashes % 2 == 0);
            let text = format!("\"{raw}\"");
            let mut parser = Parser::new(&text);
            let token = parser.next_including_whitespace_and_comments();
            if let Ok(Token::QuotedString(value)) = token.cloned()
                && parser.position().byte_index() == text.len()
            {
                prop_assert_eq!(decode(raw.as_bytes()), value.as_bytes());
            }
        }
    }
}
