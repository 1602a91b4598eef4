//! What earlier runs left in STATIC_ROOT, for references that name it.
//! Reads; never writes.

use std::path::Path;

use crate::disk;
use crate::model::{Fingerprint, LogicalPath};
use crate::pystd::urllib::hashed_name;
use crate::rewrite::resolve::Leftovers;

/// A STATIC_ROOT as earlier runs left it.
pub struct Earlier<'a> {
    /// STATIC_ROOT.
    pub root: &'a Path,
}

impl Leftovers for Earlier<'_> {
    fn fingerprint(&self, path: &LogicalPath) -> Option<Fingerprint> {
        let content = disk::read(&self.root.join(path.as_path())).ok()?;
        let fingerprint = Fingerprint::of(&content);
        let hashed = LogicalPath::new(hashed_name(path.as_bytes(), fingerprint.as_bytes()));
        let copy = disk::read(&self.root.join(hashed.as_path())).ok()?;
        (copy == content).then_some(fingerprint)
    }
}
