//! A reference of a template to a static file, and what the parsers of both
//! engines share.

use std::ops::Range;

/// A `{% static %}` tag or `static()` call with a literal name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticReference {
    /// The name, with escapes resolved as the engine does.
    pub name: String,
    /// The bytes of the tag or call: `start..end`.
    pub start: usize,
    pub end: usize,
}

/// What one engine finds in a text, in the order of the text.
#[derive(Debug, Default)]
pub(super) struct EngineResult {
    pub references: Vec<StaticReference>,
    /// Comments and verbatim blocks, in which the engine ignores tags. They do not
    /// overlap.
    pub hidden: Vec<Range<usize>>,
}

impl EngineResult {
    pub fn add(&mut self, name: String, range: Range<usize>) {
        self.references.push(StaticReference {
            name,
            start: range.start,
            end: range.end,
        });
    }

    /// Returns whether the byte is in a hidden range.
    pub fn hides(&self, at: usize) -> bool {
        let after = self.hidden.partition_point(|hidden| hidden.start <= at);
        after > 0 && at < self.hidden[after - 1].end
    }
}

/// Splits a text that starts with a quoted string: the quote, the string, the rest.
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
