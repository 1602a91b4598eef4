//! A small project in a temporary directory: settings, sources in `static/`,
//! STATIC_ROOT in `out/`, and the program in it. Knows nothing of outcomes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{FlockOperation, flock};

use crate::tree;

const SETTINGS: &str = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n\
    STATICFILES_DIRS = [\"static\"]\n[staticc]\npython_path = []\n";

pub struct Site(tempfile::TempDir);

impl Site {
    /// The settings and nothing else.
    pub fn new() -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        site.write("settings.toml", SETTINGS);
        site
    }

    pub fn base(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.base().join(path)
    }

    pub fn out(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path("out").join(path)
    }

    /// All files in STATIC_ROOT.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        tree::files(&self.path("out"))
    }

    /// Writes a file and makes the directories that lead to it.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Makes STATIC_ROOT and holds it as another run would.
    pub fn lock(&self) -> fs::File {
        fs::create_dir(self.path("out")).unwrap();
        let lock = fs::File::open(self.path("out")).unwrap();
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        lock
    }

    pub fn staticc(&self) -> Command {
        let mut command = tree::staticc();
        command.current_dir(self.base());
        command
    }

    /// Exit status, standard output, standard error.
    pub fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.staticc().args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().unwrap();
        (code, text(&output.stdout), text(&output.stderr))
    }
}
