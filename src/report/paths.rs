//! Paths as they are shown: relative to a directory if they are below it, so that
//! editors find them. Reads no disk.

use std::path::{Path, PathBuf};

use crate::model::Problem;

/// Returns the path relative to a directory, if it is below that.
pub(super) fn relative<'p>(file: &'p Path, directory: &Path) -> &'p Path {
    match file.strip_prefix(directory) {
        Ok(below) if below.as_os_str().is_empty() => Path::new("."),
        Ok(below) => below,
        Err(_) => file,
    }
}

/// The two directories that paths are relative to. Services know the repository,
/// not the working directory.
#[derive(Clone, Copy)]
pub(super) struct Bases<'a> {
    /// The directory that relative paths of problems start from.
    pub directory: &'a Path,
    /// The directory that services start from.
    pub repository: &'a Path,
}

impl Bases<'_> {
    /// Returns the path for a service: relative to the repository, or absolute.
    pub fn locate(&self, file: &Path) -> PathBuf {
        relative(&self.directory.join(file), self.repository).to_owned()
    }
}

/// Returns the file that a problem is in. A problem in the value of a flag, such
/// as `--set`, has none.
pub(super) fn file_of(problem: &Problem) -> Option<&Path> {
    let file = problem.file.as_deref()?;
    (!file.as_os_str().as_encoded_bytes().starts_with(b"--")).then_some(file)
}
