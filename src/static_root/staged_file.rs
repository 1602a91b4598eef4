//! Writes a file beside its target: bytes, mode, group and times. Then renames it. Decides
//! nothing.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::SystemTime;

use rustix::fs::Mode;
use rustix::io::Errno;

use super::lock::LockedRoot;
use super::write_problem::cannot_write;
use crate::disk;
use crate::disk::root_dir::RootDir;
use crate::model::{FileStep, LinkMode, LogicalPath, Problem, Stamp};
use crate::sources::source_problem::changed;

/// Where the bytes of a staged file come from.
pub enum FileSource<'a> {
    Bytes(&'a [u8]),
    /// A file that must still have this stamp.
    File {
        path: &'a Path,
        stamp: &'a Stamp,
        /// Its bytes, if they are in memory.
        bytes: Option<&'a [u8]>,
    },
}

/// A target in STATIC_ROOT, and the temporary file beside it.
#[derive(Debug)]
pub struct StagedFile {
    target: LogicalPath,
    temporary: LogicalPath,
}

/// The longest file name that every file system takes, in bytes. The limit of eCryptfs is
/// the lowest.
const MAX_PORTABLE_NAME: usize = 140;

impl StagedFile {
    pub(super) fn new(target: LogicalPath, temporary: LogicalPath) -> Self {
        Self { target, temporary }
    }

    pub fn target(&self) -> &LogicalPath {
        &self.target
    }

    pub fn temporary(&self) -> &LogicalPath {
        &self.temporary
    }

    /// Fails if the file system does not take the name of the target. The temporary name is
    /// short.
    pub(super) fn check_name(&self, root: &Path) -> Result<(), Problem> {
        let name = self.target.as_path().file_name().unwrap_or_default();
        let path = root.join(self.target.as_path());
        if name.len() > MAX_PORTABLE_NAME
            && let Err(error) = fs::symlink_metadata(&path)
            && Errno::from_io_error(&error) == Some(Errno::NAMETOOLONG)
        {
            let problem = cannot_write(&path, &error);
            return Err(problem.help("shorten the name of the source, or ignore it"));
        }
        Ok(())
    }
}

/// The attributes that a compressed copy shares with its file.
#[derive(Clone, Copy, Debug)]
pub struct CopyAttributes {
    mode: u32,
    modified: SystemTime,
    /// The stamp of the file itself.
    pub stamp: Stamp,
}

impl CopyAttributes {
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            mode: metadata.mode() & 0o7777,
            modified: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            stamp: Stamp::of(metadata),
        }
    }

    /// Returns whether a file was modified at the same time.
    pub fn has_time_of(self, metadata: &Metadata) -> bool {
        metadata.modified().is_ok_and(|time| time == self.modified)
    }
}

#[derive(Debug)]
pub(super) struct FileWriter {
    link_mode: LinkMode,
    /// `None`: what the umask leaves.
    file_mode: Option<u32>,
    /// Set once sharing blocks has failed.
    cannot_clone: AtomicBool,
}

impl FileWriter {
    pub fn new(link_mode: LinkMode, file_mode: Option<u32>) -> Self {
        Self {
            link_mode,
            file_mode,
            cannot_clone: AtomicBool::new(false),
        }
    }

    pub fn link_mode(&self) -> LinkMode {
        self.link_mode
    }

    /// Writes the temporary file. Mode and times are `attributes`, or those of the settings.
    pub fn write(
        &self,
        root: &LockedRoot,
        staged: &StagedFile,
        source: &FileSource<'_>,
        attributes: Option<CopyAttributes>,
    ) -> Result<CopyAttributes, Problem> {
        let path = root.directory.path().join(staged.target.as_path());
        let failed = |error: io::Error| cannot_write(&path, &error);
        let mode = self.mode(attributes).map(Mode::from_raw_mode);
        let created = match mode {
            Some(mode) => root.directory.create_with_mode(&staged.temporary, mode),
            None => root.directory.create(&staged.temporary),
        };
        let mut file = created.map_err(failed)?;
        match source {
            FileSource::Bytes(bytes)
            | FileSource::File {
                bytes: Some(bytes), ..
            } if !self.clones() || matches!(source, FileSource::Bytes(_)) => {
                file.write_all(bytes).map_err(failed)?;
            }
            FileSource::Bytes(_) => {}
            FileSource::File { path, stamp, .. } => {
                self.copy_file(path, stamp, &mut file, &failed)?;
            }
        }
        self.set_attributes(&file, root.group, attributes)
            .map_err(failed)
    }

    /// Copies a source, which must not change meanwhile.
    fn copy_file(
        &self,
        source: &Path,
        stamp: &Stamp,
        file: &mut File,
        failed: &impl Fn(io::Error) -> Problem,
    ) -> Result<(), Problem> {
        let unreadable = |error: io::Error| Problem::failed(FileStep::Read, source, &error);
        let (mut from, _) = disk::open(source).map_err(unreadable)?;
        // One more byte shows that the source has grown.
        let limit = stamp.size.saturating_add(1);
        self.copy(&mut from, limit, file).map_err(failed)?;
        let now = from.metadata().map_err(unreadable)?;
        let copied = file.metadata().map_err(failed)?.len();
        if copied != stamp.size || Stamp::of(&now) != *stamp {
            return Err(changed(source));
        }
        Ok(())
    }

    /// Returns the mode of a file. `None`: what the umask leaves.
    fn mode(&self, attributes: Option<CopyAttributes>) -> Option<u32> {
        let of_file = attributes.map(|attributes| attributes.mode);
        of_file.or(self.file_mode)
    }

    /// Sets mode, group and times. Returns the attributes for compressed copies.
    fn set_attributes(
        &self,
        file: &File,
        group: u32,
        attributes: Option<CopyAttributes>,
    ) -> io::Result<CopyAttributes> {
        let mode = self.mode(attributes);
        let created = file.metadata()?;
        // Writing takes some bits away from the mode with which the file was created.
        if let Some(mode) = mode.filter(|mode| *mode != created.mode() & 0o7777) {
            file.set_permissions(Permissions::from_mode(mode))?;
        }
        // Django's `_ensure_location_group_id` also ignores errors.
        if group != created.gid() {
            let _ = fchown(file, None, Some(group));
        }
        let mut result = CopyAttributes::of(&created);
        if let Some(attributes) = attributes {
            let times = fs::FileTimes::new().set_modified(attributes.modified);
            file.set_times(times.set_accessed(attributes.modified))?;
            result = CopyAttributes::of(&file.metadata()?);
        }
        result.mode = mode.unwrap_or(result.mode);
        Ok(result)
    }

    /// Renames a temporary file to its target, which it replaces.
    pub fn commit(&self, root: &RootDir, staged: &StagedFile) -> Result<(), Problem> {
        let renamed = root.rename(&staged.temporary, &staged.target);
        renamed
            .and_then(|()| match self.link_mode {
                // Renaming a file to another of its names does nothing.
                LinkMode::Hardlink => root.remove(&staged.temporary).map(|_| ()),
                LinkMode::Copy | LinkMode::Reflink => Ok(()),
            })
            .map_err(|error| cannot_write(&root.path().join(staged.target.as_path()), &error))
    }

    /// Returns whether files may share blocks, as far as is known.
    fn clones(&self) -> bool {
        self.link_mode == LinkMode::Reflink && !self.cannot_clone.load(Relaxed)
    }

    /// Copies the content of a file, or shares its blocks.
    fn copy(&self, from: &mut File, limit: u64, to: &mut File) -> io::Result<()> {
        if self.clones() {
            if clone(from, to) {
                return Ok(());
            }
            self.cannot_clone.store(true, Relaxed);
        }
        if self.link_mode == LinkMode::Copy {
            io::copy(&mut NoReflink(from).take(limit), to)?;
        } else {
            io::copy(&mut from.take(limit), to)?;
        }
        Ok(())
    }
}

/// Hides from `io::copy` that a reader is a file, so that the kernel does not share blocks.
struct NoReflink<'a>(&'a mut File);

impl Read for NoReflink<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

#[cfg(target_os = "linux")]
fn clone(from: &File, to: &File) -> bool {
    rustix::fs::ioctl_ficlone(to, from).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn clone(_: &File, _: &File) -> bool {
    false
}
