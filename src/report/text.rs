//! Parts of lines for people: colors, counted nouns, and text that a terminal
//! can show as it is. Knows no events.

/// Colors the text with an SGR code, if `color` says so.
pub(super) fn paint(color: bool, code: &str, text: &str) -> String {
    if color {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// Returns `1 file` or `2 files`.
pub(super) fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// Longer lines are cut: a file name may be very long.
const MAX_CHARACTERS: usize = 5000;

/// Replaces characters that a terminal would obey, and cuts long text.
pub fn clean(text: &str) -> String {
    let mut characters = text.chars().map(|character| match character {
        '\t' => '\t',
        character if is_obeyed(character) => '\u{fffd}',
        character => character,
    });
    let mut line: String = characters.by_ref().take(MAX_CHARACTERS).collect();
    if characters.next().is_some() {
        line.push('…');
    }
    line
}

/// Returns the bytes of a name as [`clean`] shows them.
pub(super) fn clean_bytes(name: &[u8]) -> Vec<u8> {
    clean(&String::from_utf8_lossy(name)).into_bytes()
}

/// Returns whether a terminal obeys the character instead of showing it. Besides control
/// characters, these are the ones that change the direction of text or end a line.
pub(super) fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_obey_no_character_of_clean_text() {
        let text = "a\tb \u{1b}[31m\u{9b}1m\u{7f}\u{202e}gnp.exe\u{2066}\u{2028}\r\n";
        let cleaned = clean(text);
        assert_eq!(cleaned, "a\tb �[31m�1m��gnp.exe����");
        assert_eq!(clean_bytes(b"a\n\xff\x9b"), "a���".as_bytes());
        // Other invisible characters are parts of words and of emoji.
        for text in ["日本 é", "👩\u{200d}💻", "می\u{200c}خواهم"] {
            assert_eq!(clean(text), text);
        }
    }
}
