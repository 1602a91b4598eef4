//! The files that `staticc find` may mean by one path. Holds data only; looks
//! for nothing.

use std::path::PathBuf;

use serde::Serialize;

use super::asset::LogicalPath;
use super::path_text;
use super::treatment::Treatment;

/// Everything that the finders have at one path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Candidates {
    /// The path as the user wrote it.
    pub path: LogicalPath,
    /// In the order of the finders.
    #[serde(rename = "candidates")]
    pub list: Vec<Candidate>,
    /// The directories that were searched, each once.
    #[serde(serialize_with = "path_text::all")]
    pub searched: Vec<PathBuf>,
    /// Whether the path leads out of a searched directory, as `../x` does.
    /// Then the list is empty.
    #[serde(skip)]
    pub leads_out: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Absolute, with symbolic links resolved.
    #[serde(serialize_with = "path_text::one")]
    pub source: PathBuf,
    #[serde(flatten)]
    pub found_by: FinderEntry,
    #[serde(flatten)]
    pub status: CandidateStatus,
    /// What a run does with a file that is collected.
    #[serde(flatten)]
    pub treatment: Treatment,
}

/// The entry of the settings because of which a finder searches a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FinderEntry {
    /// The finder, as STATICFILES_FINDERS names it.
    pub finder: String,
    /// The setting that has the entry.
    #[serde(skip)]
    pub setting: &'static str,
    /// The entry as written; of a pair with a prefix, its directory.
    pub entry: String,
    /// The prefix of the logical paths, or an empty string.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prefix: String,
}

/// Whether a candidate is collected, or why it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "kebab-case")]
pub enum CandidateStatus {
    Collected,
    /// Another candidate is found first.
    Shadowed,
    /// An ignore pattern matches it.
    Ignored {
        pattern: String,
    },
    Directory,
    /// The finders do not list it: it is in STATIC_ROOT, or in a directory
    /// that cannot be listed.
    LeftOut,
}
