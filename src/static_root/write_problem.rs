//! Words the problems of writing to STATIC_ROOT. Changes no file.

use std::fs;
use std::io;
use std::path::Path;

use crate::model::{Code, FileStep, Problem};

pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Problem {
    let problem = Problem::failed(FileStep::Write, path, error);
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            problem.help("make room there, and run again")
        }
        io::ErrorKind::FileTooLarge => {
            problem.help("raise the limit on the size of files (ulimit -f), and run again")
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            problem.help("make the directory writable, or name another as STATIC_ROOT")
        }
        _ => problem,
    }
}

pub(super) fn cannot_remove(path: &Path, error: &io::Error) -> Problem {
    Problem::failed(FileStep::Remove, path, error)
}

/// Returns the problem of anything but a directory at STATIC_ROOT, or at a directory that
/// leads to it.
pub(super) fn not_a_directory(path: &Path) -> Option<Problem> {
    let metadata = fs::symlink_metadata(path).ok()?;
    let message = if metadata.is_dir() {
        return None;
    } else if metadata.is_symlink() {
        "is a symbolic link that leads to no directory"
    } else {
        "is not a directory"
    };
    let problem = Problem::error(Code::PathTaken, message).in_file(path);
    Some(problem.help("remove it, or name another directory as STATIC_ROOT"))
}
