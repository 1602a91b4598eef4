//! All that is known of one static file, for who asks about it. Holds data
//! only; finds nothing out.

use std::path::PathBuf;

use super::asset::LogicalPath;
use super::candidate::FinderEntry;
use super::encoding::{Encoding, NoCompressionReason};
use super::problem::Problem;
use super::reference::{ReferenceKind, ReportLevel};
use super::source_span::SourceSpan;

/// One static file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The path by which it is known.
    pub path: LogicalPath,
    /// Where it is collected from.
    pub source: PathBuf,
    /// Why somebody looks there.
    pub found_by: FinderEntry,
    /// The source that was asked about, if that is not the one collected.
    pub not_collected: Option<PathBuf>,
    /// Other sources with this path.
    pub shadowed: Vec<ShadowedSource>,
    /// Its path with a fingerprint, or why it has none.
    pub hashed: Result<LogicalPath, NoHashReason>,
    /// What is served, if that is known.
    pub served: Option<ServedFile>,
    /// What became of its text.
    pub rewriting: Rewriting,
    /// What it refers to, in the order it stands.
    pub references: Vec<ReferenceLink<LogicalPath>>,
    /// What refers to it: css, js and templates.
    pub referrers: Vec<ReferenceLink<PathBuf>>,
    /// What is wrong in it, or with its path.
    pub problems: Vec<Problem>,
    /// What a reference to nothing would amount to in it, by kind.
    pub severities: Vec<SeverityDecision>,
}

/// A source whose path another one has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShadowedSource {
    /// Where it is.
    pub source: PathBuf,
    /// Why somebody looks there.
    pub found_by: FinderEntry,
    /// Whether its bytes are those of the one collected.
    pub same_bytes: bool,
}

/// Why a file has no path with a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoHashReason {
    /// The backend gives none.
    Backend,
    /// It can't be read.
    Unreadable,
    /// Its references lead into a circle, or to a file that can't be read.
    Unknown,
    /// Its name can't take one.
    Unusable,
}

/// A file as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedFile {
    /// Where it is under STATIC_ROOT.
    pub path: LogicalPath,
    /// Its size in bytes.
    pub size: u64,
    /// What became of each compressed copy, or why there are to be none.
    pub copies: Result<Vec<(Encoding, CopyOutcome)>, NoCompressionReason>,
}

/// What became of a compressed copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyOutcome {
    /// It is kept, with so many bytes.
    Kept(u64),
    /// It saves too little.
    TooLarge,
    /// It was not made: brotli saves too little, so others are not tried.
    Untried,
}

/// What became of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewriting {
    /// It is neither css nor js.
    NotText,
    /// The backend gives no fingerprints.
    Backend,
    /// It can't be read.
    Unreadable,
    /// Its references were looked at.
    Text {
        /// References that get a fingerprint.
        rewritten: usize,
        /// References to directories, which need none.
        directories: usize,
        /// References that are not to the site's files.
        foreign: usize,
        /// References to nothing.
        has_broken_refs: usize,
    },
}

/// A reference, as seen from one of its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceLink<End> {
    /// The other end.
    pub end: End,
    /// What kind it is.
    pub kind: ReferenceKind,
    /// Where it stands.
    pub span: SourceSpan,
    /// What stands there.
    pub text: String,
}

/// What a reference to nothing amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeverityDecision {
    /// References of this kind.
    pub kind: ReferenceKind,
    /// What they amount to.
    pub level: ReportLevel,
    /// The `[[staticc.allow]]` that says so, where it stands; else
    /// `missing_references` does.
    pub entry: Option<(PathBuf, SourceSpan)>,
}
