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

/// Replaces control characters, which a terminal would obey, and cuts long text.
pub(super) fn clean(text: &str) -> String {
    let mut characters = text.chars().map(|character| match character {
        '\t' => '\t',
        character if character.is_control() => '\u{fffd}',
        character => character,
    });
    let mut line: String = characters.by_ref().take(MAX_CHARACTERS).collect();
    if characters.next().is_some() {
        line.push('…');
    }
    line
}
