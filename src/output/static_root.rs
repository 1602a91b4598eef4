//! Single steps on STATIC_ROOT: look, prepare a file beside its place, put
//! it there. Decides nothing; never writes in place and never through a
//! symbolic link.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown, symlink};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::SystemTime;

use super::gate::{Gate, Passage};
use crate::nouns::{ContentId, LinkMode, LogicalPath, Problem, Stamp};
use crate::settings::Settings;

/// Names of files that are being prepared begin and end so.
pub const TEMPORARY: (&str, &str) = (".staticc-", ".tmp");

/// The directory that a run writes to.
pub struct StaticRoot {
    root: PathBuf,
    file_mode: Option<u32>,
    directory_mode: Option<u32>,
    link_mode: LinkMode,
    /// The root's group, which all files get. `None` until it exists.
    group: Option<u32>,
    /// Directories made by this run, parents first.
    made: Mutex<Vec<PathBuf>>,
    /// Whether sharing blocks has failed once.
    cannot_clone: AtomicBool,
    /// Passed by every step that writes.
    gate: Gate,
    /// What the names of this run's temporary files have in common.
    run: String,
}

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
pub struct Slot {
    target: PathBuf,
    temporary: PathBuf,
}

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
    /// STATIC_ROOT as the settings say. Nothing is written yet.
    pub fn new(settings: &Settings, link_mode: LinkMode) -> Self {
        let root = fs::canonicalize(&settings.static_root)
            .unwrap_or_else(|_| settings.static_root.clone());
        // A name that no other run has, now or in its leftovers.
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.map_or(0, |since| since.as_nanos());
        Self {
            group: fs::metadata(&root).ok().map(|metadata| metadata.gid()),
            root,
            file_mode: settings.file_mode,
            directory_mode: settings.directory_mode,
            link_mode,
            made: Mutex::default(),
            cannot_clone: AtomicBool::new(false),
            gate: Gate::default(),
            run: format!("{:x}-{now:x}", std::process::id()),
        }
    }

    /// Whether there was no such directory when the run began.
    pub fn is_new(&self) -> bool {
        self.group.is_none()
    }

    /// The directory itself, links resolved.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Where a path is on disk.
    pub fn locate(&self, path: &LogicalPath) -> PathBuf {
        self.root.join(path.as_path())
    }

    /// What is at a path now; symbolic links are not followed.
    pub fn look(&self, path: &LogicalPath) -> Option<Metadata> {
        fs::symlink_metadata(self.locate(path)).ok()
    }

    /// Whether a regular file with these bytes is at the path.
    pub fn holds(&self, path: &LogicalPath, content: ContentId, size: u64) -> bool {
        self.look(path)
            .is_some_and(|found| found.is_file() && found.len() == size)
            && hash_file(&self.locate(path)).is_ok_and(|found| found == content)
    }

    /// Whether a regular file with exactly these bytes is at the path.
    pub fn holds_bytes(&self, path: &LogicalPath, bytes: &[u8]) -> bool {
        self.look(path)
            .is_some_and(|found| found.is_file() && found.len() == bytes.len() as u64)
            && fs::read(self.locate(path)).is_ok_and(|found| found == bytes)
    }

    /// Whether a symbolic link to `target` is at the path.
    pub fn links_to(&self, path: &LogicalPath, target: &Path) -> bool {
        fs::read_link(self.locate(path)).is_ok_and(|found| found == target)
    }

    /// A directory is where a file is to be written.
    pub fn taken(&self, path: &LogicalPath) -> Problem {
        Problem::error("path-taken", "a directory is where a file is to be written")
            .in_file(self.locate(path))
            .cure("remove the directory from STATIC_ROOT")
    }

    /// Why nothing can be written in a directory, if so: something else is
    /// in the way, or a symbolic link leads out.
    pub fn directory_obstacle(&self, directory: &Path) -> Option<Problem> {
        let full = self.root.join(directory);
        match fs::metadata(&full) {
            Ok(found) if !found.is_dir() => Some(
                Problem::error("path-taken", "exists and is not a directory")
                    .in_file(full)
                    .cure("remove the file from STATIC_ROOT"),
            ),
            Ok(_) => match fs::canonicalize(&full) {
                Ok(real) if !real.starts_with(&self.root) => Some(
                    Problem::error(
                        "outside-static-root",
                        format!(
                            "symbolic link leads out of STATIC_ROOT, to {}",
                            real.display()
                        ),
                    )
                    .in_file(full)
                    .cure("remove the link from STATIC_ROOT"),
                ),
                _ => None,
            },
            // A file further up is found when that directory is looked at.
            Err(_) => None,
        }
    }

    /// The place of a path; the number is the run's own for this file.
    pub fn slot(&self, path: &LogicalPath, number: usize) -> Slot {
        let target = self.locate(path);
        let (before, after) = TEMPORARY;
        let temporary = target.with_file_name(format!("{before}{}-{number:x}{after}", self.run));
        Slot { target, temporary }
    }

    /// Prepares a file, in a directory that exists. With `like`, mode and
    /// times are those; else the mode is the settings'.
    pub fn prepare(
        &self,
        slot: &Slot,
        source: &Source<'_>,
        like: Option<Likeness>,
    ) -> Result<Likeness, Problem> {
        let _passage = self.gate.pass()?;
        let failed = |error: io::Error| cannot_write(&slot.target, &error);
        let mut file = File::create_new(&slot.temporary).map_err(failed)?;
        match source {
            Source::Bytes(bytes) => file.write_all(bytes).map_err(failed)?,
            Source::File(_, _, Some(bytes)) if !self.clones() => {
                file.write_all(bytes).map_err(failed)?;
            }
            Source::File(path, stamp, _) => {
                let mut from = File::open(path).map_err(|error| cannot_read(path, &error))?;
                self.copy(&mut from, &mut file).map_err(failed)?;
                let now = from.metadata().map_err(|error| cannot_read(path, &error))?;
                let copied = file.metadata().map_err(failed)?.len();
                if copied != stamp.size || Stamp::of(&now) != **stamp {
                    return Err(crate::sources::changed(path));
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
        if let Some(group) = self.group.filter(|&group| group != made.gid()) {
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
    pub fn prepare_twin(&self, slot: &Slot, twin: &Path) -> Option<Likeness> {
        if self.link_mode != LinkMode::Hardlink {
            return None;
        }
        let _passage = self.gate.pass().ok()?;
        fs::hard_link(twin, &slot.temporary).ok()?;
        let metadata = fs::symlink_metadata(&slot.temporary).ok()?;
        Some(Likeness::of(&metadata))
    }

    /// Prepares a symbolic link to a source.
    pub fn prepare_link(&self, slot: &Slot, source: &Path) -> Result<(), Problem> {
        let _passage = self.gate.pass()?;
        symlink(source, &slot.temporary).map_err(|error| cannot_write(&slot.target, &error))
    }

    /// Whether files may share blocks, as far as is known.
    fn clones(&self) -> bool {
        self.link_mode == LinkMode::Reflink && !self.cannot_clone.load(Relaxed)
    }

    /// Copies a file's content, or shares its blocks.
    fn copy(&self, from: &mut File, to: &mut File) -> io::Result<()> {
        if self.clones() {
            if clone(from, to) {
                return Ok(());
            }
            self.cannot_clone.store(true, Relaxed);
        }
        if self.link_mode == LinkMode::Copy {
            // The kernel would share blocks by itself; not of such a reader.
            io::copy(&mut io::BufReader::new(from), to)?;
        } else {
            io::copy(from, to)?;
        }
        Ok(())
    }

    /// Removes a file or a link, not what it leads to. Whether it was there.
    pub fn remove(&self, path: &LogicalPath) -> Result<bool, Problem> {
        let target = self.locate(path);
        match fs::remove_file(&target) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Problem::error(
                "cannot-write",
                format!("cannot be removed: {error}"),
            )
            .in_file(target)),
        }
    }

    /// Everything in STATIC_ROOT that is not a directory, in Django's order
    /// (a directory's files, then its directories), made repeatable.
    pub fn files(&self) -> Result<Vec<LogicalPath>, Problem> {
        if !self.root.is_dir() {
            return Ok(Vec::new());
        }
        walkdir::WalkDir::new(&self.root)
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
                Ok(entry) => {
                    let path = entry.path().strip_prefix(&self.root);
                    let path = path.unwrap_or(entry.path()).as_os_str();
                    Ok(LogicalPath::new(path.as_bytes()))
                }
                Err(error) => Err(Problem::error(
                    "unreadable",
                    format!("STATIC_ROOT cannot be listed: {error}"),
                )),
            })
            .collect()
    }

    /// Makes STATIC_ROOT itself, so that an empty run leaves one too.
    pub fn make(&self) -> Result<(), Problem> {
        let _passage = self.gate.pass()?;
        self.make_directory(&self.root)
    }

    /// Begins to put things in force; nothing interrupts that.
    pub fn begin_to_put(&self) -> Result<Passage<'_>, Problem> {
        self.gate.pass()
    }

    /// Stops the run: what is being put in force is finished, what is only
    /// prepared is removed.
    pub fn give_up(&self) {
        self.gate.close();
        let (before, after) = TEMPORARY;
        let ours = format!("{before}{}-", self.run);
        for entry in walkdir::WalkDir::new(&self.root).into_iter().flatten() {
            let name = entry.file_name().as_bytes();
            if name.starts_with(ours.as_bytes()) && name.ends_with(after.as_bytes()) {
                // What can't be removed is nobody's harm.
                let _ = fs::remove_file(entry.path());
            }
        }
        self.unmake();
    }

    /// Removes the directories that this run made, as far as they are empty.
    pub fn unmake(&self) {
        let made = self.made.lock().map(|mut made| std::mem::take(&mut *made));
        for directory in made.unwrap_or_default().iter().rev() {
            // Another process may have put something there.
            let _ = fs::remove_dir(directory);
        }
    }

    /// Makes a directory below STATIC_ROOT, with all that lead to it.
    pub fn make_below(&self, directory: &Path) -> Result<(), Problem> {
        let _passage = self.gate.pass()?;
        self.make_directory(&self.root.join(directory))
    }

    fn make_directory(&self, directory: &Path) -> Result<(), Problem> {
        if directory.is_dir() {
            return Ok(());
        }
        if let Some(parent) = directory.parent().filter(|parent| *parent != Path::new("")) {
            self.make_directory(parent)?;
        }
        match fs::create_dir(directory) {
            Ok(()) => {
                if let Ok(mut made) = self.made.lock() {
                    made.push(directory.to_path_buf());
                }
                if let Some(mode) = self.directory_mode {
                    fs::set_permissions(directory, Permissions::from_mode(mode))
                        .map_err(|error| cannot_write(directory, &error))?;
                }
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => {
                Ok(())
            }
            Err(error) => Err(cannot_write(directory, &error)),
        }
    }
}

impl Slot {
    /// Puts what was prepared in its place, over what is there.
    pub fn put(&self) -> Result<(), Problem> {
        fs::rename(&self.temporary, &self.target)
            .map_err(|error| cannot_write(&self.target, &error))
    }

    /// Removes what was prepared, if anything was.
    pub fn discard(&self) {
        // There is nothing to tell of what is not there.
        let _ = fs::remove_file(&self.temporary);
    }

    /// What was prepared, while it is not in its place.
    pub fn temporary(&self) -> &Path {
        &self.temporary
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

fn hash_file(path: &Path) -> io::Result<ContentId> {
    let mut hasher = blake3::Hasher::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize()),
            length => hasher.update(&buffer[..length]),
        };
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Problem {
    Problem::error("cannot-write", format!("cannot be written: {error}")).in_file(path)
}

fn cannot_read(path: &Path, error: &io::Error) -> Problem {
    Problem::error("unreadable", format!("cannot be read: {error}")).in_file(path)
}
