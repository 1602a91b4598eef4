//! Reading what should be a regular file: a pipe or a device in its place is
//! refused and never waited for, and a file that grows is read no further
//! than it was long. Files that should be small are read only if they are.
//! Knows no problems and no settings.

pub mod root_dir;

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The path without links, as far as there is something at it.
pub fn real(path: &Path) -> PathBuf {
    let real = path.ancestors().find_map(|there| {
        let rest = path.strip_prefix(there).ok()?;
        Some(there.canonicalize().ok()?.join(rest))
    });
    real.unwrap_or_else(|| path.to_owned())
}

/// Opens a regular file for reading, links followed.
pub fn open(path: &Path) -> io::Result<(File, Metadata)> {
    // Without this flag, opening a pipe waits for somebody at its other end.
    let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    let mut options = File::options();
    regular_file(options.read(true).custom_flags(nonblocking).open(path)?)
}

/// Fails if an open file is a pipe, a device or a directory.
fn regular_file(file: File) -> io::Result<(File, Metadata)> {
    let metadata = file.metadata()?;
    if metadata.is_file() {
        Ok((file, metadata))
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file",
        ))
    }
}

/// The bytes of a regular file.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let (file, metadata) = open(path)?;
    read_open(&file, metadata.len())
}

/// The bytes of a regular file of at most `limit` bytes: what should be small
/// and is not is something else.
pub fn read_small(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (file, metadata) = open(path)?;
    let bytes = read_open(&file, metadata.len().min(limit))?;
    if bytes.len() as u64 > limit {
        let message = format!("larger than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// The bytes of an open file that is `size` bytes long, and one more if it
/// has become longer, so that this shows.
pub fn read_open(file: &File, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // A size that nobody has memory for (/proc/kcore) is an error, no abort.
    bytes.try_reserve_exact(
        usize::try_from(size)
            .unwrap_or(usize::MAX)
            .saturating_add(1),
    )?;
    file.take(size.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns whether two files hold the same bytes.
pub fn same_bytes(one: &Path, other: &Path) -> bool {
    let size = |path| std::fs::metadata(path).map(|metadata| metadata.len()).ok();
    let read = |path| read(path).ok();
    size(one) == size(other) && read(one).is_some_and(|bytes| read(other) == Some(bytes))
}

/// Whether a directory is there, links followed; an error if that cannot be
/// told, which is not the same as no.
pub fn is_directory(path: &Path) -> io::Result<bool> {
    match path.metadata() {
        Ok(found) => Ok(found.is_dir()),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(false),
            _ => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_looked_at_is_not_absent() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        std::fs::write(path("file"), "").unwrap();
        assert!(is_directory(directory.path()).unwrap());
        for absent in ["file", "file/below", "nothing"] {
            assert!(!is_directory(&path(absent)).unwrap());
        }
        std::os::unix::fs::symlink("loop", path("loop")).unwrap();
        assert!(is_directory(&path("loop")).is_err());
        assert!(is_directory(&path(&"n".repeat(300))).is_err());
    }

    #[test]
    fn only_regular_files_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        std::fs::write(&file, "text").unwrap();
        assert_eq!(read(&file).unwrap(), b"text");
        assert!(read(directory.path()).is_err());
        assert!(read(Path::new("/dev/zero")).is_err());
        let (open, _) = open(&file).unwrap();
        assert_eq!(read_open(&open, 2).unwrap(), b"tex");
        assert!(read_open(&open, u64::MAX).is_err());
        assert_eq!(read_small(&file, 4).unwrap(), b"text");
        assert!(read_small(&file, 3).is_err());
    }
}
