//! The shared nouns: values every room may speak of. They hold data and
//! know no room: no disk, no settings text, no printing.

mod asset;
mod candidate;
mod content;
mod django;
mod encoding;
mod event;
mod explanation;
mod fingerprint;
mod link_mode;
mod place;
mod problem;
mod reference;

pub use asset::{Asset, AssetId, LogicalPath};
pub use candidate::{Candidate, Candidates, Origin, Standing};
pub use content::{ContentId, Stamp, TICK};
pub use django::DjangoVersion;
pub use encoding::{Encoding, Encodings, Uncompressed};
pub use event::{Checkup, Event, Progress, Pruning, Report, Summary, Verification};
pub use explanation::{Copy, Explanation, Link, Loser, Nameless, Rewriting, Ruling, Served};
pub use fingerprint::Fingerprint;
pub use link_mode::LinkMode;
pub use place::{LineIndex, Place, line_range, place_at};
pub use problem::{Problem, Related, Severity};
pub use reference::{Level, ReferenceKind};
