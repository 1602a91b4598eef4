//! The directory of a cache. Finds, reads, writes, lists and removes its files, none of them
//! through a symbolic link, and tells which of them others may have written. A directory
//! that it makes is for this user alone. Knows no keys and no contents.

use std::fs::{self, DirBuilder, File, Metadata};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{FileType, Mode};
use rustix::io::Errno;

use crate::disk;
use crate::disk::root_dir::{DirectoryEntry, RootDir, is_own_file};
use crate::model::LogicalPath;

/// The directory of compressed copies.
pub(super) const ENCODED: &str = "encoded";

/// The directory of the records of collect.
pub(super) const RECORDS: &str = "records";

/// The directory of the records of check.
pub(super) const CHECKS: &str = "checks";

/// The directory of releases. They are history, and the cache never evicts them.
pub(super) const RELEASES: &str = "releases";

#[derive(Debug)]
pub struct CacheDirectory {
    path: PathBuf,
    /// The directory, once a step needs it and it is there.
    opened: Mutex<Option<Arc<RootDir>>>,
}

/// A file of the cache, open for reading.
pub struct OpenCacheFile {
    pub file: File,
    pub metadata: Metadata,
    /// Whether only this user can have written it, or put it there.
    pub is_protected: bool,
}

impl OpenCacheFile {
    /// Returns all bytes of the file.
    pub fn read(&self) -> Option<Vec<u8>> {
        disk::read_open(&self.file, self.metadata.len()).ok()
    }
}

/// A file of the cache, as a list has it.
pub struct CacheFile {
    pub path: LogicalPath,
    /// When it was last used, as its modification time says: seconds and nanoseconds.
    pub used: (i64, i64),
    /// The disk space, in bytes.
    pub size: u64,
}

/// The prefix of files that are being written.
const TEMPORARY: &str = ".staticc-";

/// How many names of temporary files are tried.
const MAX_TRIES: usize = 100;

impl CacheDirectory {
    /// Touches no file.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            opened: Mutex::default(),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether others may write in it.
    pub fn is_shared(&self) -> bool {
        let is_own = self.open().and_then(|root| root.is_own(Path::new("")));
        is_own.is_ok_and(|is_own| !is_own)
    }

    /// Opens a file, if it is there and can be read.
    pub fn find(&self, path: &LogicalPath) -> Option<OpenCacheFile> {
        let root = self.open().ok()?;
        let (file, metadata) = root.open_file(path).ok()?;
        let parent = path.as_path().parent()?;
        Some(OpenCacheFile {
            is_protected: root.is_own(parent).ok()? && is_own_file(&file).ok()?,
            file,
            metadata,
        })
    }

    /// Replaces a file at once.
    pub fn write(
        &self,
        path: &LogicalPath,
        write: impl Fn(&mut dyn io::Write) -> io::Result<()>,
    ) -> io::Result<()> {
        match write_in(&*self.make()?, path, &write) {
            Err(error) if is_absent(&error) => {}
            result => return result,
        }
        // Its directory is new, or another process has removed the one that is held open.
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let root = self.make()?;
        make_parents(&root, path)?;
        write_in(&root, path, &write)
    }

    /// Appends to a file that only this user can read.
    pub fn append(&self, path: &LogicalPath, bytes: &[u8]) -> io::Result<()> {
        let (mut file, metadata) = self.open()?.append(path, PRIVATE & !Mode::XUSR)?;
        // A second name might be that of a file elsewhere.
        if metadata.nlink() > 1 {
            return Err(io::Error::other("has more than one name"));
        }
        file.write_all(bytes)
    }

    pub fn rename(&self, from: &LogicalPath, to: &LogicalPath) -> io::Result<()> {
        self.open()?.rename(from, to)
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, path: &LogicalPath) -> io::Result<()> {
        match self.open().and_then(|root| root.remove(path)) {
            Err(error) if !is_absent(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes the empty directories.
    pub fn remove_directories(&self) {
        let Ok(root) = self.open() else { return };
        for name in [ENCODED, RECORDS, CHECKS, RELEASES] {
            let directory = LogicalPath::new(name);
            for entry in entries(&root, &directory).unwrap_or_default() {
                // Directories with files of others stay.
                let _ = root.remove_directory(&join(&directory, &entry));
            }
            let _ = root.remove_directory(&directory);
        }
        let _ = fs::remove_dir(&self.path);
    }

    /// Returns the files that the cache may evict: compressed copies and records.
    pub fn evictable_files(&self) -> io::Result<Vec<CacheFile>> {
        let mut files = self.files_below(ENCODED)?;
        for name in [RECORDS, CHECKS] {
            files.extend(self.files_in(&LogicalPath::new(name))?);
        }
        Ok(files)
    }

    /// Returns the files of all releases.
    pub fn release_files(&self) -> io::Result<Vec<CacheFile>> {
        self.files_below(RELEASES)
    }

    /// Returns the entries of a directory that only this user can have written. Others may
    /// have removed or renamed some.
    pub fn own_entries(&self, directory: &LogicalPath) -> Vec<DirectoryEntry> {
        let listed = self.open().and_then(|root| entries(&root, directory));
        let mut entries = listed.unwrap_or_default();
        entries.retain(|entry| entry.is_own);
        entries
    }

    /// Returns the files in a directory and in its subdirectories.
    fn files_below(&self, name: &str) -> io::Result<Vec<CacheFile>> {
        let directory = LogicalPath::new(name);
        let mut files = self.files_in(&directory)?;
        let Some(root) = present(self.open())? else {
            return Ok(files);
        };
        for entry in entries(&root, &directory)? {
            if entry.file_type == FileType::Directory {
                files.extend(self.files_in(&join(&directory, &entry))?);
            }
        }
        Ok(files)
    }

    /// Returns the files in a directory. Files with other names, and links, are not staticc's.
    fn files_in(&self, directory: &LogicalPath) -> io::Result<Vec<CacheFile>> {
        let Some(root) = present(self.open())? else {
            return Ok(Vec::new());
        };
        let is_own = |entry: &DirectoryEntry| {
            let name = entry.name.as_bytes();
            let is_digest = name.len() >= 60 && name.iter().all(u8::is_ascii_hexdigit);
            entry.file_type == FileType::RegularFile
                && (is_digest || name.starts_with(TEMPORARY.as_bytes()))
        };
        let listed = entries(&root, directory)?;
        let own = listed.iter().filter(|entry| is_own(entry));
        let files = own.map(|entry| CacheFile {
            path: join(directory, entry),
            used: entry.modified,
            size: occupied(entry.size),
        });
        Ok(files.collect())
    }

    /// Opens the directory, if it is there. Its own path may have links.
    fn open(&self) -> io::Result<Arc<RootDir>> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(root) = &*opened {
            return Ok(Arc::clone(root));
        }
        let root = Arc::new(RootDir::open(self.path.canonicalize()?)?);
        *opened = Some(Arc::clone(&root));
        Ok(root)
    }

    /// Opens the directory. Makes it if it is missing.
    fn make(&self) -> io::Result<Arc<RootDir>> {
        match self.open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            result => return result,
        }
        if let Some(parent) = self.path.parent() {
            fs::create_dir_all(parent)?;
        }
        match DirBuilder::new().mode(0o700).create(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => self.open(),
        }
    }
}

/// The permissions in a directory that is for this user alone.
const PRIVATE: Mode = Mode::RWXU;

fn write_in(
    root: &RootDir,
    path: &LogicalPath,
    write: impl Fn(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<()> {
    let (temporary, file) = create_temporary(root, path)?;
    let mut out = io::BufWriter::new(file);
    let written = write(&mut out)
        .and_then(|()| out.flush())
        .and_then(|()| root.rename(&temporary, path));
    if written.is_err() {
        // What cannot be removed now is evicted later.
        let _ = root.remove(&temporary);
    }
    written
}

/// Creates a file beside `path`.
fn create_temporary(root: &RootDir, path: &LogicalPath) -> io::Result<(LogicalPath, File)> {
    // Compressed copies are for all who may use the directory. What a run records is for its
    // user.
    let mode = if path.as_path().starts_with(ENCODED) {
        mode_for_new(root)?
    } else {
        PRIVATE
    };
    let mode = mode & (Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::WGRP | Mode::ROTH | Mode::WOTH);
    let random = RandomState::new();
    for number in 0..MAX_TRIES {
        let name = format!("{TEMPORARY}{:016x}", random.hash_one(number));
        let temporary = path.as_path().with_file_name(name);
        let temporary = LogicalPath::new(temporary.as_os_str().as_bytes());
        match root.create_with_mode(&temporary, mode) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return Ok((temporary, created?)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn make_parents(root: &RootDir, path: &LogicalPath) -> io::Result<()> {
    let mode = mode_for_new(root)?;
    let parents = path.as_path().ancestors().skip(1);
    let mut parents: Vec<&Path> = parents.filter(|path| *path != Path::new("")).collect();
    parents.reverse();
    parents.into_iter().try_for_each(|parent| {
        let parent = LogicalPath::new(parent.as_os_str().as_bytes());
        root.make_directory_with_mode(&parent, mode)
    })
}

/// Returns the permissions of a new directory: those of the cache's directory, if it is shared.
fn mode_for_new(root: &RootDir) -> io::Result<Mode> {
    if root.is_own(Path::new(""))? {
        Ok(PRIVATE)
    } else {
        root.mode()
    }
}

/// Returns the entries of a directory; none if there is no directory.
fn entries(root: &RootDir, directory: &LogicalPath) -> io::Result<Vec<DirectoryEntry>> {
    Ok(present(root.entries(directory.as_path()))?.unwrap_or_default())
}

fn join(directory: &LogicalPath, entry: &DirectoryEntry) -> LogicalPath {
    LogicalPath::new([directory.as_bytes(), b"/", entry.name.as_bytes()].concat())
}

/// Returns `None` if something is not there.
fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if is_absent(&error) => Ok(None),
        result => result.map(Some),
    }
}

/// Returns whether a file, or a directory above it, is not there. A link counts as absent.
fn is_absent(error: &io::Error) -> bool {
    let absent = [Errno::NOENT, Errno::NOTDIR, Errno::LOOP];
    Errno::from_io_error(error).is_some_and(|error| absent.contains(&error))
}

/// Returns the disk space of a file of this size.
pub fn occupied(size: u64) -> u64 {
    const BLOCK: u64 = 4096;
    size.div_ceil(BLOCK) * BLOCK
}
