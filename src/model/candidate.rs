//! The files that one path may mean, and how each of them stands. Holds data
//! only; looks for nothing.

use std::path::PathBuf;

use super::asset::LogicalPath;

/// Everything that was found at one path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    /// The path as it was asked for.
    pub path: LogicalPath,
    /// What there is, in the order of the finders.
    pub list: Vec<Candidate>,
    /// The directories that were looked in, each once.
    pub searched: Vec<PathBuf>,
    /// Whether the path leads out of the last one of them, which is why
    /// nothing is found.
    pub leads_out: bool,
}

/// Something that is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it is, links resolved.
    pub source: PathBuf,
    /// Why somebody looks there.
    pub found_by: FinderEntry,
    /// What becomes of it.
    pub status: CandidateStatus,
}

/// The entry of the settings for which a directory is looked in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FinderEntry {
    /// Who looks, as STATICFILES_FINDERS has it.
    pub finder: String,
    /// Which setting has the entry.
    pub setting: &'static str,
    /// The entry as it is written; of a pair, its directory.
    pub entry: String,
    /// What the paths of the files there begin with, if with anything.
    pub prefix: String,
}

/// What becomes of a file that is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CandidateStatus {
    /// It is the one.
    Collected,
    /// Another one is found first.
    Shadowed,
    /// This pattern has it ignored.
    Ignored(String),
    /// It is a directory, which is no file.
    Directory,
    /// The finders do not come by: it is in STATIC_ROOT, or behind something
    /// that cannot be listed.
    LeftOut,
}
