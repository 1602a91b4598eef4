//! Django's reading of a template: `{% static "…" %}`, and what hides it.
//! Follows `Lexer`, `smart_split` and `FilterExpression` of
//! `django/template/base.py` in all versions from 4.2 to 6.1. Knows no Jinja2.

use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

use super::static_reference::EngineResult;
use super::static_reference::quoted;
use crate::pystd::str::is_space;

/// The static tags with a literal; `None` if a block has no end.
pub(super) fn read(text: &str) -> Option<EngineResult> {
    let mut reading = EngineResult::default();
    // Where what hides tags began; what the lexer waits for (it knows no
    // comment blocks); whether the parser waits for a comment block's end.
    let mut hidden = None;
    let mut verbatim = None;
    let mut comment = false;
    for tag in Tags::new(text) {
        let content = text[tag.start + 2..tag.end - 2].trim_matches(is_space);
        match text.as_bytes()[tag.start + 1] {
            b'%' => {}
            b'#' if hidden.is_none() => {
                reading.hidden.push(tag);
                continue;
            }
            _ => continue,
        }
        if let Some(block) = verbatim {
            if content.strip_prefix("end") != Some(block) {
                continue;
            }
            verbatim = None;
        } else if content == "verbatim" || content.starts_with("verbatim ") {
            verbatim = Some(content);
        }
        let command = content.split(is_space).next().unwrap_or_default();
        if comment {
            comment = content != "endcomment";
        } else if command == "comment" {
            comment = true;
        } else if command == "static"
            && let Some(name) = literal(&content[command.len()..])
        {
            reading.add(name, tag.clone());
        }
        match hidden {
            None if comment || verbatim.is_some() => hidden = Some(tag.start),
            Some(start) if !comment && verbatim.is_none() => {
                reading.hidden.push(start..tag.end);
                hidden = None;
            }
            _ => {}
        }
    }
    hidden.is_none().then_some(reading)
}

/// The first argument of a tag, if it is a string and nothing else: no
/// filter, no translation.
fn literal(arguments: &str) -> Option<String> {
    let (quote, inner, after) = quoted(arguments.trim_start_matches(is_space))?;
    // A quote that is not closed is an argument of its own to `smart_split`.
    let ends = |next| is_space(next) || (matches!(next, '"' | '\'') && quoted(after).is_none());
    after.chars().next().is_none_or(ends).then(|| {
        // One after the other, as Django's `unescape_string_literal` does.
        let inner = inner.replace(&format!("\\{quote}"), &quote.to_string());
        inner.replace("\\\\", "\\")
    })
}

/// The matches of Django's `tag_re`, `({%.*?%}|{{.*?}}|{#.*?#})`: none is
/// longer than a line. Each piece of text is searched once for each closing
/// pair, however many open.
struct Tags<'t> {
    text: &'t [u8],
    at: usize,
    line_end: usize,
    /// Where `%}`, `}}` and `#}` come next.
    closing: [usize; 3],
}

impl<'t> Tags<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line_end: 0,
            closing: [0; 3],
        }
    }
}

impl Iterator for Tags<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let start = self.at + memchr(b'{', self.text.get(self.at..)?)?;
            self.at = start + 1;
            let (kind, pair) = match self.text.get(start + 1)? {
                b'%' => (0, b"%}"),
                b'{' => (1, b"}}"),
                b'#' => (2, b"#}"),
                _ => continue,
            };
            let inside = start + 2;
            // Templates are read with universal newlines.
            ahead(&mut self.line_end, self.text, inside, |rest| {
                memchr2(b'\n', b'\r', rest)
            });
            let closing = &mut self.closing[kind];
            ahead(closing, self.text, inside, |rest| memmem::find(rest, pair));
            if *closing < self.line_end {
                self.at = *closing + 2;
                return Some(start..self.at);
            }
        }
    }
}

/// Searches on, unless what was found last is still ahead.
fn ahead(found: &mut usize, text: &[u8], from: usize, find: impl FnOnce(&[u8]) -> Option<usize>) {
    if *found < from {
        *found = find(&text[from..]).map_or(text.len(), |at| from + at);
    }
}
