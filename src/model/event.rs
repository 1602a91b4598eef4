//! What happened, as data, and who is told. Knows no wording and no
//! verbosity (see `report`).

use std::path::PathBuf;

use super::asset::LogicalPath;
use super::candidate::Candidates;
use super::explanation::Explanation;
use super::problem::Problem;

/// One fact of a run, in the order Django would tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A file of STATIC_ROOT goes because of `--clear`.
    Cleared(LogicalPath),
    /// A file of STATIC_ROOT goes because its source is newer; as it was found,
    /// and its path.
    Replaced(LogicalPath, LogicalPath),
    /// The file in STATIC_ROOT is the source's equal already; as it was found,
    /// and its path.
    Unmodified(LogicalPath, LogicalPath),
    /// A source was copied to a path.
    Copied(PathBuf, LogicalPath),
    /// A link to a source was made at a path.
    Linked(PathBuf, LogicalPath),
    /// A source lost its path to one found before.
    Conflict(LogicalPath),
    /// A fingerprinted or compressed copy was made of the first path.
    PostProcessed(LogicalPath, LogicalPath),
    /// The fingerprinted copy was there already.
    PostProcessSkipped(LogicalPath),
    /// How many compressed copies came from the cache, and how many were
    /// made.
    Cached {
        /// Found.
        hits: u64,
        /// Made.
        misses: u64,
    },
    /// Another process holds STATIC_ROOT; the run waits for it.
    Waiting(PathBuf),
    /// Something is wrong.
    Problem(Problem),
    /// All of a project was looked at.
    Checked(CheckSummary),
    /// The settings file of a project was written.
    SettingsWritten(PathBuf),
    /// The settings file says what the project says.
    SettingsAgree(PathBuf),
    /// What was found at a path that somebody asked for.
    Found(Candidates),
    /// All that is known of a file that somebody asked about.
    Explanation(Box<Explanation>),
    /// What a problem means that somebody asked about.
    Meaning {
        /// Its code.
        code: &'static str,
        /// What is to be said of it.
        text: &'static str,
    },
    /// A file of STATIC_ROOT that is in no manifest.
    Unlisted(LogicalPath),
    /// All of STATIC_ROOT was looked at.
    Verified(VerifySummary),
    /// A file of a release that is no longer recent went.
    Pruned(LogicalPath),
    /// All such files are gone.
    PruningDone(PruneSummary),
    /// The run is over.
    Done(CollectSummary),
}

/// How much of a project was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CheckSummary {
    /// Files that are collected.
    pub files: usize,
    /// Of them, css and js.
    pub texts: usize,
    /// Templates.
    pub templates: usize,
}

/// What pruning did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PruneSummary {
    /// STATIC_ROOT.
    pub root: PathBuf,
    /// Files removed.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
    /// Releases forgotten.
    pub releases: usize,
    /// Releases kept.
    pub kept: usize,
}

/// How much of a STATIC_ROOT was looked at, and how it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifySummary {
    /// STATIC_ROOT.
    pub root: PathBuf,
    /// Files there.
    pub files: usize,
    /// Entries of the manifest.
    pub entries: usize,
    /// Compressed copies that were decoded.
    pub copies: usize,
    /// References that were followed.
    pub references: usize,
    /// Files in no manifest.
    pub unlisted: usize,
    /// Errors.
    pub errors: usize,
}

/// The numbers of Django's closing sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectSummary {
    /// Files deleted by `--clear`.
    pub deleted: usize,
    /// Files copied or linked.
    pub modified: usize,
    /// Whether they were linked.
    pub linked: bool,
    /// STATIC_ROOT.
    pub destination: PathBuf,
    /// Files left as they were.
    pub unmodified: usize,
    /// Fingerprinted and compressed copies.
    pub post_processed: usize,
    /// Sources that lost their path to another.
    pub skipped: usize,
}

/// Who is told what happens.
pub trait Report {
    /// Takes one fact.
    fn event(&mut self, event: Event);
}

/// Who is told how far the work is; called from many threads.
pub trait Progress: Sync {
    /// So much work is known to be ahead.
    fn expect(&self, bytes: u64);
    /// So much of it is done.
    fn advance(&self, bytes: u64);
}
