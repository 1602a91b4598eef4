//! Single steps on STATIC_ROOT: look, prepare a file beside its place, put
//! it there. Decides nothing; never writes in place and never through a
//! symbolic link.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

use super::gate::{Gate, Passage};
use crate::nouns::{ContentId, LinkMode, LogicalPath, Problem};
use crate::settings::Settings;

/// Names of files that are being prepared begin and end so.
pub const TEMPORARY: (&str, &str) = (".staticc-", ".tmp");

/// The directory that a run writes to.
pub struct StaticRoot {
    root: PathBuf,
    pub(super) file_mode: Option<u32>,
    directory_mode: Option<u32>,
    pub(super) link_mode: LinkMode,
    /// The root's group, which all files get. `None` until it exists.
    pub(super) group: Option<u32>,
    /// Directories made by this run, parents first.
    made: Mutex<Vec<PathBuf>>,
    /// Whether sharing blocks has failed once.
    pub(super) cannot_clone: AtomicBool,
    /// Passed by every step that writes.
    pub(super) gate: Gate,
    /// What the names of this run's temporary files have in common.
    pub(super) run: String,
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

pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Problem {
    Problem::error("cannot-write", format!("cannot be written: {error}")).in_file(path)
}

pub(super) fn cannot_read(path: &Path, error: &io::Error) -> Problem {
    Problem::error("unreadable", format!("cannot be read: {error}")).in_file(path)
}
