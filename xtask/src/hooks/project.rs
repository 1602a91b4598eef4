//! A small Django project under git, with the files of `docs/examples` where
//! they belong. Owns what is in it and where its broken reference is.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tools;
use crate::process::{checkout, run};

/// Where the broken reference is.
pub const BROKEN: SourceSpan = SourceSpan {
    file: "static/css/site.css",
    line: 3,
    column: 15,
};

/// A place in a file.
pub struct SourceSpan {
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
}

/// As staticc tells it.
impl fmt::Display for SourceSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}:", self.file, self.line, self.column)
    }
}

/// What the reference is.
const WRONG: &str = "../img/logo.pgn";
const RIGHT: &str = "../img/logo.png";

/// What is meant.
pub const TARGET: &str = "static/img/logo.png";

/// A file without any problem.
pub const SOUND: &str = "templates/base.html";

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
        "document.title = 'a shop that has so much to tell that compressing it pays';\n",
    ),
    (TARGET, "not really a picture"),
    (
        SOUND,
        "{% load static %}<link rel=\"stylesheet\" href=\"{% static 'css/site.css' %}\">\n",
    ),
    ("requirements.txt", ""),
];

/// The project, in its directory.
pub struct Project {
    pub directory: PathBuf,
}

impl Project {
    /// Makes it anew, committed, without anything broken.
    pub fn new(tools: &Tools, name: &str) -> Result<Self, String> {
        let directory = tools.place.join(name);
        let _ = fs::remove_dir_all(&directory);
        let project = Self { directory };
        copy(&checkout().join("docs/examples"), &project.directory)
            .map_err(|error| error.to_string())?;
        for (path, text) in FILES {
            project.write(path, text)?;
        }
        project.mend()?;
        run(project.git().args(["init", "--quiet"]))?;
        run(project.git().args(["add", "--all"]))?;
        run(project.git().args(["commit", "--quiet", "-m", "a project"]))?;
        Ok(project)
    }

    /// Breaks the reference.
    pub fn harm(&self) -> Result<(), String> {
        self.refer(WRONG)
    }

    /// Makes it whole.
    pub fn mend(&self) -> Result<(), String> {
        self.refer(RIGHT)
    }

    fn refer(&self, target: &str) -> Result<(), String> {
        let text = format!("/* a shop */\nbody {{\n  background: url({target});\n}}\n");
        self.write(BROKEN.file, &text)
    }

    /// Writes one of its files.
    pub fn write(&self, path: &str, text: &str) -> Result<(), String> {
        let path = self.directory.join(path);
        let parent = path.parent().unwrap_or(&path);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| format!("{}: {error}", path.display()))
    }

    /// git in it, whoever's machine this is.
    pub fn git(&self) -> Command {
        let mut git = Command::new("git");
        git.current_dir(&self.directory);
        git.args(["-c", "user.name=a", "-c", "user.email=a@b.example"]);
        git
    }

    /// Whether something was collected.
    pub fn is_collected(&self) -> bool {
        self.directory.join("staticfiles/staticfiles.json").exists()
    }
}

/// Copies a directory with all that is in it.
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
