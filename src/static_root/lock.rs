//! Locks STATIC_ROOT for a run. The lock is on the directory itself: it leaves no file,
//! and the kernel releases it when the process ends. Does not know what a run does.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::write_problem::not_a_directory;
use crate::disk::root_dir::RootDir;
use crate::model::{Code, FileStep, Problem};

/// What a run does with STATIC_ROOT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// Writes to it. It is made if it is missing.
    Write,
    /// Removes files, but makes none.
    Remove,
    /// Reads. Other readers may have the lock too.
    Read,
}

/// STATIC_ROOT while the run has the lock.
#[derive(Debug)]
pub(super) struct LockedRoot {
    pub directory: RootDir,
    /// The group of the directory, which all files get.
    pub group: u32,
    pub was_empty: bool,
}

/// The result of locking.
pub(super) struct LockResult {
    pub root: LockedRoot,
    /// Why the file system does not lock. The run goes on without a lock.
    pub unsupported: Option<Errno>,
}

/// How often locking is tried if the directory is replaced while the run waits.
const MAX_TRIES: usize = 100;

/// How long a run waits between two tries to get the lock.
const INTERVAL: Duration = Duration::from_millis(50);

/// How a run waits for the process that has the lock.
pub struct LockWait<F> {
    timeout: Duration,
    /// Called once, when the run begins to wait.
    on_wait: F,
    /// When the run stops waiting. `None` until it begins to wait.
    deadline: Option<Instant>,
}

impl<F: FnMut()> LockWait<F> {
    pub fn new(timeout: Duration, on_wait: F) -> Self {
        Self {
            timeout,
            on_wait,
            deadline: None,
        }
    }

    /// Sleeps until the next try. Fails if the time is over.
    fn sleep(&mut self, path: &Path) -> Result<(), Problem> {
        let now = Instant::now();
        let deadline = *self.deadline.get_or_insert_with(|| {
            if !self.timeout.is_zero() {
                (self.on_wait)();
            }
            now + self.timeout
        });
        let left = deadline.saturating_duration_since(now);
        if left.is_zero() {
            return Err(still_locked(path, self.timeout));
        }
        thread::sleep(left.min(INTERVAL));
        Ok(())
    }
}

/// Locks the directory at `path`, and waits if another process has the lock. `make`
/// creates the directory before each try. Returns `None` if there is no directory.
pub(super) fn lock(
    path: &Path,
    mode: LockMode,
    wait: &mut LockWait<impl FnMut()>,
    make: impl Fn() -> Result<(), Problem>,
) -> Result<Option<LockResult>, Problem> {
    for _ in 0..MAX_TRIES {
        make()?;
        let real = match fs::canonicalize(path) {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot_open(path, &error)),
        };
        let directory = RootDir::open(real).map_err(|error| cannot_open(path, &error))?;
        let unsupported = lock_directory(&directory, path, mode, wait)?;
        let root = LockedRoot::new(directory, path).map_err(|error| cannot_open(path, &error))?;
        // Otherwise another run has failed and removed the directory that it had made, or
        // a symbolic link leads elsewhere now.
        if let Some(root) = root {
            return Ok(Some(LockResult { root, unsupported }));
        }
    }
    let message = "STATIC_ROOT is replaced again and again";
    Err(Problem::error(Code::CannotHold, message).in_file(path))
}

/// Returns the error of a file system without locks.
fn lock_directory(
    directory: &RootDir,
    path: &Path,
    mode: LockMode,
    wait: &mut LockWait<impl FnMut()>,
) -> Result<Option<Errno>, Problem> {
    let operation = match mode {
        LockMode::Write | LockMode::Remove => FlockOperation::NonBlockingLockExclusive,
        LockMode::Read => FlockOperation::NonBlockingLockShared,
    };
    loop {
        match flock(directory.root(), operation) {
            Err(Errno::WOULDBLOCK) => wait.sleep(path)?,
            Err(Errno::INTR) => {}
            result => return Ok(result.err()),
        }
    }
}

impl LockedRoot {
    /// Returns `None` if `path` leads to another directory by now.
    fn new(directory: RootDir, path: &Path) -> io::Result<Option<Self>> {
        let locked = fs::File::from(directory.root().try_clone()?).metadata()?;
        let identity = |metadata: &Metadata| (metadata.dev(), metadata.ino());
        match fs::metadata(path) {
            Ok(there) if identity(&there) == identity(&locked) => Ok(Some(Self {
                group: locked.gid(),
                was_empty: fs::read_dir(directory.path())?.next().is_none(),
                directory,
            })),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(None),
        }
    }
}

fn cannot_open(path: &Path, error: &io::Error) -> Problem {
    not_a_directory(path).unwrap_or_else(|| {
        Problem::failed(FileStep::Open, path, error)
            .help("make it readable, or name another directory as STATIC_ROOT")
    })
}

/// Returns the problem of a lock that another process does not release in time.
fn still_locked(path: &Path, waited: Duration) -> Problem {
    let (message, help) = match waited.as_secs() {
        0 => (
            "another run of staticc has locked this STATIC_ROOT".to_owned(),
            "try again later, or wait for it with --wait SECONDS".to_owned(),
        ),
        seconds => {
            let plural = if seconds == 1 { "" } else { "s" };
            (
                format!("is still locked by another process after {seconds} second{plural}"),
                format!(
                    "`fuser -v {}` names the process; to wait longer, use --wait SECONDS",
                    path.display()
                ),
            )
        }
    };
    let problem = Problem::error(Code::Locked, message);
    problem.in_file(path).help(help)
}

/// Returns the warning for a file system without locks.
pub(super) fn no_locks(path: &Path, error: Errno) -> Problem {
    Problem::warning(
        Code::NotLocked,
        format!("this file system has no locks ({error}); the run goes on without one"),
    )
    .in_file(path)
    .note("two runs at once could mix their files, and temporary files of a dead run stay")
    .help("make sure that only one run at a time writes there")
}
