//! Single steps on STATIC_ROOT: look, prepare a file beside its place, put
//! it there. Decides nothing; never writes in place and never through a
//! symbolic link that leads out.

use std::fs::{self, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, OnceLock};

use rustix::io::Errno;

use super::cancellation::{Cancellation, InFlight};
use super::root_dir::RootDir;
use super::temp_names::RunId;
use crate::disk;
use crate::model::{Code, ContentId, LinkMode, LogicalPath, Problem};
use crate::settings::Settings;

/// The directory that a run writes to.
#[derive(Debug)]
pub struct StaticRoot {
    /// As the settings say.
    pub(super) wanted: PathBuf,
    pub(super) file_mode: Option<u32>,
    pub(super) directory_mode: Option<u32>,
    pub(super) link_mode: LinkMode,
    /// Whether what is done is to survive a power cut.
    durable: bool,
    /// From when it is ours.
    pub(super) hold: OnceLock<LockedRoot>,
    /// Directories made by this run, parents first: those that lead to
    /// STATIC_ROOT and itself, and those below.
    pub(super) made_above: Mutex<Vec<PathBuf>>,
    pub(super) made_below: Mutex<Vec<LogicalPath>>,
    /// Whether sharing blocks has failed once.
    pub(super) cannot_clone: AtomicBool,
    /// Passed by every step that writes.
    pub(super) gate: Cancellation,
    pub(super) run: RunId,
    /// Whether there may be temporary files of this run.
    pub(super) marked: OnceLock<Result<(), Problem>>,
}

/// STATIC_ROOT while it is held.
#[derive(Debug)]
pub(super) struct LockedRoot {
    pub(super) beneath: RootDir,
    /// The root's group, which all files get.
    pub(super) group: u32,
    pub(super) was_empty: bool,
}

impl StaticRoot {
    /// STATIC_ROOT as the settings say. Nothing is looked at yet.
    pub fn new(settings: &Settings, link_mode: LinkMode, durable: bool) -> Self {
        Self {
            wanted: settings.static_root.clone(),
            file_mode: settings.file_mode,
            directory_mode: settings.directory_mode,
            link_mode,
            durable,
            hold: OnceLock::new(),
            made_above: Mutex::default(),
            made_below: Mutex::default(),
            cannot_clone: AtomicBool::new(false),
            gate: Cancellation::default(),
            run: RunId::new(),
            marked: OnceLock::new(),
        }
    }

    /// Whether there was nothing in it when the run began.
    pub fn is_new(&self) -> bool {
        self.hold.get().is_none_or(|hold| hold.was_empty)
    }

    /// The directory itself, links resolved as soon as it is held.
    pub fn path(&self) -> &Path {
        self.hold
            .get()
            .map_or(&self.wanted, |hold| hold.beneath.path())
    }

    pub(super) fn beneath(&self) -> Result<&RootDir, Problem> {
        let hold = self.hold.get().map(|hold| &hold.beneath);
        hold.ok_or_else(|| Problem::error(Code::NotHeld, "STATIC_ROOT is not held"))
    }

    /// Where a path is on disk.
    pub fn locate(&self, path: &LogicalPath) -> PathBuf {
        self.path().join(path.as_path())
    }

    /// The path of what was found on disk.
    pub(super) fn path_of(&self, entry: &walkdir::DirEntry) -> LogicalPath {
        let path = entry.path().strip_prefix(self.path());
        LogicalPath::new(path.unwrap_or(entry.path()).as_os_str().as_bytes())
    }

    /// What is at a path now, if anything is; symbolic links are not followed.
    pub fn look(&self, path: &LogicalPath) -> Result<Option<Metadata>, Problem> {
        let place = self.locate(path);
        match fs::symlink_metadata(&place) {
            Ok(found) => Ok(Some(found)),
            Err(error) => match Errno::from_io_error(&error) {
                // What is too long a name is nowhere.
                Some(Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG) => Ok(None),
                _ => Err(cannot_read(&place, &error)),
            },
        }
    }

    /// What is at a path, if it is a regular file that can be looked at.
    pub fn look_at_file(&self, path: &LogicalPath) -> Option<Metadata> {
        self.look(path).ok()?.filter(Metadata::is_file)
    }

    /// Whether a regular file with these bytes is at the path.
    pub fn holds(&self, path: &LogicalPath, content: ContentId, size: u64) -> bool {
        self.look_at_file(path)
            .is_some_and(|found| found.len() == size)
            && hash_file(&self.locate(path)).is_ok_and(|found| found == content)
    }

    /// Whether a regular file with exactly these bytes is at the path.
    pub fn holds_bytes(&self, path: &LogicalPath, bytes: &[u8]) -> bool {
        self.look_at_file(path)
            .is_some_and(|found| found.len() == bytes.len() as u64)
            && disk::read(&self.locate(path)).is_ok_and(|found| found == bytes)
    }

    /// Whether a symbolic link to `target` is at the path.
    pub fn links_to(&self, path: &LogicalPath, target: &Path) -> bool {
        fs::read_link(self.locate(path)).is_ok_and(|found| found == target)
    }

    /// A directory is where a file is to be written.
    pub fn taken(&self, path: &LogicalPath) -> Problem {
        Problem::error(
            Code::PathTaken,
            "a directory is where a file is to be written",
        )
        .in_file(self.locate(path))
        .help("remove the directory from STATIC_ROOT")
    }

    /// Whether a directory is there; a problem if something else is. A link
    /// to a directory would be another name of all that is in it.
    pub fn has_directory(&self, directory: &LogicalPath) -> Result<bool, Problem> {
        let what = match self.look(directory)? {
            None => return Ok(false),
            Some(found) if found.is_dir() => return Ok(true),
            Some(found) if found.is_symlink() => "is a symbolic link where a directory is to be",
            Some(_) => "exists and is not a directory",
        };
        let problem = Problem::error(Code::PathTaken, what).in_file(self.locate(directory));
        Err(problem.help("remove it from STATIC_ROOT"))
    }

    /// Removes a file or a link, not what it leads to.
    pub fn remove(&self, path: &LogicalPath) -> Result<(), Problem> {
        let removed = self.beneath()?.remove(path);
        removed.map(|_| ()).map_err(|error| {
            Problem::error(Code::CannotWrite, format!("cannot be removed: {error}"))
                .in_file(self.locate(path))
        })
    }

    /// Everything in STATIC_ROOT that is not a directory, in Django's order
    /// (a directory's files, then its directories), made repeatable.
    pub fn files(&self) -> Result<Vec<LogicalPath>, Problem> {
        let root = self.path();
        if !root.is_dir() {
            return Ok(Vec::new());
        }
        walkdir::WalkDir::new(root)
            .min_depth(1)
            .sort_by(|a, b| {
                let key = |entry: &walkdir::DirEntry| {
                    (entry.file_type().is_dir(), entry.file_name().to_owned())
                };
                key(a).cmp(&key(b))
            })
            .into_iter()
            .filter(|entry| !matches!(entry, Ok(entry) if entry.file_type().is_dir()))
            .map(|entry| match entry {
                Ok(entry) => Ok(self.path_of(&entry)),
                Err(error) => Err(Problem::error(
                    Code::Unreadable,
                    format!("STATIC_ROOT cannot be listed: {error}"),
                )),
            })
            .collect()
    }

    /// With durability wanted: returns once all that was done is on disk.
    pub fn settle(&self) -> Result<(), Problem> {
        if !self.durable {
            return Ok(());
        }
        let synced = sync(self.beneath()?.root());
        synced.map_err(|error| cannot_write(self.path(), &error))
    }

    /// Begins to put things in force.
    pub fn begin_to_put(&self) -> Result<InFlight<'_>, Problem> {
        self.gate.pass()
    }

    /// Makes a directory in one that exists, below STATIC_ROOT.
    pub fn make_directory(&self, path: &LogicalPath) -> Result<(), Problem> {
        let _passage = self.gate.pass()?;
        let failed = |error| cannot_write(&self.locate(path), &error);
        let beneath = self.beneath()?;
        if beneath.make_directory(path).map_err(failed)? {
            if let Ok(mut made) = self.made_below.lock() {
                made.push(path.clone());
            }
            if let Some(mode) = self.directory_mode {
                let made = beneath.directory(path.as_path()).map_err(failed)?;
                let mode = rustix::fs::Mode::from_raw_mode(mode);
                rustix::fs::fchmod(&*made, mode).map_err(|error| failed(error.into()))?;
            }
        }
        Ok(())
    }
}

fn hash_file(path: &Path) -> io::Result<ContentId> {
    let mut hasher = blake3::Hasher::new();
    let (file, _) = disk::open(path)?;
    Ok(hasher.update_reader(file)?.finalize())
}

/// One call for the whole file system: a call for each file is slower by far.
#[cfg(target_os = "linux")]
fn sync(directory: &OwnedFd) -> io::Result<()> {
    Ok(rustix::fs::syncfs(directory)?)
}

#[cfg(not(target_os = "linux"))]
fn sync(_: &OwnedFd) -> io::Result<()> {
    rustix::fs::sync();
    Ok(())
}

pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Problem {
    let problem = Problem::error(Code::CannotWrite, format!("cannot be written: {error}"));
    let help = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "make room there, and run again"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "make the directory writable, or name another as STATIC_ROOT"
        }
        _ => return problem.in_file(path),
    };
    problem.in_file(path).help(help)
}

pub(super) fn cannot_read(path: &Path, error: &io::Error) -> Problem {
    Problem::error(Code::Unreadable, format!("cannot be read: {error}")).in_file(path)
}
