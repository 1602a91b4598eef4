//! Restricts problems to the files and directories named on the command line.

use std::path::{Path, PathBuf};

use crate::model::{FileStep, Problem};
use crate::pystd::posixpath::normalize;

/// Files and directories; an empty filter lets every problem pass.
pub struct PathFilter<'a> {
    /// The working directory of the run.
    directory: &'a Path,
    /// Each as it is named, and with links resolved.
    paths: Vec<PathBuf>,
}

impl<'a> PathFilter<'a> {
    /// Fails if a file does not exist.
    pub fn new(files: &[PathBuf], directory: &'a Path) -> Result<Self, Problem> {
        let mut paths = Vec::with_capacity(files.len());
        for file in files {
            let path = directory.join(file);
            if let Err(error) = path.symlink_metadata() {
                let problem = Problem::failed(FileStep::Check, &path, &error);
                return Err(problem.help("name files or directories that exist"));
            }
            paths.extend(names_of(&path));
        }
        Ok(Self { directory, paths })
    }

    /// Whether the problem is in one of the files, or refers to one. An error
    /// that belongs to no file concerns all of them.
    pub fn includes(&self, problem: &Problem) -> bool {
        if self.paths.is_empty() || (problem.file.is_none() && problem.is_error()) {
            return true;
        }
        let related = problem.related.iter().map(|related| &related.file);
        let files = problem.file.iter().chain(related);
        let mut names = files.flat_map(|file| names_of(&self.directory.join(file)));
        names.any(|name| self.paths.iter().any(|path| name.starts_with(path)))
    }
}

/// Returns the path, and what it is with links resolved, if it exists.
fn names_of(path: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let named = normalize(path);
    let real = named.canonicalize().ok();
    std::iter::once(named).chain(real)
}
