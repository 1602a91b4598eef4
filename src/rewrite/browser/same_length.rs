//! Makes any bytes a `str` in which every byte has its old place, for parsers that
//! take nothing else. Knows no language.

use std::borrow::Cow;

/// Stands for a byte that is not UTF-8. In CSS it is a letter, as such bytes are, and
/// belongs to no keyword.
const STAND_IN: char = '_';

/// Returns the text itself, or a copy with another character for each byte that is not
/// UTF-8.
pub(super) fn same_length_str(text: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(text) {
        return Cow::Borrowed(text);
    }
    let mut valid = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        valid.push_str(chunk.valid());
        valid.extend(chunk.invalid().iter().map(|_| STAND_IN));
    }
    Cow::Owned(valid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bytes_that_are_not_utf8_are_replaced() {
        assert_eq!(same_length_str("a\u{e9}b".as_bytes()), "a\u{e9}b");
        assert_eq!(same_length_str(b"a\xe9\xe2\x80b\xf0\x9f\x98"), "a___b___");
    }
}
