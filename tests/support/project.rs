//! A Django project in a temporary directory, and runs of staticc in it. Every
//! run must end in time with an exit status of ours, and one that fails must
//! leave STATIC_ROOT as it was.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use serde_json::Value;

use super::tree;

/// The settings that Django requires.
pub const REQUIRED_SETTINGS: &str = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n";

/// Every run takes seconds at most. One that takes longer hangs.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A directory of PATH with the few programs that projects of tests run, and without Python:
/// apps must not be found in that of this machine.
pub fn programs() -> PathBuf {
    static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
        fs::create_dir_all(&directory).unwrap();
        let path = std::env::var_os("PATH").unwrap();
        for name in ["sh", "cat", "sleep"] {
            let mut programs = std::env::split_paths(&path).map(|entry| entry.join(name));
            // Another binary of tests may have made the link.
            let _ = symlink(
                programs.find(|program| program.is_file()).unwrap(),
                directory.join(name),
            );
        }
        directory
    });
    PROGRAMS.clone()
}

/// The program, with a cache that all tests of a binary share.
pub fn staticc() -> Command {
    static CACHE: LazyLock<PathBuf> = LazyLock::new(|| {
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
        let _ = fs::remove_dir_all(&cache);
        cache
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_staticc"));
    command
        .env("XDG_CACHE_HOME", &*CACHE)
        .env("PATH", programs())
        .env_remove("GITHUB_WORKSPACE")
        .env_remove("STATICC_CACHE_REMOTE")
        .env_remove("STATICC_CACHE_REMOTE_ACCESS")
        .env_remove("STATICC_ALLOW_HTTP")
        .env_remove("VIRTUAL_ENV");
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command
}

/// Build one with `Project::new().file(…).settings(…)`, then run a verb.
#[must_use]
pub struct Project(tempfile::TempDir);

impl Project {
    /// A directory without any file.
    pub fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Collects `src/` into `out/`, and finds apps in its own directory.
    pub fn new() -> Self {
        let source_directory = "STATICFILES_DIRS = [\"src\"]\n[staticc]\npython_path = [\".\"]\n";
        Self::empty().settings(format!("{REQUIRED_SETTINGS}{source_directory}"))
    }

    /// The same with the source `src/a.txt`.
    pub fn with_text_file() -> Self {
        Self::new().file("src/a.txt", "a")
    }

    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(path, content);
        self
    }

    /// Replaces the settings file.
    pub fn settings(self, text: impl AsRef<[u8]>) -> Self {
        self.file("settings.toml", text)
    }

    pub fn base(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.base().join(path)
    }

    /// A path in STATIC_ROOT.
    pub fn out(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path("out").join(path)
    }

    /// The path, whose directory exists and which does not.
    fn free_path(&self, path: &str) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&path);
        path
    }

    /// Makes a file and the directories above it.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        fs::write(self.free_path(path), content).unwrap();
    }

    pub fn link(&self, path: &str, target: impl AsRef<Path>) {
        symlink(target, self.free_path(path)).unwrap();
    }

    pub fn pipe(&self, path: &str) {
        let status = Command::new("mkfifo").arg(self.free_path(path)).status();
        assert!(status.unwrap().success());
    }

    /// Makes STATIC_ROOT and locks it as another run would.
    pub fn lock(&self) -> File {
        fs::create_dir(self.path("out")).unwrap();
        let lock = File::open(self.path("out")).unwrap();
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        lock
    }

    /// The regular files in STATIC_ROOT.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        tree::files(&self.path("out"))
    }

    /// Everything in STATIC_ROOT, with the bytes of regular files.
    pub fn static_root(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        walkdir::WalkDir::new(self.path("out"))
            .into_iter()
            .flatten()
            .map(|entry| {
                let is_file = entry.file_type().is_file();
                let content = is_file.then(|| fs::read(entry.path()).unwrap());
                (entry.into_path(), content)
            })
            .collect()
    }

    /// The program in the project's directory, for tests that start it themselves.
    pub fn staticc(&self) -> Command {
        let mut command = staticc();
        command.current_dir(self.base());
        command
    }

    pub fn collect(&self) -> Run<'_> {
        self.verb(["collect", "--noinput"])
    }

    /// A run of a verb with these arguments.
    pub fn verb<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run<'_> {
        self.run(staticc()).arguments(arguments)
    }

    /// A run of any command in the project's directory.
    pub fn run(&self, mut command: Command) -> Run<'_> {
        command.current_dir(self.base());
        Run {
            project: self,
            command,
            may_change_static_root: false,
        }
    }
}

#[must_use = "the run starts when its outcome is asked for"]
pub struct Run<'p> {
    project: &'p Project,
    command: Command,
    may_change_static_root: bool,
}

impl Run<'_> {
    pub fn arguments<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Lets the run change STATIC_ROOT even if it fails.
    pub fn changing_static_root(mut self) -> Self {
        self.may_change_static_root = true;
        self
    }

    /// Runs in this directory of the project.
    pub fn within(mut self, directory: &str) -> Self {
        self.command.current_dir(self.project.path(directory));
        self
    }

    #[track_caller]
    pub fn success(self) -> Outcome {
        self.exit(0)
    }

    #[track_caller]
    pub fn failure(self, code: i32) -> Outcome {
        assert_ne!(code, 0);
        self.exit(code)
    }

    /// Runs, and asserts the exit status.
    #[track_caller]
    pub fn exit(self, code: i32) -> Outcome {
        let outcome = self.outcome();
        assert_eq!(outcome.code, code, "{}", outcome.shortened_error());
        outcome
    }

    /// Runs to the end, whatever the exit status is.
    #[track_caller]
    pub fn outcome(mut self) -> Outcome {
        // Files: nobody reads a pipe while the program runs.
        let mut texts = [(); 2].map(|()| tempfile::tempfile().unwrap());
        let before = self.project.static_root();
        let mut child = self
            .command
            .stdin(Stdio::null())
            .stdout(texts[0].try_clone().unwrap())
            .stderr(texts[1].try_clone().unwrap())
            .spawn()
            .unwrap();
        let start = Instant::now();
        let mut ended = false;
        while !ended && start.elapsed() < TIME_LIMIT {
            std::thread::sleep(Duration::from_millis(2));
            ended = child.try_wait().unwrap().is_some();
        }
        // This does nothing to a process that has ended.
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert!(ended, "the run does not end");
        let [out, error] = texts.each_mut().map(|text| {
            let mut bytes = Vec::new();
            text.rewind().unwrap();
            text.read_to_end(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let code = status.code().unwrap_or(-1);
        assert!(matches!(code, 0..=2), "{status}: {error}");
        if code != 0 && !self.may_change_static_root {
            let after = self.project.static_root();
            assert!(after == before, "STATIC_ROOT changed: {error}");
        }
        Outcome { code, out, error }
    }
}

/// The exit status of a run and what it printed.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub code: i32,
    pub out: String,
    pub error: String,
}

impl Outcome {
    /// Asserts that standard error contains all these texts.
    #[track_caller]
    #[allow(
        clippy::return_self_not_must_use,
        reason = "an assertion may be the last step"
    )]
    pub fn stderr<S: AsRef<str>>(self, texts: impl IntoIterator<Item = S>) -> Self {
        for text in texts {
            let text = text.as_ref();
            let error = self.shortened_error();
            assert!(self.error.contains(text), "{text}\nnot in\n{error}");
        }
        self
    }

    /// Asserts that standard error contains none of these texts.
    #[track_caller]
    #[allow(
        clippy::return_self_not_must_use,
        reason = "an assertion may be the last step"
    )]
    pub fn no_stderr<S: AsRef<str>>(self, texts: impl IntoIterator<Item = S>) -> Self {
        for text in texts {
            let text = text.as_ref();
            let error = self.shortened_error();
            assert!(!self.error.contains(text), "{text}\nin\n{error}");
        }
        self
    }

    /// Asserts that standard error is empty.
    #[track_caller]
    #[allow(
        clippy::return_self_not_must_use,
        reason = "an assertion may be the last step"
    )]
    pub fn empty_stderr(self) -> Self {
        assert_eq!(self.error, "");
        self
    }

    /// The lines of JSON on standard output.
    pub fn events(&self) -> Vec<Value> {
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn shortened_error(&self) -> String {
        self.error.chars().take(3000).collect()
    }
}
