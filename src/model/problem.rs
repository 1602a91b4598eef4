//! A problem as data: what is wrong, where, why, and what to do about it. Knows
//! no way of showing it (see `report`).

use std::path::PathBuf;

use serde::{Serialize, Serializer};

use super::code::Code;
use super::path_text;
use super::source_span::SourceSpan;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The run fails and writes nothing.
    Error,
    /// The run goes on; with `--strict` it fails.
    Warning,
    /// The run goes on.
    Note,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Another place that a problem involves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Related {
    #[serde(serialize_with = "path_text::one")]
    pub file: PathBuf,
    #[serde(flatten)]
    pub span: Option<SourceSpan>,
    /// What the place has to do with the problem, in a few words.
    pub message: String,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename = "problem")]
pub struct Problem {
    pub code: Code,
    pub severity: Severity,
    /// The file it is in; or a flag such as `--set`, whose value is a text too.
    #[serde(
        serialize_with = "path_text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub file: Option<PathBuf>,
    #[serde(flatten, serialize_with = "with_width")]
    pub span: Option<SourceSpan>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// Further facts, one line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What to do about it, in one line.
    #[serde(rename = "cure", skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// Makes a problem of a code and a message; then each method adds one part:
///
/// ```
/// use staticc::model::{Code, Problem};
/// let problem = Problem::error(Code::MissingReference, "url(a.png) names no collected file")
///     .in_file("css/site.css")
///     .note("looked for css/a.png")
///     .help("did you mean b.png?");
/// ```
impl Problem {
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

    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// Makes a problem of severity [`Severity::Note`].
    pub fn info(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::error(code, message)
        }
    }

    #[must_use]
    pub fn in_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }

    #[must_use]
    pub fn at(mut self, span: SourceSpan) -> Self {
        self.span = Some(span);
        self
    }

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

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds help if the problem has none.
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

    /// Sorts problems by file and place. A problem of no file comes first, one
    /// of a whole file after those of its places.
    pub fn sort(problems: &mut [Self]) {
        problems.sort_by(|a, b| {
            let key = (a.span.is_none(), &a.span);
            let other = (b.span.is_none(), &b.span);
            a.file.cmp(&b.file).then_with(|| key.cmp(&other))
        });
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Serializes the span of a problem, which has a key more than other spans.
#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn with_width<S: Serializer>(span: &Option<SourceSpan>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct SpanKeys<'a> {
        #[serde(flatten)]
        span: &'a SourceSpan,
        width: usize,
    }
    let view = span.as_ref().map(|span| SpanKeys {
        span,
        width: span.width,
    });
    view.serialize(serializer)
}
