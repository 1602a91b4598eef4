//! A project for input that nobody should give, and runs on it that must
//! end: in time, with a status of ours, and without touching STATIC_ROOT
//! where they fail.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Seek as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::tree::staticc;

/// Nothing here takes more than a few seconds; a hang takes for ever.
const LIMIT: Duration = Duration::from_secs(60);

pub struct Project(tempfile::TempDir);

/// What a run said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub error: String,
}

impl Said {
    /// Whether it has this status and says all this.
    #[track_caller]
    pub fn is(&self, code: i32, wanted: &[&str]) {
        let start: String = self.error.chars().take(3000).collect();
        assert_eq!(self.code, code, "{start}");
        for wanted in wanted {
            assert!(self.error.contains(wanted), "{wanted}\nnot in\n{start}");
        }
    }
}

impl Project {
    /// A directory of sources with `a.txt`, and the settings for it.
    pub fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.write(
            "settings.toml",
            "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"src\"]\n\
             [staticc]\npython_path = [\".\"]\n",
        );
        project.write("src/a.txt", "a");
        project
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// The path, whose directory exists and which does not.
    fn free(&self, path: &str) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&path);
        path
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        fs::write(self.free(path), content).unwrap();
    }

    pub fn link(&self, path: &str, target: impl AsRef<Path>) {
        symlink(target, self.free(path)).unwrap();
    }

    pub fn pipe(&self, path: &str) {
        let made = Command::new("mkfifo").arg(self.free(path)).status();
        assert!(made.unwrap().success());
    }

    /// Collects.
    #[track_caller]
    pub fn collect(&self, flags: &[&str]) -> Said {
        let mut command = staticc();
        command.args(["collect", "--noinput"]).args(flags);
        self.run(command)
    }

    /// Runs a command to its end, here.
    #[track_caller]
    pub fn run(&self, mut command: Command) -> Said {
        // Files: nobody reads a pipe while we wait.
        let mut texts = [(); 2].map(|()| tempfile::tempfile().unwrap());
        let before = self.static_root();
        let mut child = command
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .stdout(texts[0].try_clone().unwrap())
            .stderr(texts[1].try_clone().unwrap())
            .spawn()
            .unwrap();
        let start = Instant::now();
        let mut ended = false;
        while !ended && start.elapsed() < LIMIT {
            std::thread::sleep(Duration::from_millis(2));
            ended = child.try_wait().unwrap().is_some();
        }
        // This does nothing to one that has ended.
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert!(ended, "does not end");
        let [out, error] = texts.each_mut().map(|text| {
            let mut bytes = Vec::new();
            text.rewind().unwrap();
            text.read_to_end(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let code = status.code().unwrap_or(-1);
        assert!(matches!(code, 0..=2), "{status}: {error}");
        if code != 0 {
            assert!(self.static_root() == before, "STATIC_ROOT changed: {error}");
        }
        Said { code, out, error }
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
}
