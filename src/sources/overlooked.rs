//! Files that are in a source directory and are not collected. Looks at single
//! paths; lists nothing.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::directory::SourceDirectory;
use crate::model::LogicalPath;
use crate::pystd::fnmatch::Patterns;

/// The first file that would have this path, and the pattern that has it
/// ignored.
pub fn overlooked(
    directories: &[SourceDirectory],
    patterns: &Patterns,
    path: &LogicalPath,
) -> Option<(PathBuf, String)> {
    directories.iter().find_map(|directory| {
        let relative = directory.relative(path)?;
        let pattern = patterns.that_ignores(relative)?;
        let source = directory.root.join(relative);
        source.is_file().then_some((source, pattern.to_owned()))
    })
}

impl Patterns {
    /// The pattern for which a file at this path below a source directory is
    /// left out: it matches the path, or the name of it or of a directory.
    pub fn that_ignores(&self, relative: &Path) -> Option<&str> {
        let names = relative.iter().map(OsStrExt::as_bytes);
        names
            .chain([relative.as_os_str().as_bytes()])
            .find_map(|name| self.matching(name))
    }
}
