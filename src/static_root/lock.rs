//! Holding STATIC_ROOT for a run: making it, having it alone, removing what
//! a dead run left, and letting go of it. The lock is on the directory
//! itself: it leaves no file, and the kernel lifts it when a process dies.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::root_dir::RootDir;
use super::static_root::{LockedRoot, StaticRoot, cannot_write};
use super::temp_names::{MARKER, is_temporary};
use crate::model::{Code, LogicalPath, Problem};

/// For what STATIC_ROOT is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// To write to it; it is made if it is not there.
    Write,
    /// To remove something from it.
    Remove,
    /// To read what nobody writes to in the meantime.
    Read,
}

/// An interrupted run waits so long for what is being put in force, and
/// spends so long on removing its temporary files; the next run removes
/// what it leaves.
const PATIENCE: Duration = Duration::from_millis(400);
const TIDYING: Duration = Duration::from_millis(200);

/// A directory may go while a run waits for it, but not for ever.
const TRIES: usize = 100;

impl LockedRoot {
    /// What is held with the directory, if it still is where it is wanted.
    fn of(beneath: RootDir, wanted: &Path) -> io::Result<Option<Self>> {
        let held = fs::File::from(beneath.root().try_clone()?).metadata()?;
        let identity = |it: &fs::Metadata| (it.dev(), it.ino());
        match fs::metadata(wanted) {
            Ok(there) if identity(&there) == identity(&held) => Ok(Some(Self {
                group: held.gid(),
                was_empty: fs::read_dir(beneath.path())?.next().is_none(),
                beneath,
            })),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(None),
        }
    }
}

/// Locks the directory; the inner error says why that can't be done.
fn lock(
    beneath: &RootDir,
    purpose: LockMode,
    busy: &mut impl FnMut() -> Result<(), Problem>,
) -> Result<Result<(), Errno>, Problem> {
    use FlockOperation as Lock;
    let (at_once, waiting) = match purpose {
        LockMode::Write | LockMode::Remove => (Lock::NonBlockingLockExclusive, Lock::LockExclusive),
        LockMode::Read => (Lock::NonBlockingLockShared, Lock::LockShared),
    };
    match flock(beneath.root(), at_once) {
        Err(Errno::WOULDBLOCK) => busy()?,
        done => return Ok(done),
    }
    loop {
        match flock(beneath.root(), waiting) {
            Err(Errno::INTR) => {}
            done => return Ok(done),
        }
    }
}

impl StaticRoot {
    /// Holds STATIC_ROOT until the process ends. If another process does,
    /// `busy` is asked whether to wait for it.
    pub fn occupy(
        &self,
        purpose: LockMode,
        mut busy: impl FnMut() -> Result<(), Problem>,
        mut warn: impl FnMut(Problem),
    ) -> Result<(), Problem> {
        let mut tries = 0..TRIES;
        let locked = loop {
            if tries.next().is_none() {
                let message = "STATIC_ROOT is replaced again and again";
                return Err(Problem::error(Code::CannotHold, message).in_file(&self.wanted));
            }
            if purpose == LockMode::Write {
                let _passage = self.gate.pass()?;
                self.make_above(&self.wanted)?;
            }
            let path = match fs::canonicalize(&self.wanted) {
                Ok(path) => path,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(self.cannot_hold(&error)),
            };
            let beneath = RootDir::open(path).map_err(|error| self.cannot_hold(&error))?;
            let locked = lock(&beneath, purpose, &mut busy)?;
            let hold = LockedRoot::of(beneath, &self.wanted);
            let hold = hold.map_err(|error| self.cannot_hold(&error))?;
            // Else the other run failed and took away what it had made, or a
            // link leads elsewhere now.
            if let Some(hold) = hold {
                let _ = self.hold.set(hold);
                break locked;
            }
        };
        match locked {
            Err(error) => warn(self.cannot_lock(error)),
            Ok(()) if purpose != LockMode::Read => self.sweep()?,
            Ok(()) => {}
        }
        Ok(())
    }

    fn cannot_hold(&self, error: &io::Error) -> Problem {
        not_a_directory(&self.wanted).unwrap_or_else(|| {
            let message = format!("STATIC_ROOT cannot be opened: {error}");
            Problem::error(Code::CannotHold, message)
                .in_file(&self.wanted)
                .help("make it readable, or name another directory")
        })
    }

    fn cannot_lock(&self, error: Errno) -> Problem {
        Problem::warning(
            Code::NotLocked,
            format!("this file system has no locks ({error}); the run goes on without one"),
        )
        .in_file(&self.wanted)
        .note("two runs at once could mix their files, and temporary files of a dead run stay")
        .help("make sure that only one run at a time writes there")
    }

    /// Leaves the marker, before the first temporary file.
    pub(super) fn mark(&self) -> Result<(), Problem> {
        let mark = || {
            let path = LogicalPath::new(MARKER);
            match self.beneath()?.create(&path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    Err(cannot_write(&self.locate(&path), &error))
                }
                _ => Ok(()),
            }
        };
        self.marked.get_or_init(mark).clone()
    }

    /// Removes the temporary files of runs that died, if there are any.
    fn sweep(&self) -> Result<(), Problem> {
        let marker = LogicalPath::new(MARKER);
        if self.look(&marker)?.is_none() {
            return Ok(());
        }
        if self.remove_temporaries(is_temporary, None)? {
            self.remove(&marker)?;
        }
        Ok(())
    }

    /// Removes all files below that have such a name, as far as there is
    /// time and directories can be listed; whether that was all.
    fn remove_temporaries(
        &self,
        ours: impl Fn(&std::ffi::OsStr) -> bool,
        until: Option<Instant>,
    ) -> Result<bool, Problem> {
        let mut all = true;
        for entry in walkdir::WalkDir::new(self.path()).min_depth(1) {
            if until.is_some_and(|until| Instant::now() > until) {
                return Ok(false);
            }
            let Ok(entry) = entry else {
                all = false;
                continue;
            };
            if !entry.file_type().is_dir() && ours(entry.file_name()) {
                self.remove(&self.path_of(&entry))?;
            }
        }
        Ok(all)
    }

    /// The run has put everything in its place.
    pub fn tidy(&self) -> Result<(), Problem> {
        match self.marked.get() {
            Some(Ok(())) => self.remove(&LogicalPath::new(MARKER)),
            _ => Ok(()),
        }
    }

    /// The run has failed: removes what was only prepared, and the
    /// directories that were made for it, as far as they are empty.
    pub fn withdraw(&self) {
        self.clean_up(None);
    }

    /// The run is interrupted: what is being put in force is finished, if
    /// that doesn't take long, and what is only prepared is removed; whether
    /// all of it is.
    pub fn give_up(&self) -> bool {
        let quiet = self.gate.close(PATIENCE);
        let clean = self.clean_up(Some(Instant::now() + TIDYING));
        if !quiet {
            // Who is still inside may make one more. Made again and not kept:
            // it would keep a STATIC_ROOT that this run made.
            let _ = self
                .beneath()
                .map(|root| root.create(&LogicalPath::new(MARKER)));
        }
        quiet && clean
    }

    /// What isn't removed in time is left to the next run, for which the
    /// marker stays.
    fn clean_up(&self, until: Option<Instant>) -> bool {
        if matches!(self.marked.get(), Some(Ok(()))) {
            let removed = self.remove_temporaries(|name| self.run.gave(name), until);
            if !matches!(removed, Ok(true)) || self.tidy().is_err() {
                return false;
            }
        }
        // Another process may have put something in a directory.
        if let (Ok(beneath), Ok(mut below)) = (self.beneath(), self.made_below.lock()) {
            for directory in below.drain(..).rev() {
                if until.is_some_and(|until| Instant::now() > until) {
                    return true;
                }
                let _ = beneath.remove_directory(&directory);
            }
        }
        if let Ok(mut above) = self.made_above.lock() {
            for directory in above.drain(..).rev() {
                let _ = fs::remove_dir(directory);
            }
        }
        true
    }

    /// Makes a directory with all that lead to it.
    fn make_above(&self, directory: &Path) -> Result<(), Problem> {
        if directory.is_dir() {
            return Ok(());
        }
        if let Some(parent) = directory.parent().filter(|parent| *parent != Path::new("")) {
            self.make_above(parent)?;
        }
        match fs::create_dir(directory) {
            Ok(()) => {
                if let Ok(mut made) = self.made_above.lock() {
                    made.push(directory.to_path_buf());
                }
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
}

/// Something else is where STATIC_ROOT, or a directory that leads to it, is
/// to be.
fn not_a_directory(path: &Path) -> Option<Problem> {
    let found = fs::symlink_metadata(path).ok()?;
    let what = if found.is_dir() {
        return None;
    } else if found.is_symlink() {
        "is a symbolic link that leads to no directory"
    } else {
        "is not a directory"
    };
    let problem = Problem::error(Code::PathTaken, what).in_file(path);
    Some(problem.help("remove it, or name another directory as STATIC_ROOT"))
}
