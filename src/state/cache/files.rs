//! The files below a cache's directory: which are ours, writing one whole,
//! removing one. Knows no keys and no contents.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Where results are.
pub(super) const ENCODED: &str = "encoded";

/// Where records of earlier runs are.
pub(super) const RECORDS: &str = "records";

/// Where records of earlier checks are.
pub(super) const CHECKS: &str = "checks";

/// Where is what is known of releases.
pub(super) const RELEASES: &str = "releases";

/// One of our directories, if it is there: what a link leads to is not ours.
pub(super) fn room(directory: &Path, name: &str) -> Option<PathBuf> {
    let room = directory.join(name);
    let found = fs::symlink_metadata(&room).ok()?;
    found.is_dir().then_some(room)
}

/// All that is ours below the directory, by name and kind.
pub(super) fn files(directory: &Path) -> io::Result<Vec<Kept>> {
    let mut files = Vec::new();
    for (name, depth) in [(ENCODED, 2), (RECORDS, 1), (CHECKS, 1), (RELEASES, 2)] {
        let Some(room) = room(directory, name) else {
            continue;
        };
        for entry in walkdir::WalkDir::new(&room).max_depth(depth) {
            let entry = match entry {
                Ok(entry) => entry,
                // Another process was faster.
                Err(error) if is_missing(error.io_error()) => continue,
                Err(error) => return Err(error.into()),
            };
            let name = entry.file_name().to_string_lossy();
            let ours = name.len() >= 60 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
                || name.starts_with(TEMPORARY);
            if !entry.file_type().is_file() || !ours {
                continue;
            }
            let metadata = match entry.metadata() {
                Ok(metadata) => metadata,
                Err(error) if is_missing(error.io_error()) => continue,
                Err(error) => return Err(error.into()),
            };
            files.push(Kept {
                used: (metadata.mtime(), metadata.mtime_nsec()),
                size: occupied(metadata.len()),
                path: entry.into_path(),
            });
        }
    }
    Ok(files)
}

/// One file of the cache.
pub(super) struct Kept {
    /// When, as its mark says.
    pub(super) used: (i64, i64),
    /// What it occupies, in bytes.
    pub(super) size: u64,
    /// Where it is.
    pub(super) path: PathBuf,
}

/// A file of the cache while it is written.
const TEMPORARY: &str = ".staticc-";

pub(super) fn is_missing(error: Option<&io::Error>) -> bool {
    error.is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// What a file of this size takes on disk.
pub(super) fn occupied(size: u64) -> u64 {
    const BLOCK: u64 = 4096;
    size.div_ceil(BLOCK) * BLOCK
}

/// Puts a file in place, whole.
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
