//! STATIC_ROOT during a run: locks it, reads it, stages and commits single files. Decides
//! nothing. Never writes a file in place, and never through a symbolic link that leads out.

use std::fs::{self, DirBuilder, Metadata, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::fs::Mode;
use rustix::io::Errno;

use super::cancellation::{Cancellation, InFlight};
use super::lock::{LockMode, LockWait, LockedRoot, lock, no_locks};
use super::run_files::{RunFiles, sweep};
use super::staged_file::{CopyAttributes, FileSource, FileWriter, StagedFile};
use super::temp_names::TempNumber;
use super::write_problem::{cannot_remove, cannot_write, not_a_directory};
use crate::disk;
use crate::disk::root_dir::RootDir;
use crate::model::{Code, ContentId, FileStep, LinkMode, LogicalPath, Problem};
use crate::settings::Settings;

#[derive(Debug)]
pub struct StaticRoot {
    /// The path of the settings.
    path: PathBuf,
    directory_mode: Option<u32>,
    /// Whether each step is flushed to disk, to survive a power cut.
    durable: bool,
    writer: FileWriter,
    run_files: RunFiles,
    /// Set once the run has the lock.
    locked: OnceLock<LockedRoot>,
    cancellation: Cancellation,
}

/// How long a cancelled run waits for its commit to end.
const COMMIT_TIMEOUT: Duration = Duration::from_millis(400);

/// How long a cancelled run removes its temporary files. The next run removes the others.
const CLEANUP_TIMEOUT: Duration = Duration::from_millis(200);

impl StaticRoot {
    /// Takes the directory and the modes of the settings. Touches no file.
    pub fn new(settings: &Settings, link_mode: LinkMode, durable: bool) -> Self {
        Self {
            path: settings.static_root.clone(),
            directory_mode: settings.directory_mode,
            durable,
            writer: FileWriter::new(link_mode, settings.file_mode),
            run_files: RunFiles::new(),
            locked: OnceLock::new(),
            cancellation: Cancellation::default(),
        }
    }

    /// Locks STATIC_ROOT until the process ends, and removes what killed runs have left.
    pub fn lock(
        &self,
        mode: LockMode,
        wait: &mut LockWait<impl FnMut()>,
        mut warn: impl FnMut(Problem),
    ) -> Result<(), Problem> {
        let make = || {
            if mode != LockMode::Write {
                return Ok(());
            }
            let _in_flight = self.cancellation.begin_step()?;
            self.make_root(&self.path)
        };
        let Some(result) = lock(&self.path, mode, wait, make)? else {
            return Ok(());
        };
        let _ = self.locked.set(result.root);
        match result.unsupported {
            Some(error) => warn(no_locks(&self.path, error)),
            None if mode != LockMode::Read => sweep(self.directory()?)?,
            None => {}
        }
        Ok(())
    }

    /// Makes a directory with its parents.
    fn make_root(&self, directory: &Path) -> Result<(), Problem> {
        if directory.is_dir() {
            return Ok(());
        }
        if let Some(parent) = directory.parent().filter(|parent| *parent != Path::new("")) {
            self.make_root(parent)?;
        }
        let mut builder = DirBuilder::new();
        if let Some(mode) = self.directory_mode {
            builder.mode(mode);
        }
        match builder.create(directory) {
            Ok(()) => {
                self.run_files.add_directory_above(directory.to_path_buf());
                let mode = self.directory_mode.map(Permissions::from_mode);
                mode.map_or(Ok(()), |mode| fs::set_permissions(directory, mode))
                    .map_err(|error| cannot_write(directory, &error))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => {
                Ok(())
            }
            Err(error) => {
                Err(not_a_directory(directory).unwrap_or_else(|| cannot_write(directory, &error)))
            }
        }
    }

    fn locked(&self) -> Result<&LockedRoot, Problem> {
        let locked = self.locked.get();
        locked.ok_or_else(|| Problem::error(Code::NotHeld, "STATIC_ROOT is not held"))
    }

    pub(super) fn directory(&self) -> Result<&RootDir, Problem> {
        self.locked().map(|locked| &locked.directory)
    }
}

/// Reads files of STATIC_ROOT.
impl StaticRoot {
    /// Returns whether it was empty when the run began.
    pub fn is_new(&self) -> bool {
        self.locked.get().is_none_or(|locked| locked.was_empty)
    }

    /// Returns its path, with links resolved once it is locked.
    pub fn path(&self) -> &Path {
        let locked = self.locked.get();
        locked.map_or(&self.path, |locked| locked.directory.path())
    }

    /// Returns where a path is on disk.
    pub fn locate(&self, path: &LogicalPath) -> PathBuf {
        self.path().join(path.as_path())
    }

    /// Returns the metadata of a path if anything is there. Does not follow links.
    pub fn metadata(&self, path: &LogicalPath) -> Result<Option<Metadata>, Problem> {
        let place = self.locate(path);
        match fs::symlink_metadata(&place) {
            Ok(metadata) => Ok(Some(metadata)),
            Err(error) => match Errno::from_io_error(&error) {
                // A file whose name is too long cannot be there.
                Some(Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG) => Ok(None),
                _ => Err(Problem::failed(FileStep::Read, &place, &error)),
            },
        }
    }

    /// Returns the metadata of a path if it is a regular file.
    pub fn file_metadata(&self, path: &LogicalPath) -> Option<Metadata> {
        self.metadata(path).ok()?.filter(Metadata::is_file)
    }

    /// Returns whether a regular file with this content is at the path. `None` is a
    /// content that no file is known to have.
    pub fn has_content(&self, path: &LogicalPath, content: Option<ContentId>, size: u64) -> bool {
        let metadata = self.file_metadata(path);
        metadata.is_some_and(|metadata| metadata.len() == size)
            && content.is_some()
            && hash_file(&self.locate(path)).ok() == content
    }

    /// Returns whether a regular file with exactly these bytes is at the path.
    pub fn has_bytes(&self, path: &LogicalPath, bytes: &[u8]) -> bool {
        let metadata = self.file_metadata(path);
        metadata.is_some_and(|metadata| metadata.len() == bytes.len() as u64)
            && disk::read(&self.locate(path)).is_ok_and(|existing| existing == bytes)
    }

    /// Returns whether a symbolic link to `target` is at the path.
    pub fn links_to(&self, path: &LogicalPath, target: &Path) -> bool {
        fs::read_link(self.locate(path)).is_ok_and(|existing| existing == target)
    }

    /// Returns the problem of a directory at the path of a file.
    pub fn directory_in_the_way(&self, path: &LogicalPath) -> Problem {
        let message = "a directory is where a file is to be written";
        Problem::error(Code::PathTaken, message)
            .in_file(self.locate(path))
            .help("remove the directory from STATIC_ROOT")
    }

    /// Returns whether a directory is there. Anything else is a problem, also a symbolic
    /// link to a directory, which would give its files a second path.
    pub fn has_directory(&self, directory: &LogicalPath) -> Result<bool, Problem> {
        let message = match self.metadata(directory)? {
            None => return Ok(false),
            Some(metadata) if metadata.is_dir() => return Ok(true),
            Some(metadata) if metadata.is_symlink() => {
                "is a symbolic link where a directory is to be"
            }
            Some(_) => "exists and is not a directory",
        };
        let problem = Problem::error(Code::PathTaken, message).in_file(self.locate(directory));
        Err(problem.help("remove it from STATIC_ROOT"))
    }

    /// Returns everything that is not a directory: first the files of a directory, then
    /// its subdirectories, as Django lists them, each sorted by name.
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
                Ok(entry) => Ok(RootDir::relative_path(root, entry.path())),
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_path_buf();
                    let unknown = || io::Error::other("unknown error");
                    let io_error = error.into_io_error().unwrap_or_else(unknown);
                    Err(Problem::failed(FileStep::List, &path, &io_error)
                        .help("make it readable, or remove it from STATIC_ROOT"))
                }
            })
            .collect()
    }
}

/// Writes files of STATIC_ROOT.
impl StaticRoot {
    /// Makes a directory in an existing one of STATIC_ROOT.
    pub fn make_directory(&self, path: &LogicalPath) -> Result<(), Problem> {
        let _in_flight = self.cancellation.begin_step()?;
        let failed = |error| cannot_write(&self.locate(path), &error);
        let directory = self.directory()?;
        let mode = self.directory_mode.map(Mode::from_raw_mode);
        let all = Mode::RWXU | Mode::RWXG | Mode::RWXO;
        if directory
            .make_directory(path, mode.unwrap_or(all))
            .map_err(failed)?
        {
            self.run_files.add_directory_below(path.clone());
            if let Some(mode) = mode {
                let made = directory.directory(path.as_path()).map_err(failed)?;
                rustix::fs::fchmod(&*made, mode).map_err(|error| failed(error.into()))?;
            }
        }
        Ok(())
    }

    /// Names a target and its temporary file.
    pub fn staged_file(&self, path: &LogicalPath, number: TempNumber) -> StagedFile {
        StagedFile::new(path.clone(), self.run_files.temporary_path(path, number))
    }

    /// Writes a temporary file, in a directory that exists. Mode and times are
    /// `attributes`, or those of the settings.
    pub fn stage(
        &self,
        staged: &StagedFile,
        source: &FileSource<'_>,
        attributes: Option<CopyAttributes>,
    ) -> Result<CopyAttributes, Problem> {
        let _in_flight = self.begin_staging(staged)?;
        self.writer
            .write(self.locked()?, staged, source, attributes)
    }

    /// Links a temporary file to a complete one with the same bytes. `None` if hard links
    /// are not wanted or not possible.
    pub fn stage_hard_link(
        &self,
        staged: &StagedFile,
        existing: &LogicalPath,
    ) -> Option<CopyAttributes> {
        if self.writer.link_mode() != LinkMode::Hardlink {
            return None;
        }
        let _in_flight = self.begin_staging(staged).ok()?;
        let directory = self.directory().ok()?;
        directory.link(existing, staged.temporary()).ok()?;
        let metadata = self.file_metadata(staged.temporary());
        if metadata.is_none() {
            directory.remove(staged.temporary()).ok()?;
        }
        metadata.as_ref().map(CopyAttributes::of)
    }

    /// Makes a temporary symbolic link to a source.
    pub fn stage_symlink(&self, staged: &StagedFile, source: &Path) -> Result<(), Problem> {
        let _in_flight = self.begin_staging(staged)?;
        let made = self.directory()?.symlink(source, staged.temporary());
        made.map_err(|error| cannot_write(&self.locate(staged.target()), &error))
    }

    fn begin_staging(&self, staged: &StagedFile) -> Result<InFlight<'_>, Problem> {
        let in_flight = self.cancellation.begin_step()?;
        self.run_files.mark(self.directory()?)?;
        staged.check_name(self.path())?;
        Ok(in_flight)
    }

    /// Renames a temporary file to its target.
    pub fn commit(&self, staged: &StagedFile) -> Result<(), Problem> {
        self.writer.commit(self.directory()?, staged)
    }

    /// Removes a file or a link, not what the link leads to.
    pub fn remove(&self, path: &LogicalPath) -> Result<(), Problem> {
        let removed = self.directory()?.remove(path).map(|_| ());
        removed.map_err(|error| cannot_remove(&self.locate(path), &error))
    }

    /// Flushes all files to disk, if the run is durable.
    pub fn sync(&self) -> Result<(), Problem> {
        if !self.durable {
            return Ok(());
        }
        let synced = sync(self.directory()?.root());
        synced.map_err(|error| cannot_write(self.path(), &error))
    }

    /// Begins the commit, which is not cancelled.
    pub fn begin_commit(&self) -> Result<InFlight<'_>, Problem> {
        self.cancellation.begin_step()
    }

    /// Removes the marker after the commit.
    pub fn remove_marker(&self) -> Result<(), Problem> {
        self.run_files.remove_marker(self.directory()?)
    }

    /// Removes what a failed run has staged and the directories that it has made.
    pub fn rollback(&self) {
        self.run_files.clean_up(self.directory().ok(), None);
    }

    /// Cancels the run from another thread: waits shortly for a commit, and removes what
    /// is only staged. Returns whether nothing temporary is left.
    pub fn cancel(&self) -> bool {
        let is_quiet = self.cancellation.cancel(COMMIT_TIMEOUT);
        let directory = self.directory().ok();
        let deadline = Instant::now() + CLEANUP_TIMEOUT;
        let is_clean = self.run_files.clean_up(directory, Some(deadline));
        if let (false, Some(directory)) = (is_quiet, directory) {
            // A step in flight may still make a temporary file.
            RunFiles::leave_marker(directory);
        }
        is_quiet && is_clean
    }
}

fn hash_file(path: &Path) -> io::Result<ContentId> {
    let mut hasher = blake3::Hasher::new();
    let (file, _) = disk::open(path)?;
    Ok(hasher.update_reader(file)?.finalize())
}

/// Flushes the whole file system, which is much faster than flushing each file.
#[cfg(target_os = "linux")]
fn sync(directory: &OwnedFd) -> io::Result<()> {
    Ok(rustix::fs::syncfs(directory)?)
}

#[cfg(not(target_os = "linux"))]
fn sync(_: &OwnedFd) -> io::Result<()> {
    rustix::fs::sync();
    Ok(())
}
