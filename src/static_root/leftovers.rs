//! Finds files that earlier runs left in STATIC_ROOT, for references that name them.
//! Reads only.

use std::path::Path;

use crate::disk;
use crate::model::{Fingerprint, LogicalPath};
use crate::rewrite::hashed_name::hashed_name;
use crate::rewrite::resolve::Leftovers;

pub struct EarlierFiles<'a> {
    pub static_root: &'a Path,
}

impl Leftovers for EarlierFiles<'_> {
    fn fingerprint(&self, path: &LogicalPath) -> Option<Fingerprint> {
        let content = disk::read(&self.static_root.join(path.as_path())).ok()?;
        let fingerprint = Fingerprint::of(&content);
        let hashed = LogicalPath::new(hashed_name(path.as_bytes(), fingerprint.as_bytes()));
        let copy = disk::read(&self.static_root.join(hashed.as_path())).ok()?;
        (copy == content).then_some(fingerprint)
    }
}
