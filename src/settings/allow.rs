//! The entries of `[[staticc.allow]]`: which problems the project allows.

use std::path::PathBuf;

use globset::GlobMatcher;

use crate::model::{Code, ReferenceKind, ReportLevel, SourceSpan};

/// An entry of `[[staticc.allow]]`.
#[derive(Clone, Debug)]
pub struct Allow {
    /// Matches the logical path of the referring file, or of the file with the problem.
    pub path: GlobMatcher,
    /// Matches the logical path that a reference names. `None` matches every path.
    pub target: Option<GlobMatcher>,
    pub kind: AllowKind,
    /// `Warn` or `Ignore`, never `Error`.
    pub level: ReportLevel,
    /// The settings file, as shown to users.
    pub file: PathBuf,
    /// Where the entry is in the file.
    pub place: SourceSpan,
}

/// What an entry of `[[staticc.allow]]` is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowKind {
    /// References of every kind in css and js.
    AnyReference,
    /// References of one kind.
    Reference(ReferenceKind),
    /// ProblemList with this code.
    Problem(Code),
}

impl AllowKind {
    /// Returns whether an entry of this kind applies to `other`.
    pub fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::AnyReference, Self::Reference(kind)) => kind != ReferenceKind::Template,
            _ => self == other,
        }
    }

    /// Returns whether it concerns collecting, which reads no templates.
    pub fn is_of_collecting(self) -> bool {
        match self {
            Self::AnyReference => true,
            Self::Reference(kind) => kind != ReferenceKind::Template,
            Self::Problem(_) => false,
        }
    }
}
