//! Where a string ends, which is the same in both engines. Knows nothing of
//! what its escapes mean.

/// A quoted text: its quote, what is inside, what comes after.
pub(super) fn quoted(text: &str) -> Option<(char, &str, &str)> {
    let quote = text.chars().next().filter(|&c| c == '"' || c == '\'')?;
    let mut escaped = false;
    let close = text[1..].find(|c| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })?;
    Some((quote, &text[1..=close], &text[close + 2..]))
}
