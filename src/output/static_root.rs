//! Single steps on STATIC_ROOT: look, prepare a file beside its place, put
//! it there. Decides nothing; never writes in place and never through a
//! symbolic link.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use tempfile::TempPath;

use crate::nouns::{LogicalPath, Problem};
use crate::settings::Settings;
use crate::sources::{ContentId, Stamp};

/// Names of files that are being prepared begin and end so.
pub const TEMPORARY: (&str, &str) = (".staticc-", ".tmp");

/// The directory that a run writes to.
pub struct StaticRoot {
    root: PathBuf,
    file_mode: Option<u32>,
    directory_mode: Option<u32>,
    /// The root's group, which all files get. `None` until it exists.
    group: Option<u32>,
    /// Directories made by this run, parents first.
    made: Mutex<Vec<PathBuf>>,
}

/// What a file's bytes are prepared from.
pub enum Source<'a> {
    /// Bytes in memory.
    Bytes(&'a [u8]),
    /// A file, which must still have this stamp.
    File(&'a Path, &'a Stamp),
}

/// A file that is whole, beside its place, and not yet in it.
#[derive(Debug)]
pub struct Prepared {
    temporary: TempPath,
    target: PathBuf,
}

impl StaticRoot {
    /// STATIC_ROOT as the settings say. Nothing is written yet.
    pub fn new(settings: &Settings) -> Self {
        let root = fs::canonicalize(&settings.static_root)
            .unwrap_or_else(|_| settings.static_root.clone());
        Self {
            group: fs::metadata(&root).ok().map(|metadata| metadata.gid()),
            root,
            file_mode: settings.file_mode,
            directory_mode: settings.directory_mode,
            made: Mutex::default(),
        }
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

    /// Why nothing can be written at the path, if so: something else is in
    /// the way, or a symbolic link leads out.
    pub fn obstacle(&self, path: &LogicalPath) -> Option<Problem> {
        let target = self.locate(path);
        if fs::symlink_metadata(&target).is_ok_and(|found| found.is_dir()) {
            return Some(
                Problem::error("path-taken", "a directory is where a file is to be written")
                    .in_file(target)
                    .cure("remove the directory from STATIC_ROOT"),
            );
        }
        None
    }

    /// The same for a directory that files are to be written in.
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

    /// Prepares a file for `path`. With `like`, mode and times are those of
    /// that file; else the mode is the settings'.
    pub fn prepare(
        &self,
        path: &LogicalPath,
        source: &Source<'_>,
        like: Option<&Path>,
    ) -> Result<Prepared, Problem> {
        let target = self.locate(path);
        let directory = self.make_directory_of(&target)?;
        let failed = |error: io::Error| cannot_write(&target, &error);
        let mut file = tempfile::Builder::new()
            .prefix(TEMPORARY.0)
            .suffix(TEMPORARY.1)
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(directory)
            .map_err(failed)?;
        match source {
            Source::Bytes(bytes) => file.write_all(bytes).map_err(failed)?,
            Source::File(path, stamp) => {
                let mut from = File::open(path).map_err(|error| cannot_read(path, &error))?;
                let copied = io::copy(&mut from, file.as_file_mut()).map_err(failed)?;
                let now = from.metadata().map_err(|error| cannot_read(path, &error))?;
                if copied != stamp.size || Stamp::of(&now) != **stamp {
                    return Err(crate::sources::changed(path));
                }
            }
        }
        let like = like
            .map(|like| fs::metadata(like).map_err(|error| cannot_read(like, &error)))
            .transpose()?;
        let mode = like
            .as_ref()
            .map(|like| like.mode() & 0o7777)
            .or(self.file_mode);
        if let Some(mode) = mode {
            let permissions = Permissions::from_mode(mode);
            file.as_file()
                .set_permissions(permissions)
                .map_err(failed)?;
        }
        if let Some(modified) = like.and_then(|like| like.modified().ok()) {
            set_modified(file.as_file(), modified).map_err(failed)?;
        }
        self.give_group(file.path());
        let temporary = file.into_temp_path();
        Ok(Prepared { temporary, target })
    }

    /// Prepares a symbolic link at `path` to `source`.
    pub fn prepare_link(&self, path: &LogicalPath, source: &Path) -> Result<Prepared, Problem> {
        let target = self.locate(path);
        let directory = self.make_directory_of(&target)?;
        let temporary = tempfile::Builder::new()
            .prefix(TEMPORARY.0)
            .suffix(TEMPORARY.1)
            .make_in(directory, |at| symlink(source, at))
            .map_err(|error| cannot_write(&target, &error))?
            .into_temp_path();
        Ok(Prepared { temporary, target })
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
        self.make_directory(&self.root)
    }

    /// Removes the directories that this run made, as far as they are empty.
    pub fn unmake(&self) {
        let made = self.made.lock().map(|mut made| std::mem::take(&mut *made));
        for directory in made.unwrap_or_default().iter().rev() {
            // Another process may have put something there.
            let _ = fs::remove_dir(directory);
        }
    }

    fn make_directory_of<'t>(&self, target: &'t Path) -> Result<&'t Path, Problem> {
        let directory = target.parent().unwrap_or(target);
        self.make_directory(directory)?;
        Ok(directory)
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

    /// Gives a file STATIC_ROOT's group where that is possible, as Django's
    /// `_ensure_location_group_id` does.
    fn give_group(&self, file: &Path) {
        if let Some(group) = self.group
            && fs::metadata(file).is_ok_and(|file| file.gid() != group)
        {
            let _ = chown(file, None, Some(group));
        }
    }
}

impl Prepared {
    /// Puts the file in its place, over what is there.
    pub fn put(self) -> Result<(), Problem> {
        let target = self.target;
        self.temporary
            .persist(&target)
            .map_err(|error| cannot_write(&target, &error.error))
    }

    /// The file while it is not in its place.
    pub fn path(&self) -> &Path {
        &self.temporary
    }
}

/// Whether a name is one of a file being prepared.
pub fn is_temporary(name: &OsStr) -> bool {
    let name = name.as_bytes();
    name.starts_with(TEMPORARY.0.as_bytes()) && name.ends_with(TEMPORARY.1.as_bytes())
}

fn set_modified(file: &File, modified: SystemTime) -> io::Result<()> {
    file.set_times(
        fs::FileTimes::new()
            .set_modified(modified)
            .set_accessed(modified),
    )
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
