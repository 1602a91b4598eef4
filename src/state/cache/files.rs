//! Lists, writes and removes the files of a cache directory. Knows no keys and no contents.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The directory of compressed copies.
pub(super) const ENCODED: &str = "encoded";

/// The directory of the records of collect.
pub(super) const RECORDS: &str = "records";

/// The directory of the records of check.
pub(super) const CHECKS: &str = "checks";

/// The directory of releases. They are history, and the cache never evicts them.
pub(super) const RELEASES: &str = "releases";

/// Returns a directory of the cache if it exists. A symbolic link does not count.
pub(super) fn subdirectory(directory: &Path, name: &str) -> Option<PathBuf> {
    let path = directory.join(name);
    let metadata = fs::symlink_metadata(&path).ok()?;
    metadata.is_dir().then_some(path)
}

/// Returns the files that the cache may evict: compressed copies and records.
pub(super) fn evictable_files(directory: &Path) -> io::Result<Vec<CacheFile>> {
    files_of(directory, &[(ENCODED, 2), (RECORDS, 1), (CHECKS, 1)])
}

/// Returns the files of all releases.
pub(super) fn release_files(directory: &Path) -> io::Result<Vec<CacheFile>> {
    files_of(directory, &[(RELEASES, 2)])
}

/// Returns the files of subdirectories, each with its depth. Files with other names, and
/// links, are not staticc's.
fn files_of(directory: &Path, subdirectories: &[(&str, usize)]) -> io::Result<Vec<CacheFile>> {
    let mut files = Vec::new();
    for &(name, depth) in subdirectories {
        let Some(path) = subdirectory(directory, name) else {
            continue;
        };
        for entry in walkdir::WalkDir::new(&path).max_depth(depth) {
            let entry = match entry {
                Ok(entry) => entry,
                // Another process has removed it.
                Err(error) if is_missing(error.io_error()) => continue,
                Err(error) => return Err(error.into()),
            };
            let name = entry.file_name().to_string_lossy();
            let is_own = name.len() >= 60 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
                || name.starts_with(TEMPORARY);
            if !entry.file_type().is_file() || !is_own {
                continue;
            }
            let metadata = match entry.metadata() {
                Ok(metadata) => metadata,
                Err(error) if is_missing(error.io_error()) => continue,
                Err(error) => return Err(error.into()),
            };
            files.push(CacheFile {
                used: (metadata.mtime(), metadata.mtime_nsec()),
                size: occupied(metadata.len()),
                path: entry.into_path(),
            });
        }
    }
    Ok(files)
}

pub(super) struct CacheFile {
    /// When it was last used, as its modification time says: seconds and nanoseconds.
    pub(super) used: (i64, i64),
    /// The disk space, in bytes.
    pub(super) size: u64,
    pub(super) path: PathBuf,
}

/// The prefix of files that are being written.
const TEMPORARY: &str = ".staticc-";

pub(super) fn is_missing(error: Option<&io::Error>) -> bool {
    error.is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Returns the disk space of a file of this size.
pub(super) fn occupied(size: u64) -> u64 {
    const BLOCK: u64 = 4096;
    size.div_ceil(BLOCK) * BLOCK
}

/// Replaces a file at once.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_with(path, |out| out.write_all(bytes))
}

pub(super) fn write_with(
    path: &Path,
    write: impl Fn(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<()> {
    let directory = path.parent().unwrap_or(path);
    let prepare = || {
        let mut file = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempfile_in(directory)?;
        let mut out = io::BufWriter::new(&mut file);
        write(&mut out)?;
        out.flush()?;
        drop(out);
        Ok(file)
    };
    let file = match prepare() {
        Err(error) if is_missing(Some(&error)) => {
            fs::create_dir_all(directory)?;
            prepare()
        }
        result => result,
    }?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if !is_missing(Some(&error)) => Err(error),
        _ => Ok(()),
    }
}
