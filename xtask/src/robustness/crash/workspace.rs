//! A directory for runs with faults, one after another: two releases of a
//! project, a STATIC_ROOT and a cache, all restored before each run.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::Mode;
use crate::support::directory_tree::{self, Tree};
use crate::support::integrity::{self, AllowedFiles};
use crate::support::process::{self, run_to_success};
use crate::support::releases::{self, Release};
use crate::support::staticc::Invocation;

/// The state of STATIC_ROOT and of the collect record before a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// As a collect of release A left them.
    Collected,
    /// A copy of that, whose files have other time stamps than the record says.
    Copied,
    /// Missing.
    Empty,
}

pub struct Workspace {
    pub directory: PathBuf,
    binary: PathBuf,
    mode: &'static Mode,
    /// What a run with a fault may leave.
    pub allowed: AllowedFiles,
    /// STATIC_ROOT before a run.
    pub before: Tree,
    /// STATIC_ROOT after a run without a fault.
    pub expected: Tree,
    /// How long a run without a fault takes.
    pub duration: Duration,
}

impl Workspace {
    /// Makes the files, and runs without a fault.
    pub fn new(directory: &Path, binary: &Path, mode: &'static Mode) -> Result<Self, String> {
        let _ = fs::remove_dir_all(directory);
        let mut workspace = Self {
            directory: directory.to_path_buf(),
            binary: binary.to_path_buf(),
            mode,
            allowed: AllowedFiles::new(),
            before: Tree::new(),
            expected: Tree::new(),
            duration: Duration::ZERO,
        };
        releases::write(
            &workspace.stored(Release::A),
            &workspace.stored(Release::B),
            1,
        )
        .map_err(|error| error.to_string())?;
        if !mode.cold {
            workspace.select(Release::B)?;
            workspace.collect(mode.flags)?;
        }
        workspace.remove("root")?;
        workspace.remove("cache/records")?;
        workspace.select(Release::A)?;
        if mode.start != Start::Empty {
            workspace.collect(mode.flags_before)?;
        }
        workspace.copy("cache", "saved-cache")?;
        if mode.start == Start::Copied {
            workspace.copy("root", "saved-root")?;
        }
        workspace.restore()?;
        workspace.before = workspace.tree()?;
        let start = Instant::now();
        workspace.collect(mode.flags)?;
        workspace.duration = start.elapsed();
        workspace.expected = workspace.tree()?;
        workspace.allowed =
            integrity::allowed_files(&workspace.root(), &workspace.before, &workspace.expected);
        let found = integrity::violations(&workspace.root(), Some(&workspace.allowed));
        if found.is_empty() {
            Ok(workspace)
        } else {
            Err(format!(
                "a run without a fault leaves:\n{}",
                found.join("\n")
            ))
        }
    }

    /// Restores the state before a run that collects release B.
    pub fn restore(&self) -> Result<(), String> {
        for directory in ["root", "cache"] {
            self.remove(directory)?;
        }
        self.copy("saved-cache", "cache")?;
        match self.mode.start {
            Start::Collected => {
                self.select(Release::A)?;
                self.collect(self.mode.flags_before)?;
            }
            Start::Copied => self.copy("saved-root", "root")?,
            Start::Empty => {}
        }
        self.select(Release::B)
    }

    /// Collects without a fault; fails if staticc does.
    pub fn collect(&self, flags: &[&str]) -> Result<(), String> {
        run_to_success(&self.collect_command(flags, "1"), &self.log())
    }

    /// Runs `staticc verify`, if there is a manifest.
    pub fn verify(&self) -> Result<(), String> {
        if !self.root().join("staticfiles.json").exists() {
            return Ok(());
        }
        let set = self.mode.flags.iter().skip_while(|flag| **flag != "--set");
        let set: Vec<&str> = set.copied().collect();
        let command_line = self.invoke(|invocation| invocation.verify(&set));
        run_to_success(&command_line, &self.log())
    }

    /// The command line of the run with a fault.
    pub fn command_line(&self, jobs: &str) -> Vec<OsString> {
        self.collect_command(self.mode.flags, jobs)
    }

    /// The command line of a run that collects the current release.
    fn collect_command(&self, flags: &[&str], jobs: &str) -> Vec<OsString> {
        let all_flags = [&["-j", jobs], flags].concat();
        let cache = self.directory.join("cache");
        self.invoke(|invocation| invocation.collect(&cache, &all_flags))
    }

    fn invoke(&self, command: impl Fn(&Invocation) -> Vec<OsString>) -> Vec<OsString> {
        command(&Invocation {
            binary: &self.binary,
            project: &self.project(),
            static_root: &self.root(),
        })
    }

    fn log(&self) -> PathBuf {
        self.directory.join("log")
    }

    /// Flags of the run with a fault, and of the run after it.
    pub fn flags(&self) -> &'static [&'static str] {
        self.mode.flags
    }

    /// STATIC_ROOT.
    pub fn root(&self) -> PathBuf {
        self.directory.join("root")
    }

    pub fn tree(&self) -> Result<Tree, String> {
        directory_tree::read(&self.root()).map_err(|error| format!("STATIC_ROOT: {error}"))
    }

    /// The directory of the current release. With links to the sources, each
    /// release has its own directory, because the links would lead to the other
    /// release's files after an exchange.
    fn project(&self) -> PathBuf {
        match fs::read_to_string(self.directory.join("current-release")).as_deref() {
            Ok("B") if self.mode.links => self.stored(Release::B),
            _ if self.mode.links => self.stored(Release::A),
            _ => self.directory.join("project"),
        }
    }

    fn stored(&self, release: Release) -> PathBuf {
        self.directory.join(format!("release-{release:?}"))
    }

    /// Makes a release the current one by renaming, which keeps the files' time
    /// stamps.
    fn select(&self, release: Release) -> Result<(), String> {
        let state = self.directory.join("current-release");
        let current = fs::read_to_string(&state).unwrap_or_default();
        if current == format!("{release:?}") {
            return Ok(());
        }
        if !self.mode.links {
            let other = match release {
                Release::A => Release::B,
                Release::B => Release::A,
            };
            let project = self.directory.join("project");
            if !current.is_empty() {
                fs::rename(&project, self.stored(other)).map_err(|error| error.to_string())?;
            }
            fs::rename(self.stored(release), project).map_err(|error| error.to_string())?;
        }
        fs::write(state, format!("{release:?}")).map_err(|error| error.to_string())
    }

    fn copy(&self, from: &str, to: &str) -> Result<(), String> {
        let [source, target] = [from, to].map(|name| self.directory.join(name));
        process::run(Command::new("cp").arg("-a").args([source, target]))
    }

    fn remove(&self, name: &str) -> Result<(), String> {
        match fs::remove_dir_all(self.directory.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(format!("{name}: {error}"))
            }
            _ => Ok(()),
        }
    }
}
