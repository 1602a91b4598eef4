//! What `staticc explain` tells of one static file. Holds data only; inspects
//! nothing.

use std::path::PathBuf;

use serde::{Serialize, Serializer};

use super::asset::LogicalPath;
use super::candidate::FinderEntry;
use super::encoding::{Encoding, NoCompressionReason};
use super::path_text;
use super::problem::Problem;
use super::reference::{ReferenceKind, ReportLevel};
use super::source_span::SourceSpan;
use super::treatment::Treatment;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The key in the manifest.
    pub path: LogicalPath,
    /// The file that is collected.
    #[serde(serialize_with = "path_text::one")]
    pub source: PathBuf,
    #[serde(flatten)]
    pub found_by: FinderEntry,
    /// The file that the user asked about, if it is not the one collected.
    #[serde(
        serialize_with = "path_text::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub not_collected: Option<PathBuf>,
    #[serde(rename = "instead_of")]
    pub shadowed: Vec<ShadowedSource>,
    #[serde(flatten)]
    pub treatment: Treatment,
    /// The path with the fingerprint.
    #[serde(flatten, serialize_with = "hashed_or_reason")]
    pub hashed: Result<LogicalPath, NoHashReason>,
    /// `None` if the file cannot be collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served: Option<ServedFile>,
    pub rewriting: Rewriting,
    /// The references in the file, in their order in the text.
    pub references: Vec<OutgoingReference>,
    /// The references to the file, in CSS, JavaScript and templates.
    pub referrers: Vec<IncomingReference>,
    /// The problems that are in the file, or refer to it.
    pub problems: Vec<Problem>,
    /// One decision for each kind of reference that the file can have.
    pub severities: Vec<SeverityDecision>,
}

/// A source that is not collected, because another one with its path is found
/// first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShadowedSource {
    #[serde(serialize_with = "path_text::one")]
    pub source: PathBuf,
    #[serde(flatten)]
    pub found_by: FinderEntry,
    /// Whether its bytes are those of the source that is collected.
    pub same_bytes: bool,
}

/// Why a file has no path with a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoHashReason {
    /// The storage backend makes no fingerprints.
    Backend,
    /// The file keeps its name, as its treatment says.
    Treatment,
    /// The file cannot be read.
    Unreadable,
    /// The file's references lead into a cycle, or to an unreadable file.
    Unknown,
    /// The file's name cannot take a fingerprint.
    UnusableName,
}

/// A file as the site serves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServedFile {
    /// The path of the file under STATIC_ROOT.
    pub path: LogicalPath,
    /// The size in bytes.
    pub size: u64,
    #[serde(flatten, serialize_with = "copies_or_reason")]
    pub copies: Result<Vec<CompressedCopy>, NoCompressionReason>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CompressedCopy {
    #[serde(rename = "suffix", serialize_with = "suffix")]
    pub encoding: Encoding,
    #[serde(flatten, serialize_with = "kept_or_reason")]
    pub outcome: CopyOutcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyOutcome {
    /// The copy is kept; it has this size in bytes.
    Kept(u64),
    /// The copy is not kept: it saves too little.
    TooLarge,
    /// The copy was not made: Brotli saves too little, so WhiteNoise does not
    /// try Gzip.
    Untried,
}

/// What happens to the text of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Rewriting {
    #[serde(rename = "why_not")]
    None(NoRewritingReason),
    #[serde(untagged)]
    Text(ReferenceCounts),
}

/// Why references are not rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoRewritingReason {
    /// The file is neither CSS nor JavaScript.
    NotText,
    /// The storage backend makes no fingerprints.
    Backend,
    /// The text stays, as the file's treatment says.
    Treatment,
    /// The file cannot be read.
    Unreadable,
}

/// How many references of a text lead where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReferenceCounts {
    /// To static files; they get a fingerprint.
    pub rewritten: usize,
    /// To directories; they stay as they are.
    pub directories: usize,
    /// To other sites, data URLs and the like.
    pub foreign: usize,
    /// To files that do not exist.
    #[serde(rename = "faulty")]
    pub broken: usize,
}

/// A reference in the file that is explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutgoingReference {
    /// The file that the reference names.
    pub path: LogicalPath,
    pub kind: ReferenceKind,
    #[serde(flatten)]
    pub span: SourceSpan,
    /// The reference as written.
    pub text: String,
}

/// A reference to the file that is explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IncomingReference {
    /// The file that the reference is in.
    #[serde(serialize_with = "path_text::one")]
    pub file: PathBuf,
    pub kind: ReferenceKind,
    #[serde(flatten)]
    pub span: SourceSpan,
    /// The reference as written.
    pub text: String,
}

/// How a reference of this kind to a missing file is reported, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeverityDecision {
    pub kind: ReferenceKind,
    pub level: ReportLevel,
    /// The `[[staticc.allow]]` that sets the level; without one, it is the
    /// level of `missing_references`.
    #[serde(flatten)]
    pub allow: Option<AllowLocation>,
}

/// Where a `[[staticc.allow]]` is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AllowLocation {
    #[serde(serialize_with = "path_text::one")]
    pub file: PathBuf,
    #[serde(flatten)]
    pub span: SourceSpan,
}

/// Serializes `hashed`, which is null if there is a reason in `no_hash`.
fn hashed_or_reason<S: Serializer>(
    result: &Result<LogicalPath, NoHashReason>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct HashedKeys<'a> {
        hashed: Option<&'a LogicalPath>,
        #[serde(skip_serializing_if = "Option::is_none")]
        no_hash: Option<&'a NoHashReason>,
    }
    let view = HashedKeys {
        hashed: result.as_ref().ok(),
        no_hash: result.as_ref().err(),
    };
    view.serialize(serializer)
}

/// Serializes either `copies` or `no_copies`.
fn copies_or_reason<S: Serializer>(
    result: &Result<Vec<CompressedCopy>, NoCompressionReason>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum CopiesKeys<'a> {
        Copies(&'a [CompressedCopy]),
        NoCopies(&'a NoCompressionReason),
    }
    let view = match result {
        Ok(copies) => CopiesKeys::Copies(copies),
        Err(reason) => CopiesKeys::NoCopies(reason),
    };
    view.serialize(serializer)
}

/// Serializes `kept`, and either `size` or `why`.
fn kept_or_reason<S: Serializer>(outcome: &CopyOutcome, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum DetailKey {
        Size(u64),
        Why(&'static str),
    }
    #[derive(Serialize)]
    struct OutcomeKeys {
        kept: bool,
        #[serde(flatten)]
        detail: DetailKey,
    }
    let detail = match outcome {
        CopyOutcome::Kept(size) => DetailKey::Size(*size),
        CopyOutcome::TooLarge => DetailKey::Why("too-large"),
        CopyOutcome::Untried => DetailKey::Why("untried"),
    };
    let kept = matches!(detail, DetailKey::Size(_));
    OutcomeKeys { kept, detail }.serialize(serializer)
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference to the field"
)]
fn suffix<S: Serializer>(encoding: &Encoding, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(encoding.suffix())
}
