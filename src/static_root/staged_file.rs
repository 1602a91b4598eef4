//! A place in STATIC_ROOT and what is prepared beside it: writing the bytes,
//! sharing them, giving them mode and times. Decides nothing.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::time::SystemTime;

use rustix::io::Errno;

use super::static_root::{StaticRoot, cannot_read, cannot_write};
use crate::disk;
use crate::model::{LinkMode, LogicalPath, Problem, Stamp};

/// What a file's bytes are prepared from.
pub enum Source<'a> {
    /// Bytes in memory.
    Bytes(&'a [u8]),
    /// A file, which must still have this stamp, and its bytes, if they are
    /// in memory.
    File(&'a Path, &'a Stamp, Option<&'a [u8]>),
}

/// A place in STATIC_ROOT, and one beside it for what is not there yet.
#[derive(Debug)]
pub struct StagedFile {
    target: LogicalPath,
    temporary: LogicalPath,
}

/// Every file system takes names of so many bytes (eCryptfs takes the least).
const SURELY_SHORT: usize = 140;

/// What a compressed copy has in common with its file.
#[derive(Clone, Copy, Debug)]
pub struct Likeness {
    mode: u32,
    modified: SystemTime,
    /// The file's own.
    pub stamp: Stamp,
}

impl Likeness {
    /// That of a file.
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            mode: metadata.mode() & 0o7777,
            modified: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            stamp: Stamp::of(metadata),
        }
    }

    /// Whether a file was modified at the same time.
    pub fn has_time_of(self, metadata: &Metadata) -> bool {
        metadata.modified().is_ok_and(|time| time == self.modified)
    }
}

impl StaticRoot {
    /// The place of a path; the number is the run's own for this file.
    pub fn slot(&self, path: &LogicalPath, number: usize) -> StagedFile {
        StagedFile {
            target: path.clone(),
            temporary: self.run.beside(path, number),
        }
    }

    /// What comes before anything is prepared: the marker, and that the file
    /// system takes the name. (That of the temporary file is short.)
    fn reserve(&self, slot: &StagedFile) -> Result<(), Problem> {
        self.mark()?;
        let name = slot.target.as_path().file_name().unwrap_or_default();
        let path = self.locate(&slot.target);
        if name.len() > SURELY_SHORT
            && let Err(error) = fs::symlink_metadata(&path)
            && Errno::from_io_error(&error) == Some(Errno::NAMETOOLONG)
        {
            let problem = cannot_write(&path, &error);
            return Err(problem.help("shorten the name of the source, or ignore it"));
        }
        Ok(())
    }

    /// Prepares a file, in a directory that exists. With `like`, mode and
    /// times are those; else the mode is the settings'.
    pub fn prepare(
        &self,
        slot: &StagedFile,
        source: &Source<'_>,
        like: Option<Likeness>,
    ) -> Result<Likeness, Problem> {
        let _passage = self.gate.pass()?;
        self.reserve(slot)?;
        let failed = |error: io::Error| cannot_write(&self.locate(&slot.target), &error);
        let created = self.beneath()?.create(&slot.temporary);
        let mut file = created.map_err(failed)?;
        match source {
            Source::Bytes(bytes) => file.write_all(bytes).map_err(failed)?,
            Source::File(_, _, Some(bytes)) if !self.clones() => {
                file.write_all(bytes).map_err(failed)?;
            }
            Source::File(path, stamp, _) => {
                let opened = disk::open(path).map_err(|error| cannot_read(path, &error));
                let (mut from, _) = opened?;
                // One byte more than there should be shows that there is more.
                let size = stamp.size.saturating_add(1);
                self.copy(&mut from, size, &mut file).map_err(failed)?;
                let now = from.metadata().map_err(|error| cannot_read(path, &error))?;
                let copied = file.metadata().map_err(failed)?.len();
                if copied != stamp.size || Stamp::of(&now) != **stamp {
                    return Err(crate::sources::read::changed(path));
                }
            }
        }
        let mode = like.map(|like| like.mode).or(self.file_mode);
        let made = file.metadata().map_err(failed)?;
        if let Some(mode) = mode.filter(|mode| *mode != made.mode() & 0o7777) {
            let permissions = Permissions::from_mode(mode);
            file.set_permissions(permissions).map_err(failed)?;
        }
        // As Django's `_ensure_location_group_id` does, where it may.
        if let Some(group) = self.hold.get().map(|hold| hold.group)
            && group != made.gid()
        {
            let _ = fchown(&file, None, Some(group));
        }
        let mut likeness = Likeness::of(&made);
        if let Some(like) = like {
            let times = fs::FileTimes::new().set_modified(like.modified);
            file.set_times(times.set_accessed(like.modified))
                .map_err(failed)?;
            likeness = Likeness::of(&file.metadata().map_err(failed)?);
        }
        likeness.mode = mode.unwrap_or(likeness.mode);
        Ok(likeness)
    }

    /// Prepares another name of a file in STATIC_ROOT that is whole and has
    /// the same bytes, if that is wanted and possible.
    pub fn prepare_twin(&self, slot: &StagedFile, twin: &LogicalPath) -> Option<Likeness> {
        if self.link_mode != LinkMode::Hardlink {
            return None;
        }
        let _passage = self.gate.pass().ok()?;
        self.reserve(slot).ok()?;
        let beneath = self.beneath().ok()?;
        beneath.link(twin, &slot.temporary).ok()?;
        let metadata = self.look_at_file(&slot.temporary);
        if metadata.is_none() {
            beneath.remove(&slot.temporary).ok()?;
        }
        metadata.as_ref().map(Likeness::of)
    }

    /// Prepares a symbolic link to a source.
    pub fn prepare_link(&self, slot: &StagedFile, source: &Path) -> Result<(), Problem> {
        let _passage = self.gate.pass()?;
        self.reserve(slot)?;
        let made = self.beneath()?.symlink(source, &slot.temporary);
        made.map_err(|error| cannot_write(&self.locate(&slot.target), &error))
    }

    /// Puts what was prepared in its place, over what is there.
    pub fn put(&self, slot: &StagedFile) -> Result<(), Problem> {
        let beneath = self.beneath()?;
        let put = beneath.rename(&slot.temporary, &slot.target);
        put.and_then(|()| match self.link_mode {
            // Renaming one name of a file to another of its names does nothing.
            LinkMode::Hardlink => beneath.remove(&slot.temporary).map(|_| ()),
            LinkMode::Copy | LinkMode::Reflink => Ok(()),
        })
        .map_err(|error| cannot_write(&self.locate(&slot.target), &error))
    }

    /// Whether files may share blocks, as far as is known.
    fn clones(&self) -> bool {
        self.link_mode == LinkMode::Reflink && !self.cannot_clone.load(Relaxed)
    }

    /// Copies a file's content, or shares its blocks.
    fn copy(&self, from: &mut File, size: u64, to: &mut File) -> io::Result<()> {
        if self.clones() {
            if clone(from, to) {
                return Ok(());
            }
            self.cannot_clone.store(true, Relaxed);
        }
        if self.link_mode == LinkMode::Copy {
            io::copy(&mut Stranger(from).take(size), to)?;
        } else {
            io::copy(&mut from.take(size), to)?;
        }
        Ok(())
    }
}

impl StagedFile {
    /// Where what was prepared is, while it is not in its place.
    pub fn temporary(&self) -> &LogicalPath {
        &self.temporary
    }
}

/// A file that `io::copy` does not know for one, so that the kernel, which
/// may share blocks, does not do the copying.
struct Stranger<'a>(&'a mut File);

impl Read for Stranger<'_> {
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
