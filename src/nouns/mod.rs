//! The shared nouns: values every room may speak of. They hold data and
//! know no room: no disk, no settings text, no printing.

mod asset;
mod django;
mod event;
mod fingerprint;
mod problem;

pub use asset::{Asset, AssetId, LogicalPath};
pub use django::DjangoVersion;
pub use event::{Event, Report};
pub use fingerprint::Fingerprint;
pub use problem::{Place, Problem, Severity, place_at};
