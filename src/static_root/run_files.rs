//! Keeps account of what a run makes in STATIC_ROOT before it commits: the marker, the
//! temporary files and new directories. Removes them when the run fails, and removes
//! what a killed run has left. Does not know what the files are for.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use super::temp_names::{MARKER, RunId, TempNumber, is_temporary};
use super::write_problem::{cannot_remove, cannot_write};
use crate::disk::root_dir::RootDir;
use crate::model::{FileStep, LogicalPath, Problem};

#[derive(Debug)]
pub(super) struct RunFiles {
    id: RunId,
    /// Set once the marker is to be there.
    marker: OnceLock<Result<(), Problem>>,
    /// The directories that lead to STATIC_ROOT, parents first, and STATIC_ROOT itself.
    made_above: Mutex<Vec<PathBuf>>,
    /// Directories in STATIC_ROOT, parents first.
    made_below: Mutex<Vec<LogicalPath>>,
}

impl RunFiles {
    pub fn new() -> Self {
        Self {
            id: RunId::of_this_process(),
            marker: OnceLock::new(),
            made_above: Mutex::default(),
            made_below: Mutex::default(),
        }
    }

    pub fn temporary_path(&self, path: &LogicalPath, number: TempNumber) -> LogicalPath {
        self.id.temporary_path(path, number)
    }

    pub fn add_directory_above(&self, directory: PathBuf) {
        if let Ok(mut made) = self.made_above.lock() {
            made.push(directory);
        }
    }

    pub fn add_directory_below(&self, directory: LogicalPath) {
        if let Ok(mut made) = self.made_below.lock() {
            made.push(directory);
        }
    }

    /// Creates the marker, before the first temporary file.
    pub fn mark(&self, root: &RootDir) -> Result<(), Problem> {
        let create = || match root.create(&LogicalPath::new(MARKER)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(cannot_write(&root.path().join(MARKER), &error))
            }
            _ => Ok(()),
        };
        self.marker.get_or_init(create).clone()
    }

    /// Removes the marker, once nothing temporary is left.
    pub fn remove_marker(&self, root: &RootDir) -> Result<(), Problem> {
        match self.marker.get() {
            Some(Ok(())) => remove(root, &LogicalPath::new(MARKER)),
            _ => Ok(()),
        }
    }

    /// Creates the marker once more, for the next run. Not recorded: a failed run
    /// removes a STATIC_ROOT that it has made, which is only possible if it is empty.
    pub fn leave_marker(root: &RootDir) {
        let _ = root.create(&LogicalPath::new(MARKER));
    }

    /// Removes everything that the run has made. What is not removed before `deadline` is
    /// left to the next run, together with the marker. Returns whether nothing temporary
    /// is left.
    pub fn clean_up(&self, root: Option<&RootDir>, deadline: Option<Instant>) -> bool {
        if let (Some(root), Some(Ok(()))) = (root, self.marker.get()) {
            let removed = remove_temporary_files(root, |name| self.id.is_own_name(name), deadline);
            if !matches!(removed, Ok(true)) || self.remove_marker(root).is_err() {
                return false;
            }
        }
        // A directory in which another process has created a file stays.
        if let (Some(root), Ok(mut below)) = (root, self.made_below.lock()) {
            for directory in below.drain(..).rev() {
                if is_over(deadline) {
                    return true;
                }
                let _ = root.remove_directory(&directory);
            }
        }
        if let Ok(mut above) = self.made_above.lock() {
            for directory in above.drain(..).rev() {
                let _ = fs::remove_dir(directory);
            }
        }
        true
    }
}

/// Removes the temporary files of runs that were killed, if their marker is there.
pub(super) fn sweep(root: &RootDir) -> Result<(), Problem> {
    let marker = root.path().join(MARKER);
    match fs::symlink_metadata(&marker) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Problem::failed(FileStep::Read, &marker, &error)),
    }
    if remove_temporary_files(root, is_temporary, None)? {
        remove(root, &LogicalPath::new(MARKER))?;
    }
    Ok(())
}

/// Removes all files with a matching name. Returns whether it has seen every directory
/// before the deadline.
fn remove_temporary_files(
    root: &RootDir,
    is_match: impl Fn(&OsStr) -> bool,
    deadline: Option<Instant>,
) -> Result<bool, Problem> {
    let mut is_complete = true;
    for entry in walkdir::WalkDir::new(root.path()).min_depth(1) {
        if is_over(deadline) {
            return Ok(false);
        }
        let Ok(entry) = entry else {
            is_complete = false;
            continue;
        };
        if !entry.file_type().is_dir() && is_match(entry.file_name()) {
            remove(root, &root.path_of(entry.path()))?;
        }
    }
    Ok(is_complete)
}

fn is_over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() > deadline)
}

fn remove(root: &RootDir, path: &LogicalPath) -> Result<(), Problem> {
    let removed = root.remove(path).map(|_| ());
    removed.map_err(|error| cannot_remove(&root.path().join(path.as_path()), &error))
}
