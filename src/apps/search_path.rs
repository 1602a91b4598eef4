//! The directories in which modules are looked up. Reads nothing.

use std::collections::HashMap;
use std::path::PathBuf;

#[derive(Debug, Default)]
pub struct SearchPath {
    /// In the order of `sys.path`.
    pub directories: Vec<PathBuf>,
    /// The locations of editable installs, by top-level name.
    pub mapped: HashMap<String, PathBuf>,
    /// The `.pth` files whose import hooks cannot be read.
    pub opaque: Vec<PathBuf>,
    /// The directory of the settings file, if that does not say where apps are.
    pub default_of: Option<PathBuf>,
}

impl SearchPath {
    /// Adds a directory if it exists and is not there yet.
    pub(super) fn add(&mut self, directory: PathBuf) {
        if directory.is_dir() && !self.directories.contains(&directory) {
            self.directories.push(directory);
        }
    }
}
