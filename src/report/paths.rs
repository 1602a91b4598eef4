//! How a file is named to whoever reads: relative to a directory where it is
//! below that, so that an editor can jump there. Looks at no disk.

use std::path::{Path, PathBuf};

use crate::model::Problem;

/// The path as people and programs on this machine are told it.
pub(super) fn shown<'p>(file: &'p Path, directory: &Path) -> &'p Path {
    match file.strip_prefix(directory) {
        Ok(below) if below.as_os_str().is_empty() => Path::new("."),
        Ok(below) => below,
        Err(_) => file,
    }
}

/// Where paths come from, and where they are told from: services know the
/// repository, not the working directory.
#[derive(Clone, Copy)]
pub(super) struct Bases<'a> {
    /// The working directory.
    pub directory: &'a Path,
    /// The repository.
    pub repository: &'a Path,
}

impl Bases<'_> {
    /// The path as a service is told it: below the repository, or absolute.
    pub fn locate(&self, file: &Path) -> PathBuf {
        shown(&self.directory.join(file), self.repository).to_owned()
    }
}

/// The file that a problem is in, unless that is a flag: the text of `--set`
/// has places too.
pub(super) fn file(problem: &Problem) -> Option<&Path> {
    let file = problem.file.as_deref()?;
    (!file.as_os_str().as_encoded_bytes().starts_with(b"--")).then_some(file)
}
