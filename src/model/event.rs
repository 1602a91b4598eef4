//! What happens in a run, as data; serialized, it is a line of `--format json`.
//! Knows no wording and no verbosity (see `report`).

use std::path::PathBuf;

use serde::Serialize;

use super::asset::LogicalPath;
use super::candidate::Candidates;
use super::code::Code;
use super::explanation::Explanation;
use super::path_text;
use super::problem::{Problem, Severity};
use super::remote_cache::RemoteCacheSummary;

/// One fact of a run. Events follow each other as Django reports them.
///
/// The names of variants and fields are the JSON that `docs/json.md`
/// documents: new ones may come, none goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// `--clear` deleted a file of STATIC_ROOT.
    Deleted { path: LogicalPath },
    /// A file of STATIC_ROOT was deleted because its source is newer.
    Replaced {
        /// The path in the source directory, which Django prints.
        #[serde(skip)]
        found_path: LogicalPath,
        path: LogicalPath,
    },
    /// The file in STATIC_ROOT is as new as its source.
    Unmodified {
        /// The path in the source directory, which Django prints.
        #[serde(skip)]
        found_path: LogicalPath,
        path: LogicalPath,
    },
    Copied {
        #[serde(rename = "path", serialize_with = "path_text::one")]
        source: PathBuf,
        to: LogicalPath,
    },
    Linked {
        #[serde(rename = "path", serialize_with = "path_text::one")]
        source: PathBuf,
        to: LogicalPath,
    },
    /// A source is not collected: another one with its path is found first.
    Conflict { path: LogicalPath },
    /// A fingerprinted or compressed copy was made of a file.
    PostProcessed {
        path: LogicalPath,
        copy: LogicalPath,
    },
    /// The fingerprinted copy of a file was there already.
    PostProcessSkipped { path: LogicalPath },
    /// A compressed copy of a fingerprinted file stays as it is, although this run might
    /// make another one or none.
    CopyKept { path: LogicalPath },
    /// How many compressed copies were kept in this way.
    CopiesKept { copies: usize },
    /// How many compressed copies the cache had, and how many were made.
    Cache { found: u64, made: u64 },
    /// What the run did with the remote cache.
    RemoteCache(RemoteCacheSummary),
    /// The run waits for another process that has the lock of STATIC_ROOT.
    Waiting {
        #[serde(serialize_with = "path_text::one")]
        static_root: PathBuf,
    },
    /// `staticc check` is done.
    Checked(CheckSummary),
    /// `staticc init` wrote the settings file.
    SettingsWritten {
        #[serde(serialize_with = "path_text::one")]
        file: PathBuf,
    },
    /// `staticc init --check` found the settings file up to date.
    SettingsAgree {
        #[serde(serialize_with = "path_text::one")]
        file: PathBuf,
    },
    /// The answer of `staticc find` for one path.
    Found(Candidates),
    /// The answer of `staticc explain` for one file.
    Explanation(Box<Explanation>),
    /// The answer of `staticc explain` for one problem code.
    #[serde(rename = "explanation")]
    CodeExplanation { code: Code },
    /// A file of STATIC_ROOT is in no manifest.
    Unlisted { path: LogicalPath },
    /// `staticc verify` is done.
    Verified(VerifySummary),
    /// A file has a problem on the site that `staticc verify` asks.
    SiteProblem { code: Code, url: String },
    /// `staticc verify` has asked a site for its files.
    SiteVerified(SiteSummary),
    /// `staticc verify --store` is done.
    StoreVerified(StoreVerifySummary),
    /// `staticc prune` deleted a file, or an object of a store.
    Pruned { path: LogicalPath },
    /// `staticc prune` is done.
    PruningDone(PruneSummary),
    /// `staticc prune --store` is done.
    StorePruningDone(StorePruneSummary),
    /// `staticc publish` sent an object.
    Published {
        /// The key below the prefix of the store.
        path: String,
        size: u64,
        /// Whether standard output is for names to be purged.
        #[serde(skip)]
        lists_names: bool,
    },
    /// `staticc releases` found a release.
    Release(ReleaseSummary),
    /// A name whose content changed: a CDN has to forget what it knows of it.
    ToPurge { url: String },
    /// `staticc publish` is done.
    PublishingDone(PublishSummary),
    /// `staticc collect` is done.
    Done(CollectSummary),
    /// Untagged, since a serialized problem has its tag everywhere.
    #[serde(untagged)]
    Problem(Problem),
}

/// How many files `staticc check` read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CheckSummary {
    /// Static files that are collected.
    pub files: usize,
    /// CSS and JavaScript files among them.
    pub texts: usize,
    pub templates: usize,
}

/// What `staticc prune` deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PruneSummary {
    #[serde(serialize_with = "path_text::one")]
    pub static_root: PathBuf,
    /// Files that were deleted.
    pub files: usize,
    /// The size of these files.
    pub bytes: u64,
    /// Releases that are no longer known.
    pub releases: usize,
    /// Releases that staticc still remembers.
    pub kept: usize,
}

/// What `staticc prune --store` deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StorePruneSummary {
    /// The URL of the store.
    pub store: String,
    /// Objects that were deleted.
    pub objects: usize,
    /// The size of these objects.
    pub bytes: u64,
    /// Releases that were deleted.
    pub releases: usize,
    /// Releases that the store still has.
    pub kept: usize,
}

/// What `staticc publish` sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PublishSummary {
    /// The URL of the store.
    pub store: String,
    /// The name of the new release. `None` if the current one has the same objects.
    pub release: Option<String>,
    /// The number of the release that counts now.
    pub number: u64,
    /// Objects of the release.
    pub objects: usize,
    /// Objects that were sent.
    pub sent: usize,
    /// The size of these objects.
    pub bytes: u64,
    /// Objects that the store had already.
    pub unchanged: usize,
    /// Whether an earlier release is the current one again.
    #[serde(skip)]
    pub is_rollback: bool,
    /// Whether standard output is for names to be purged.
    #[serde(skip)]
    pub lists_names: bool,
}

/// A release in a store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReleaseSummary {
    pub name: String,
    pub number: u64,
    /// When it was published, in RFC 3339.
    pub created: String,
    /// Who published it, as `STATICC_PUBLISHER` says.
    pub publisher: Option<String>,
    pub objects: usize,
    /// The size of objects that the release before does not have.
    pub bytes: u64,
    /// Whether it is the release that counts.
    pub current: bool,
}

/// What `staticc verify` read, and what it found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VerifySummary {
    #[serde(serialize_with = "path_text::one")]
    pub static_root: PathBuf,
    pub files: usize,
    /// Entries of the manifest.
    pub entries: usize,
    /// Compressed copies that were decoded.
    pub copies: usize,
    /// References that were followed.
    pub references: usize,
    /// Files that are in no manifest.
    pub unlisted: usize,
    /// Problems that are errors.
    pub errors: usize,
}

/// What a site was asked, and what is wrong with its answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SiteSummary {
    /// The URL of the directory of static files.
    pub url: String,
    /// Files that the site should serve.
    pub files: usize,
    /// Requests that were sent. A repeated one counts once.
    pub requests: usize,
    /// Whether the site was in so much trouble that the other requests were not sent.
    pub gave_up: bool,
    /// Problems that are errors.
    pub errors: usize,
    /// How many files have each problem.
    pub problems: Vec<SiteProblems>,
}

/// The files of a site that have the same problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SiteProblems {
    pub code: Code,
    pub severity: Severity,
    pub files: usize,
    /// The path of the first one.
    pub first: LogicalPath,
}

/// What `staticc verify --store` read, and what it found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StoreVerifySummary {
    /// The URL of the store.
    pub store: String,
    /// The number of the release.
    pub number: u64,
    /// Objects that were read, with those that are kept for a rollback.
    pub objects: usize,
    /// The size that the release gives them.
    pub bytes: u64,
    /// Entries of the manifest.
    pub entries: usize,
    /// Requests that were sent.
    pub requests: usize,
    /// Problems that are errors.
    pub errors: usize,
}

/// The numbers of Django's closing sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CollectSummary {
    /// Files deleted by `--clear`.
    pub deleted: usize,
    pub copied: usize,
    pub linked: usize,
    /// Whether the run links files, which Django says even if there are none.
    #[serde(skip)]
    pub makes_links: bool,
    #[serde(serialize_with = "path_text::one")]
    pub static_root: PathBuf,
    pub unmodified: usize,
    /// Fingerprinted and compressed copies.
    pub post_processed: usize,
    /// Sources whose path another source has.
    pub skipped: usize,
}

/// Receives the events of a run.
pub trait Report {
    fn event(&mut self, event: Event);
}

/// Receives how far the work is, from several threads.
pub trait Progress: Sync {
    /// Says how many bytes are to be compressed or sent.
    fn expect(&self, bytes: u64);
    /// Adds bytes that are done.
    fn advance(&self, bytes: u64);
}
