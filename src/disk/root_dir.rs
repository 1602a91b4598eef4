//! Does single steps on paths below a directory that it holds open. Each step works on a
//! name in an open directory, so that no symbolic link leads out, not even one that is
//! made meanwhile. Knows neither plans nor problems.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{self, AtFlags, CWD, Mode, OFlags};

use crate::model::LogicalPath;

/// A directory that is held open, and subdirectories as they are needed.
#[derive(Debug)]
pub struct RootDir {
    path: PathBuf,
    root: Arc<OwnedFd>,
    open: Mutex<HashMap<PathBuf, Arc<OwnedFd>>>,
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

    /// Makes a directory in an existing one. Returns whether it is new.
    pub fn make_directory(&self, path: &LogicalPath) -> io::Result<bool> {
        let (directory, name) = self.split(path)?;
        match fs::mkdirat(directory, name, Mode::from_raw_mode(0o777)) {
            Ok(()) => Ok(true),
            // It exists, perhaps because another process has just made it.
            Err(_) if self.directory(path.as_path()).is_ok() => Ok(false),
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
            assert!(root_dir.make_directory(&path(way)).is_err());
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
                    .make_directory(&LogicalPath::new(path.as_str()))
                    .unwrap()
            );
            path = format!("{path}/{name}");
        }
        root_dir.create(&LogicalPath::new(path.as_str())).unwrap();
        assert!(root_dir.remove(&LogicalPath::new(path)).unwrap());
    }
}
