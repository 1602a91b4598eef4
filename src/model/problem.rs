//! What is wrong, where, why and what to do about it, as data. Knows no
//! way of showing it (see `report`).

use std::path::PathBuf;

use super::code::Code;
use super::source_span::SourceSpan;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The run fails and writes nothing.
    Error,
    /// The run goes on, unless it is strict.
    Warning,
    /// Worth knowing; nothing fails.
    Note,
}

impl Severity {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Another place that a problem is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The file.
    pub file: PathBuf,
    /// Where in it.
    pub span: Option<SourceSpan>,
    /// What it has to do with the problem, in a few words.
    pub message: String,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable name of the kind, such as `missing-reference`.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The file it is about, as it should be shown to a person.
    pub file: Option<PathBuf>,
    /// Where in that file.
    pub span: Option<SourceSpan>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Other places that it is about.
    pub related: Vec<Related>,
    /// Further facts, one line each.
    pub notes: Vec<String>,
    /// What to do about it, in one line.
    pub help: Option<String>,
}

impl Problem {
    /// An error without place, notes or cure.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            file: None,
            span: None,
            message: message.into(),
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// A note without place, further notes or cure.
    pub fn info(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::error(code, message)
        }
    }

    /// A warning without place, notes or cure.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
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
    pub fn at(mut self, span: SourceSpan) -> Self {
        self.span = Some(span);
        self
    }

    /// The same problem, said of one more place.
    #[must_use]
    pub fn related(
        mut self,
        file: impl Into<PathBuf>,
        span: Option<SourceSpan>,
        message: impl Into<String>,
    ) -> Self {
        self.related.push(Related {
            file: file.into(),
            span,
            message: message.into(),
        });
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
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same problem with this advice, where there is none yet.
    #[must_use]
    pub fn or_help(mut self, help: impl FnOnce() -> String) -> Self {
        self.help = self.help.or_else(|| Some(help()));
        self
    }

    /// Fails if there are problems.
    pub fn fail_on_any(problems: Vec<Self>) -> Result<(), Vec<Self>> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    /// Sorts problems by file and place; what is said of no file comes first,
    /// what is said of a whole file after what is said of its places.
    pub fn sort(problems: &mut [Self]) {
        problems.sort_by(|a, b| {
            let key = (a.span.is_none(), &a.span);
            let other = (b.span.is_none(), &b.span);
            a.file.cmp(&b.file).then_with(|| key.cmp(&other))
        });
    }

    /// Whether this problem fails the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
