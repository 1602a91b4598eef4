//! Does what methods of Python's `str` do, on bytes.

/// Does what `str.isspace` does, for one character.
pub fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

/// Does what `str.strip` does. Bytes that are not UTF-8 are not white space.
pub fn strip(text: &[u8]) -> &[u8] {
    let chunks = || text.utf8_chunks();
    let (Some(first), Some(last)) = (chunks().next(), chunks().last()) else {
        return text;
    };
    let start = first.valid().len() - first.valid().trim_start_matches(is_space).len();
    let end = if last.invalid().is_empty() {
        let rest = last.valid().trim_end_matches(is_space).len();
        text.len() - last.valid().len() + rest
    } else {
        text.len()
    };
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Python's `str.strip` made the expected texts.
    #[test]
    fn strip_removes_white_space_around_bytes_that_are_not_utf8() {
        for (text, expected) in [
            (&b"\xff"[..], &b"\xff"[..]),
            (b"\xc2\xa0 \xff\x1c\xe2\x80\xa8", b"\xff"),
            (b"\xe3\x80\x80\xc3", b"\xc3"),
            (b"\xc2", b"\xc2"),
            (b" a \xff b ", b"a \xff b"),
            (b" \xc2\xa0\t", b""),
            (b"", b""),
        ] {
            assert_eq!(strip(text), expected, "{text:?}");
        }
    }
}
