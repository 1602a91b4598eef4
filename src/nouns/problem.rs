//! What is wrong, where, why and what to do about it, as data. Knows no
//! way of showing it (see `report`).

use std::path::PathBuf;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The run fails and writes nothing.
    Error,
    /// The run goes on.
    Warning,
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Length in characters of what is meant, at least 1, within the line.
    pub width: usize,
    /// The text of the line, without its line end; of a long line, what is
    /// around the place.
    pub source_line: String,
    /// Characters of `source_line` before the place.
    pub caret: usize,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable name of the kind, such as `missing-reference`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The file it is about, as it should be shown to a person.
    pub file: Option<PathBuf>,
    /// Where in that file.
    pub place: Option<Place>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Further facts, one line each.
    pub notes: Vec<String>,
    /// What to do about it, in one line.
    pub cure: Option<String>,
}

impl Problem {
    /// An error without place, notes or cure.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            file: None,
            place: None,
            message: message.into(),
            notes: Vec::new(),
            cure: None,
        }
    }

    /// A warning without place, notes or cure.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// The same problem, said of a file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// The same problem, said of a place in its file.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same problem with one more fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same problem with advice.
    #[must_use]
    pub fn cure(mut self, cure: impl Into<String>) -> Self {
        self.cure = Some(cure.into());
        self
    }

    /// Whether this problem fails the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The place of the bytes `start..end` of `text`. Where many places of one
/// text are wanted, make one [`LineIndex`].
pub fn place_at(text: &str, start: usize, end: usize) -> Place {
    LineIndex::new(text).place(start, end)
}

/// Where the lines of a text begin, to find places quickly.
pub struct LineIndex<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> LineIndex<'t> {
    /// Finds the lines of `text`. Lines end at `\n`; a `\r` before it does
    /// not count.
    pub fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
            .collect();
        Self { text, starts }
    }

    /// The place of the bytes `start..end`, which are moved to the nearest
    /// character borders.
    pub fn place(&self, start: usize, end: usize) -> Place {
        let start = floor_char(self.text, start);
        let line = self.starts.partition_point(|&at| at <= start).max(1) - 1;
        let line_start = self.starts[line];
        let line_end = self
            .starts
            .get(line + 1)
            .map_or(self.text.len(), |next| next - 1);
        let end = floor_char(self.text, end.clamp(start, line_end.max(start)));
        let window_start = floor_char(self.text, line_start.max(start.saturating_sub(BEFORE)));
        let window_end = floor_char(self.text, line_end.min(start + AFTER));
        let window = &self.text[window_start..window_end.max(window_start)];
        let width = self.text[start..end.min(window_end).max(start)]
            .chars()
            .count();
        Place {
            line: line + 1,
            column: self.text[line_start..start].chars().count() + 1,
            width: width.max(1),
            source_line: window.trim_end_matches('\r').to_owned(),
            caret: self.text[window_start..start].chars().count(),
        }
    }
}

/// Bytes shown before the place in a long line, and from it on.
const BEFORE: usize = 60;
const AFTER: usize = 140;

/// The last character border at or before `at`.
fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let place = place_at("a\nünï x\r\nb", 8, 9);
        assert_eq!((place.line, place.column, place.width), (2, 5, 1));
        assert_eq!(place.source_line, "ünï x");
    }

    #[test]
    fn long_lines_are_shown_as_a_window() {
        let text = "x".repeat(10_000) + "url(a)" + &"y".repeat(10_000);
        let place = place_at(&text, 10_000, 10_006);
        assert_eq!((place.column, place.caret, place.width), (10_001, 60, 6));
        assert_eq!(place.source_line.len(), 200);
    }

    #[test]
    fn any_offset_has_a_place() {
        for (start, end) in [(0, 0), (1, 9), (99, 3), (2, 2)] {
            let _ = place_at("ü\n", start, end);
        }
    }
}
