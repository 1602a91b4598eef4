//! Does single steps on paths below a directory that it holds open. Each step works on a
//! name in an open directory, so that no symbolic link leads out, not even one that is
//! made meanwhile. Knows neither plans nor problems.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{self, AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use rustix::process::geteuid;

use super::regular_file;
use crate::model::LogicalPath;

/// A directory that is held open, and subdirectories as they are needed.
#[derive(Debug)]
pub struct RootDir {
    path: PathBuf,
    root: Arc<OwnedFd>,
    open: Mutex<HashMap<PathBuf, Arc<OwnedFd>>>,
}

/// An entry of a directory. A symbolic link is an entry of its own.
#[derive(Debug)]
pub struct DirectoryEntry {
    pub name: OsString,
    pub file_type: FileType,
    /// In bytes.
    pub size: u64,
    /// The modification time: seconds and nanoseconds.
    pub modified: (i64, i64),
    /// Whether it belongs to this user, and nobody else may write to it.
    pub is_own: bool,
}

/// The most subdirectories that are held open, far below the limit of a process.
const MAX_OPEN: usize = 128;

/// The flags for opening a directory, never through a link.
const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

impl RootDir {
    /// Opens a directory. `path` must not contain links.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let root = fs::openat(CWD, &path, DIRECTORY, Mode::empty())?;
        Ok(Self {
            path,
            root: root.into(),
            open: Mutex::default(),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn root(&self) -> &OwnedFd {
        &self.root
    }

    /// Creates a file. Fails if anything is at the path.
    pub fn create(&self, path: &LogicalPath) -> io::Result<File> {
        let new = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let (directory, name) = self.split(path)?;
        Ok(fs::openat(directory, name, new, Mode::from_raw_mode(0o666))?.into())
    }

    /// Creates a file with exactly this mode, whatever the umask is. Fails if anything is at
    /// the path.
    pub fn create_with_mode(&self, path: &LogicalPath, mode: Mode) -> io::Result<File> {
        let new = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let (directory, name) = self.split(path)?;
        let file = fs::openat(directory, name, new, mode & Mode::RWXU)?;
        fs::fchmod(&file, mode)?;
        Ok(file.into())
    }

    /// Opens a regular file for reading.
    pub fn open_file(&self, path: &LogicalPath) -> io::Result<(File, Metadata)> {
        regular_file(self.open_name(path, OFlags::RDONLY, Mode::empty())?)
    }

    /// Opens a regular file to append to. A missing one is made with this mode.
    pub fn append(&self, path: &LogicalPath, mode: Mode) -> io::Result<(File, Metadata)> {
        let append = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE;
        regular_file(self.open_name(path, append, mode)?)
    }

    /// Opens what is at a path, unless it is a link. Does not wait for the other end of a pipe.
    fn open_name(&self, path: &LogicalPath, flags: OFlags, mode: Mode) -> io::Result<File> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let (directory, name) = self.split(path)?;
        Ok(fs::openat(directory, name, flags, mode)?.into())
    }

    /// Returns the entries of a directory, in no order. One that another process removes
    /// meanwhile may be missing.
    pub fn entries(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>> {
        let directory = self.directory(directory)?;
        let mut entries = Vec::new();
        for entry in Dir::read_from(&*directory)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if matches!(name.as_bytes(), b"." | b"..") {
                continue;
            }
            match fs::statat(&*directory, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => entries.push(DirectoryEntry::new(name, &stat)),
                Err(Errno::NOENT) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(entries)
    }

    /// Returns whether a directory and all above it, up to this one, belong to this user,
    /// and nobody else may make or replace files in them.
    pub fn is_own(&self, directory: &Path) -> io::Result<bool> {
        for directory in directory.ancestors() {
            if !is_own(&fs::fstat(&*self.directory(directory)?)?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns the permissions of the directory itself.
    pub fn mode(&self) -> io::Result<Mode> {
        Ok(Mode::from_raw_mode(fs::fstat(&*self.root)?.st_mode))
    }

    /// Renames a file, over an existing one.
    pub fn rename(&self, from: &LogicalPath, to: &LogicalPath) -> io::Result<()> {
        let (from, old) = self.split(from)?;
        let (to, new) = self.split(to)?;
        Ok(fs::renameat(from, old, to, new)?)
    }

    /// Makes a hard link.
    pub fn link(&self, from: &LogicalPath, to: &LogicalPath) -> io::Result<()> {
        let (from, old) = self.split(from)?;
        let (to, new) = self.split(to)?;
        Ok(fs::linkat(from, old, to, new, AtFlags::empty())?)
    }

    /// Makes a symbolic link. Its target is not checked.
    pub fn symlink(&self, target: &Path, path: &LogicalPath) -> io::Result<()> {
        let (directory, name) = self.split(path)?;
        Ok(fs::symlinkat(target, directory, name)?)
    }

    /// Removes a file or a link, not what the link leads to. Returns whether it was there.
    pub fn remove(&self, path: &LogicalPath) -> io::Result<bool> {
        let removed = self
            .split(path)
            .and_then(|(directory, name)| Ok(fs::unlinkat(directory, name, AtFlags::empty())?));
        match removed {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes a directory in an existing one, with as much of the mode as the umask leaves.
    /// Returns whether it is new.
    pub fn make_directory(&self, path: &LogicalPath, mode: Mode) -> io::Result<bool> {
        let (directory, name) = self.split(path)?;
        match fs::mkdirat(directory, name, mode) {
            Ok(()) => Ok(true),
            // It exists, perhaps because another process has just made it.
            Err(_) if self.directory(path.as_path()).is_ok() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a directory with exactly this mode in an existing one, unless it is there.
    pub fn make_directory_with_mode(&self, path: &LogicalPath, mode: Mode) -> io::Result<()> {
        let (directory, name) = self.split(path)?;
        match fs::mkdirat(directory, name, mode & Mode::RWXU) {
            Ok(()) => Ok(fs::fchmod(&*self.directory(path.as_path())?, mode)?),
            Err(Errno::EXIST) => self.directory(path.as_path()).map(|_| ()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes an empty directory.
    pub fn remove_directory(&self, path: &LogicalPath) -> io::Result<()> {
        self.open_directories().remove(path.as_path());
        let (directory, name) = self.split(path)?;
        Ok(fs::unlinkat(directory, name, AtFlags::REMOVEDIR)?)
    }

    /// Opens a subdirectory, or returns the open one.
    pub fn directory(&self, path: &Path) -> io::Result<Arc<OwnedFd>> {
        if path == Path::new("") {
            return Ok(Arc::clone(&self.root));
        }
        if let Some(directory) = self.open_directories().get(path) {
            return Ok(Arc::clone(directory));
        }
        let opened = self.descend(path)?;
        let mut open = self.open_directories();
        if open.len() >= MAX_OPEN {
            open.clear();
        }
        open.insert(path.to_owned(), Arc::clone(&opened));
        Ok(opened)
    }

    /// Opens a subdirectory name by name, through no link.
    fn descend(&self, path: &Path) -> io::Result<Arc<OwnedFd>> {
        let mut directory = Arc::clone(&self.root);
        for part in path.components() {
            let Component::Normal(name) = part else {
                return Err(io::ErrorKind::InvalidInput.into());
            };
            directory = fs::openat(&*directory, name, DIRECTORY, Mode::empty())?.into();
        }
        Ok(directory)
    }

    /// Returns the path of an entry on disk, relative to this directory.
    pub fn path_of(&self, entry: &Path) -> LogicalPath {
        Self::relative_path(&self.path, entry)
    }

    pub fn relative_path(root: &Path, entry: &Path) -> LogicalPath {
        let path = entry.strip_prefix(root).unwrap_or(entry);
        LogicalPath::new(path.as_os_str().as_bytes())
    }

    /// Splits a path into its open directory and its name.
    fn split<'p>(&self, path: &'p LogicalPath) -> io::Result<(Arc<OwnedFd>, &'p OsStr)> {
        let bytes = path.as_bytes();
        let slash = memchr::memrchr(b'/', bytes);
        let name = &bytes[slash.map_or(0, |slash| slash + 1)..];
        if matches!(name, b"" | b"." | b"..") {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let directory = OsStr::from_bytes(&bytes[..slash.unwrap_or(0)]);
        Ok((
            self.directory(Path::new(directory))?,
            OsStr::from_bytes(name),
        ))
    }

    fn open_directories(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Arc<OwnedFd>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DirectoryEntry {
    fn new(name: &OsStr, stat: &Stat) -> Self {
        Self {
            name: name.to_owned(),
            file_type: FileType::from_raw_mode(stat.st_mode),
            size: u64::try_from(stat.st_size).unwrap_or_default(),
            modified: (
                stat.st_mtime,
                i64::try_from(stat.st_mtime_nsec).unwrap_or_default(),
            ),
            is_own: is_own(stat),
        }
    }
}

/// Returns whether an open file belongs to this user, and nobody else may write to it.
pub fn is_own_file(file: &File) -> io::Result<bool> {
    Ok(is_own(&fs::fstat(file)?))
}

/// The write permission of the group is also that of an access control list.
fn is_own(stat: &Stat) -> bool {
    let others = Mode::WGRP | Mode::WOTH;
    stat.st_uid == geteuid().as_raw() && !Mode::from_raw_mode(stat.st_mode).intersects(others)
}

#[cfg(test)]
mod tests {
    use std::fs as plain;
    use std::os::unix::fs::symlink;

    use super::*;

    fn fixture() -> (tempfile::TempDir, RootDir) {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path().canonicalize().unwrap();
        plain::create_dir_all(base.join("root/d")).unwrap();
        plain::create_dir(base.join("out")).unwrap();
        plain::write(base.join("out/f"), "theirs").unwrap();
        let root_dir = RootDir::open(base.join("root")).unwrap();
        (directory, root_dir)
    }

    /// A directory becomes a link while it is held open, and before.
    #[test]
    fn no_step_leaves_through_a_link() {
        let (directory, root_dir) = fixture();
        let base = directory.path().canonicalize().unwrap();
        let path = LogicalPath::new;
        root_dir.create(&path("d/held")).unwrap();
        plain::rename(base.join("root/d"), base.join("root/moved")).unwrap();
        symlink(base.join("out"), base.join("root/d")).unwrap();
        symlink("../out", base.join("root/e")).unwrap();
        symlink("moved", base.join("root/inner")).unwrap();
        // What is held is the directory it was.
        root_dir.create(&path("d/late")).unwrap();
        assert!(base.join("root/moved/late").exists());
        for way in [
            "e/f",
            "e/new",
            "../out/f",
            "../out/new",
            "moved/../../out/f",
            "inner/new",
        ] {
            assert!(root_dir.create(&path(way)).is_err(), "{way}");
            assert!(!root_dir.remove(&path(way)).unwrap_or(false), "{way}");
            assert!(root_dir.rename(&path("moved/late"), &path(way)).is_err());
            assert!(root_dir.link(&path("moved/late"), &path(way)).is_err());
            assert!(root_dir.symlink(Path::new("x"), &path(way)).is_err());
            assert!(root_dir.make_directory(&path(way), Mode::RWXU).is_err());
        }
        assert_eq!(plain::read(base.join("out/f")).unwrap(), b"theirs");
        assert_eq!(plain::read_dir(base.join("out")).unwrap().count(), 1);
    }

    #[test]
    fn paths_longer_than_the_kernel_takes() {
        let (_directory, root_dir) = fixture();
        let name = "n".repeat(250);
        let mut path = name.clone();
        for _ in 0..20 {
            assert!(
                root_dir
                    .make_directory(&LogicalPath::new(path.as_str()), Mode::RWXU)
                    .unwrap()
            );
            path = format!("{path}/{name}");
        }
        root_dir.create(&LogicalPath::new(path.as_str())).unwrap();
        assert!(root_dir.remove(&LogicalPath::new(path)).unwrap());
    }
}
