//! A place where one run after another is disturbed: two versions of a
//! project, a STATIC_ROOT, a cache, all brought back before each run.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::Mode;
use crate::process;
use crate::snapshot::{self, Tree};
use crate::trees::{self, Version};
use crate::whole::{self, Promise};

/// What STATIC_ROOT and the record are before a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// As a collect of A just left them.
    Collected,
    /// A copy of that: the record's time stamps are those of other files.
    Copied,
    /// Not there.
    Empty,
}

/// One such place.
pub struct Lane {
    /// Its directory.
    pub place: PathBuf,
    binary: PathBuf,
    mode: &'static Mode,
    /// What a disturbed run may leave.
    pub promise: Promise,
    /// What is there before a run.
    pub before: Tree,
    /// What an undisturbed run leaves.
    pub expected: Tree,
    /// How long it takes.
    pub duration: Duration,
}

impl Lane {
    /// Makes everything, and finds out what undisturbed runs do.
    pub fn new(place: &Path, binary: &Path, mode: &'static Mode) -> Result<Self, String> {
        let _ = fs::remove_dir_all(place);
        let mut lane = Self {
            place: place.to_path_buf(),
            binary: binary.to_path_buf(),
            mode,
            promise: Promise::new(),
            before: Tree::new(),
            expected: Tree::new(),
            duration: Duration::ZERO,
        };
        trees::write(&lane.parked(Version::A), &lane.parked(Version::B), 1)
            .map_err(|error| error.to_string())?;
        if !mode.cold {
            lane.show(Version::B)?;
            lane.succeed(mode.flags)?;
        }
        lane.remove("root")?;
        lane.remove("cache/records")?;
        lane.show(Version::A)?;
        if mode.start != Start::Empty {
            lane.succeed(mode.flags_before)?;
        }
        lane.copy("cache", "saved-cache")?;
        if mode.start == Start::Copied {
            lane.copy("root", "saved-root")?;
        }
        lane.restore()?;
        lane.before = lane.tree()?;
        let began = Instant::now();
        lane.succeed(mode.flags)?;
        lane.duration = began.elapsed();
        lane.expected = lane.tree()?;
        lane.promise = whole::promise(&lane.root(), &lane.before, &lane.expected);
        let found = whole::violations(&lane.root(), Some(&lane.promise));
        if found.is_empty() {
            Ok(lane)
        } else {
            Err(format!("an undisturbed run leaves:\n{}", found.join("\n")))
        }
    }

    /// Brings everything back to the state before a run of B.
    pub fn restore(&self) -> Result<(), String> {
        for directory in ["root", "cache"] {
            self.remove(directory)?;
        }
        self.copy("saved-cache", "cache")?;
        match self.mode.start {
            Start::Collected => {
                self.show(Version::A)?;
                self.succeed(self.mode.flags_before)?;
            }
            Start::Copied => self.copy("saved-root", "root")?,
            Start::Empty => {}
        }
        self.show(Version::B)
    }

    /// Runs undisturbed; fails if the run does.
    pub fn succeed(&self, flags: &[&str]) -> Result<(), String> {
        process::succeed(&self.collect(flags, "1"), &self.place.join("told"))
    }

    /// Whether `staticc verify` finds nothing wrong; there is nothing to verify
    /// before there is a manifest.
    pub fn verify(&self) -> Result<(), String> {
        if !self.root().join("staticfiles.json").exists() {
            return Ok(());
        }
        let set = self.mode.flags.iter().skip_while(|flag| **flag != "--set");
        let set: Vec<&str> = set.copied().collect();
        let command = process::verify(&self.binary, &self.project(), &self.root(), &set);
        process::succeed(&command, &self.place.join("told"))
    }

    /// The run that is disturbed.
    pub fn command(&self, jobs: &str) -> Vec<OsString> {
        self.collect(self.mode.flags, jobs)
    }

    /// A run that collects the version that is shown.
    fn collect(&self, flags: &[&str], jobs: &str) -> Vec<OsString> {
        let flags = [&["-j", jobs], flags].concat();
        let cache = self.place.join("cache");
        process::collect(&self.binary, &self.project(), &self.root(), &cache, &flags)
    }

    /// Flags of the run that is disturbed, and of the next one.
    pub fn flags(&self) -> &'static [&'static str] {
        self.mode.flags
    }

    /// STATIC_ROOT.
    pub fn root(&self) -> PathBuf {
        self.place.join("root")
    }

    /// What is in STATIC_ROOT now.
    pub fn tree(&self) -> Result<Tree, String> {
        snapshot::take(&self.root()).map_err(|error| format!("STATIC_ROOT: {error}"))
    }

    /// Where the version that is shown is. Links would lead to the other
    /// version's files at once if both were shown at one place.
    fn project(&self) -> PathBuf {
        match fs::read_to_string(self.place.join("shown")).as_deref() {
            Ok("B") if self.mode.links => self.parked(Version::B),
            _ if self.mode.links => self.parked(Version::A),
            _ => self.place.join("project"),
        }
    }

    fn parked(&self, version: Version) -> PathBuf {
        self.place.join(format!("version-{version:?}"))
    }

    /// Puts a version where it is collected from, by renaming: the files'
    /// time stamps stay.
    fn show(&self, version: Version) -> Result<(), String> {
        let shown = self.place.join("shown");
        let now = fs::read_to_string(&shown).unwrap_or_default();
        if now == format!("{version:?}") {
            return Ok(());
        }
        if !self.mode.links {
            let other = match version {
                Version::A => Version::B,
                Version::B => Version::A,
            };
            let project = self.place.join("project");
            if !now.is_empty() {
                fs::rename(&project, self.parked(other)).map_err(|error| error.to_string())?;
            }
            fs::rename(self.parked(version), project).map_err(|error| error.to_string())?;
        }
        fs::write(shown, format!("{version:?}")).map_err(|error| error.to_string())
    }

    fn copy(&self, from: &str, to: &str) -> Result<(), String> {
        let (from, to) = (self.place.join(from), self.place.join(to));
        process::run(Command::new("cp").arg("-a").arg(from).arg(to))
    }

    fn remove(&self, name: &str) -> Result<(), String> {
        match fs::remove_dir_all(self.place.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(format!("{name}: {error}"))
            }
            _ => Ok(()),
        }
    }
}
