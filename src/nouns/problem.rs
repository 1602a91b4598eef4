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
    /// The text of the whole line, without its line end.
    pub source_line: String,
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

/// The place of the bytes `start..end` of `text`. Lines end at `\n`; a
/// `\r` before it is not part of the line.
pub fn place_at(text: &str, start: usize, end: usize) -> Place {
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..]
        .find('\n')
        .map_or(text.len(), |at| start + at);
    let source_line = text[line_start..line_end]
        .trim_end_matches('\r')
        .to_owned();
    Place {
        line: text[..start].matches('\n').count() + 1,
        column: text[line_start..start].chars().count() + 1,
        width: text[start..end.clamp(start, line_end)]
            .chars()
            .count()
            .max(1),
        source_line,
    }
}
