//! Makes a small Django project under git with the files of `docs/examples`.
//! Owns the project's files and its broken reference.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tools;
use crate::support::paths::repository;
use crate::support::process::run;

/// The broken reference of the project.
pub const BROKEN: Location = Location {
    file: "static/css/site.css",
    line: 3,
    column: 15,
};

pub struct Location {
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
}

/// As staticc prints it.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}:", self.file, self.line, self.column)
    }
}

const BROKEN_URL: &str = "../img/logo.pgn";
const CORRECT_URL: &str = "../img/logo.png";

/// The target of the correct reference.
pub const TARGET: &str = "static/img/logo.png";

/// A file without problems.
pub const VALID_FILE: &str = "templates/base.html";

const FILES: [(&str, &str); 7] = [
    (".gitignore", "/staticfiles\n/.venv\n"),
    (
        "settings.toml",
        "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"staticfiles\"\n\
         STATICFILES_DIRS = [\"static\"]\nINSTALLED_APPS = [\"shop\"]\n",
    ),
    ("shop/__init__.py", ""),
    (
        "shop/static/shop/shop.js",
        "document.title = 'a text that is long enough for compressed copies, compressed copies';\n",
    ),
    (TARGET, "not a picture"),
    (
        VALID_FILE,
        "{% load static %}<link rel=\"stylesheet\" href=\"{% static 'css/site.css' %}\">\n",
    ),
    ("requirements.txt", ""),
];

pub struct Project {
    pub directory: PathBuf,
}

impl Project {
    /// Makes the project without the broken reference, and commits it.
    pub fn new(tools: &Tools, name: &str) -> Result<Self, String> {
        let directory = tools.directory.join(name);
        let _ = fs::remove_dir_all(&directory);
        let project = Self { directory };
        copy(&repository().join("docs/examples"), &project.directory)
            .map_err(|error| error.to_string())?;
        for (path, text) in FILES {
            project.write(path, text)?;
        }
        project.repair_reference()?;
        run(project.git().args(["init", "--quiet"]))?;
        run(project.git().args(["add", "--all"]))?;
        run(project.git().args(["commit", "--quiet", "-m", "a project"]))?;
        Ok(project)
    }

    /// Writes the broken reference.
    pub fn break_reference(&self) -> Result<(), String> {
        self.write_css(BROKEN_URL)
    }

    /// Writes the correct reference.
    pub fn repair_reference(&self) -> Result<(), String> {
        self.write_css(CORRECT_URL)
    }

    fn write_css(&self, url: &str) -> Result<(), String> {
        let text = format!("/* a shop */\nbody {{\n  background: url({url});\n}}\n");
        self.write(BROKEN.file, &text)
    }

    pub fn write(&self, path: &str, text: &str) -> Result<(), String> {
        let path = self.directory.join(path);
        let parent = path.parent().unwrap_or(&path);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| format!("{}: {error}", path.display()))
    }

    /// git in the project, with an author.
    pub fn git(&self) -> Command {
        let mut git = Command::new("git");
        git.current_dir(&self.directory);
        git.args(["-c", "user.name=a", "-c", "user.email=a@b.example"]);
        git
    }

    pub fn is_collected(&self) -> bool {
        self.directory.join("staticfiles/staticfiles.json").exists()
    }
}

/// Copies a directory recursively.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
