//! Single steps on paths below one directory, on which no symbolic link can
//! lead out of it, not even one made in the meantime: every step works on a
//! name in a directory that is held open. Knows neither plans nor problems.

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

/// A directory, and those below it as they are needed.
#[derive(Debug)]
pub struct RootDir {
    path: PathBuf,
    root: Arc<OwnedFd>,
    open: Mutex<HashMap<PathBuf, Arc<OwnedFd>>>,
}

/// So many directories are held open at most; far below what a process may.
const HELD: usize = 128;

/// How directories are opened: never through a link.
const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

impl RootDir {
    /// Opens the directory; `path` has no links in it.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let root = fs::openat(CWD, &path, DIRECTORY, Mode::empty())?;
        Ok(Self {
            path,
            root: root.into(),
            open: Mutex::default(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory itself, held open.
    pub fn root(&self) -> &OwnedFd {
        &self.root
    }

    /// Makes a file that is not there yet.
    pub fn create(&self, path: &LogicalPath) -> io::Result<File> {
        let new = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let (directory, name) = self.place(path)?;
        Ok(fs::openat(directory, name, new, Mode::from_raw_mode(0o666))?.into())
    }

    /// Puts a file in another's place, or where there is nothing.
    pub fn rename(&self, from: &LogicalPath, to: &LogicalPath) -> io::Result<()> {
        let (from, old) = self.place(from)?;
        let (to, new) = self.place(to)?;
        Ok(fs::renameat(from, old, to, new)?)
    }

    /// Gives a file a second name.
    pub fn link(&self, from: &LogicalPath, to: &LogicalPath) -> io::Result<()> {
        let (from, old) = self.place(from)?;
        let (to, new) = self.place(to)?;
        Ok(fs::linkat(from, old, to, new, AtFlags::empty())?)
    }

    /// Makes a symbolic link, which may lead anywhere.
    pub fn symlink(&self, target: &Path, path: &LogicalPath) -> io::Result<()> {
        let (directory, name) = self.place(path)?;
        Ok(fs::symlinkat(target, directory, name)?)
    }

    /// Removes a file or a link, not what it leads to. Whether it was there.
    pub fn remove(&self, path: &LogicalPath) -> io::Result<bool> {
        let removed = self
            .place(path)
            .and_then(|(directory, name)| Ok(fs::unlinkat(directory, name, AtFlags::empty())?));
        match removed {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes a directory in one that exists. Whether it was not there.
    pub fn make_directory(&self, path: &LogicalPath) -> io::Result<bool> {
        let (directory, name) = self.place(path)?;
        match fs::mkdirat(directory, name, Mode::from_raw_mode(0o777)) {
            Ok(()) => Ok(true),
            // It was there, or somebody made it just now.
            Err(_) if self.directory(path.as_path()).is_ok() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a directory, if it is empty.
    pub fn remove_directory(&self, path: &LogicalPath) -> io::Result<()> {
        self.held().remove(path.as_path());
        let (directory, name) = self.place(path)?;
        Ok(fs::unlinkat(directory, name, AtFlags::REMOVEDIR)?)
    }

    /// A directory below, held open.
    pub fn directory(&self, path: &Path) -> io::Result<Arc<OwnedFd>> {
        if path == Path::new("") {
            return Ok(Arc::clone(&self.root));
        }
        if let Some(held) = self.held().get(path) {
            return Ok(Arc::clone(held));
        }
        let opened = self.descend(path)?;
        let mut open = self.held();
        if open.len() >= HELD {
            open.clear();
        }
        open.insert(path.to_owned(), Arc::clone(&opened));
        Ok(opened)
    }

    /// Opens a directory name by name, through no link.
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

    /// The directory that a path is in, and its name there.
    fn place<'p>(&self, path: &'p LogicalPath) -> io::Result<(Arc<OwnedFd>, &'p OsStr)> {
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

    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Arc<OwnedFd>>> {
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
        let beneath = RootDir::open(base.join("root")).unwrap();
        (directory, beneath)
    }

    /// A directory becomes a link while it is held open, and before.
    #[test]
    fn no_step_leaves_through_a_link() {
        let (directory, beneath) = fixture();
        let base = directory.path().canonicalize().unwrap();
        let path = LogicalPath::new;
        beneath.create(&path("d/held")).unwrap();
        plain::rename(base.join("root/d"), base.join("root/moved")).unwrap();
        symlink(base.join("out"), base.join("root/d")).unwrap();
        symlink("../out", base.join("root/e")).unwrap();
        symlink("moved", base.join("root/inner")).unwrap();
        // What is held is the directory it was.
        beneath.create(&path("d/late")).unwrap();
        assert!(base.join("root/moved/late").exists());
        for way in [
            "e/f",
            "e/new",
            "../out/f",
            "../out/new",
            "moved/../../out/f",
            "inner/new",
        ] {
            assert!(beneath.create(&path(way)).is_err(), "{way}");
            assert!(!beneath.remove(&path(way)).unwrap_or(false), "{way}");
            assert!(beneath.rename(&path("moved/late"), &path(way)).is_err());
            assert!(beneath.link(&path("moved/late"), &path(way)).is_err());
            assert!(beneath.symlink(Path::new("x"), &path(way)).is_err());
            assert!(beneath.make_directory(&path(way)).is_err());
        }
        assert_eq!(plain::read(base.join("out/f")).unwrap(), b"theirs");
        assert_eq!(plain::read_dir(base.join("out")).unwrap().count(), 1);
    }

    #[test]
    fn paths_longer_than_the_kernel_takes() {
        let (_directory, beneath) = fixture();
        let name = "n".repeat(250);
        let mut path = name.clone();
        for _ in 0..20 {
            assert!(
                beneath
                    .make_directory(&LogicalPath::new(path.as_str()))
                    .unwrap()
            );
            path = format!("{path}/{name}");
        }
        beneath.create(&LogicalPath::new(path.as_str())).unwrap();
        assert!(beneath.remove(&LogicalPath::new(path)).unwrap());
    }
}
