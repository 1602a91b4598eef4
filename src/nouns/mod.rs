//! The shared nouns: values every room may speak of. They hold data and
//! know no room: no disk, no settings text, no printing.

mod asset;
mod django;
mod encoding;
mod event;
mod fingerprint;
mod problem;
mod reference;

pub use asset::{Asset, AssetId, LogicalPath};
pub use django::DjangoVersion;
pub use encoding::Encoding;
pub use event::{Event, Progress, Report, Summary};
pub use fingerprint::Fingerprint;
pub use problem::{LineIndex, Place, Problem, Severity, place_at};
pub use reference::{Level, ReferenceKind};
