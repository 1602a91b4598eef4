//! Colours for terminals. Knows nothing that has one.

/// The text in a colour (an SGR code), if there are to be colours.
pub(super) fn paint(color: bool, code: &str, text: &str) -> String {
    if color {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
