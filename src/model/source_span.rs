//! A place in a text: its lines and columns, and the source line. Turns byte
//! offsets into numbers; knows no files.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use serde::Serialize;

/// A place in a text, for people and editors. Lines and columns count from 1,
/// columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SourceSpan {
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    /// The column after the last character.
    pub end_column: usize,
    /// Characters of the span in its first line, at least 1.
    #[serde(skip)]
    pub width: usize,
    /// The text of the first line, without its line end. Of a long line, the
    /// part around the span, with `…` where something is left out.
    #[serde(skip)]
    pub source_line: String,
    /// Characters of `source_line` before the span.
    #[serde(skip)]
    pub caret: usize,
}

/// Returns the place of the bytes `start..end` of `text`. For several places of
/// one text, make one [`LineIndex`].
pub fn span_at(text: &str, start: usize, end: usize) -> SourceSpan {
    LineIndex::new(text).span(start, end)
}

/// Returns the bytes of a line, counted from 1, without the blanks around it.
/// The range is empty if the text has no such line.
pub fn line_range(text: &str, line: usize) -> Range<usize> {
    let mut lines = text.split_inclusive('\n');
    let number = line.saturating_sub(1);
    let line_start: usize = lines.by_ref().take(number).map(str::len).sum();
    let content = lines.next().unwrap_or_default();
    let start = line_start + (content.len() - content.trim_start().len());
    start..start + content.trim().len()
}

/// Returns a text with a SUBSTITUTE for each byte that is not UTF-8, so that all else keeps its
/// place.
pub fn readable(text: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = str::from_utf8(text) {
        return Cow::Borrowed(text);
    }
    let mut readable = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        readable.push_str(chunk.valid());
        readable.extend(chunk.invalid().iter().map(|_| '\x1a'));
    }
    Cow::Owned(readable)
}

/// Knows where the lines of a text begin, to find places quickly.
pub struct LineIndex<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// The byte that the last span starts at, and how many characters of its
    /// line are before it. Without it, each span of a long line would be
    /// counted from the line's start.
    last: Cell<(usize, usize)>,
}

impl<'t> LineIndex<'t> {
    /// Finds the lines of `text`. Lines end at `\n`; a `\r` before it does
    /// not count.
    pub fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
            .collect();
        let last = Cell::default();
        Self { text, starts, last }
    }

    /// Returns the place of the bytes `start..end`, which are moved back to
    /// character boundaries. Quickest in ascending order.
    pub fn span(&self, start: usize, end: usize) -> SourceSpan {
        let start = floor_char(self.text, start);
        let end = floor_char(self.text, end.max(start));
        let line = self.line_of(start);
        let (line_start, line_end) = self.bounds(line);
        let width = self.characters(start, end.min(line_end));
        let before = self.characters_before(start, line_start);
        self.last.set((start, before));
        // A span that ends with a line break ends in the line before the break.
        let last = self.line_of(end.saturating_sub(1).max(start));
        let (last_start, last_end) = self.bounds(last);
        // A span inside a line break is empty.
        let visible_end = end.min(last_end).max(start);
        let (source_line, caret) = self.excerpt(start, line_start, line_end);
        SourceSpan {
            line: line + 1,
            column: before + 1,
            end_line: last + 1,
            end_column: self.characters_before(visible_end, last_start) + 1,
            width: width.max(1),
            source_line,
            caret,
        }
    }

    /// Returns the line of a byte, counted from 0.
    fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start <= at).max(1) - 1
    }

    /// Returns where a line begins and where its text ends.
    fn bounds(&self, line: usize) -> (usize, usize) {
        let start = self.starts[line];
        let next = self.starts.get(line + 1);
        let end = next.map_or(self.text.len(), |next| next - 1);
        let text = &self.text[start..end];
        (start, start + text.trim_end_matches('\r').len())
    }

    /// Counts the characters of a line before a byte of it.
    fn characters_before(&self, at: usize, line_start: usize) -> usize {
        match self.last.get() {
            (last, before) if (line_start..=at).contains(&last) => {
                before + self.characters(last, at)
            }
            _ => self.characters(line_start, at),
        }
    }

    fn characters(&self, start: usize, end: usize) -> usize {
        self.text[start..end.max(start)].chars().count()
    }

    /// Returns the part of a line that is shown, and how many of its characters
    /// are before byte `at`.
    fn excerpt(&self, at: usize, line_start: usize, line_end: usize) -> (String, usize) {
        let start = floor_char(self.text, line_start.max(at.saturating_sub(BEFORE)));
        let end = floor_char(self.text, line_end.min(at + AFTER)).max(start);
        let left_out = |some: bool| if some { "…" } else { "" };
        let (before, after) = (left_out(start > line_start), left_out(end < line_end));
        let caret = before.chars().count() + self.characters(start, at);
        (format!("{before}{}{after}", &self.text[start..end]), caret)
    }
}

/// Bytes of a long line that are shown before the start of a span, and after it.
const BEFORE: usize = 60;
const AFTER: usize = 140;

/// Returns the last character boundary at or before `at`.
fn floor_char(text: &str, at: usize) -> usize {
    let mut boundary = at.min(text.len());
    while !text.is_char_boundary(boundary) {
        boundary -= 1;
    }
    boundary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let span = span_at("a\nünï x\r\nb", 8, 9);
        assert_eq!((span.line, span.column, span.width), (2, 5, 1));
        assert_eq!(span.source_line, "ünï x");
    }

    #[test]
    fn spans_do_not_depend_on_the_one_before() {
        let text = "äö üß\n\nüöä x\r\ny";
        let lines = LineIndex::new(text);
        let pairs = |start| (start..=text.len()).map(move |end| (start, end));
        for (start, end) in (0..=text.len()).flat_map(pairs) {
            for before in 0..text.len() {
                lines.span(before, before + 1);
                assert_eq!(lines.span(start, end), span_at(text, start, end));
            }
        }
    }

    /// Counting from the start each time would take hours.
    #[test]
    fn many_spans_of_one_long_line_are_quick() {
        let text = "ü".repeat(2_000_000);
        let lines = LineIndex::new(&text);
        for at in 0..1_000_000 {
            assert_eq!(lines.span(4 * at, 4 * at + 2).end_column, 2 * at + 2);
        }
    }

    #[test]
    fn long_lines_are_shown_as_a_window() {
        let text = "x".repeat(10_000) + "url(a)" + &"y".repeat(10_000);
        let span = span_at(&text, 10_000, 10_006);
        assert_eq!((span.column, span.caret, span.width), (10_001, 61, 6));
        assert_eq!(span.source_line.chars().count(), 202);
        assert!(span.source_line.starts_with('…') && span.source_line.ends_with('…'));
    }

    #[test]
    fn spans_may_end_in_another_line() {
        let text = "import {\r\n  ä\r\n} from 'b';\r\nx";
        let end = text.find(';').unwrap();
        let span = span_at(text, 0, end);
        assert_eq!((span.line, span.width), (1, 8));
        assert_eq!((span.end_line, span.end_column), (3, 11));
        let span = span_at("ab\r", 3, 3);
        assert_eq!((span.column, span.end_column), (4, 4));
        let span = span_at("ab\ncd", 0, 3);
        assert_eq!((span.end_line, span.end_column), (1, 3));
    }

    #[test]
    fn any_offset_has_a_span() {
        for (start, end) in [(0, 0), (1, 9), (99, 3), (2, 2)] {
            let _ = span_at("ü\n", start, end);
        }
    }
}
