//! The values that all rooms share. They hold data, and know no room: no disk, no
//! settings text, no printing.

mod app;
mod asset;
mod backend;
mod candidate;
mod code;
mod content;
mod did_you_mean;
mod django_version;
mod encoding;
mod event;
mod explanation;
mod file_step;
mod fingerprint;
mod index_vec;
mod link_mode;
mod name_list;
mod package_path;
mod path_text;
mod problem;
mod reference;
mod remote_cache;
mod retention;
mod source_span;
mod treatment;

pub use self::app::App;
pub use self::asset::{Asset, AssetId, LogicalPath};
pub use self::backend::Backend;
pub use self::candidate::{Candidate, CandidateStatus, Candidates, FinderEntry};
pub use self::code::Code;
pub use self::content::{ContentId, Stamp, TICK};
pub use self::did_you_mean::nearest;
pub use self::django_version::DjangoVersion;
pub use self::encoding::{Encoding, Encodings, NoCompressionReason};
pub use self::event::{
    CheckSummary, CollectSummary, Event, Progress, PruneSummary, PublishSummary, ReleaseSummary,
    Report, SiteProblems, SiteSummary, StorePruneSummary, StoreVerifySummary, VerifySummary,
};
pub use self::explanation::{
    AllowLocation, CompressedCopy, CopyOutcome, Explanation, IncomingReference, NoHashReason,
    NoRewritingReason, OutgoingReference, ReferenceCounts, Rewriting, ServedFile, SeverityDecision,
    ShadowedSource,
};
pub use self::file_step::FileStep;
pub use self::fingerprint::Fingerprint;
pub(crate) use self::index_vec::typed_index;
pub use self::index_vec::{IndexVec, TypedIndex};
pub use self::link_mode::LinkMode;
pub use self::name_list::first_names;
pub use self::package_path::{installed_package, npm_package};
pub use self::problem::{Problem, Related, Severity};
pub use self::reference::{ReferenceKind, ReferenceRules, ReportLevel};
pub use self::remote_cache::{RemoteAccess, RemoteCacheSummary};
pub use self::retention::Retention;
pub use self::source_span::{LineIndex, SourceSpan, line_range, readable, span_at};
pub use self::treatment::{PrehashedBy, Treatment};
