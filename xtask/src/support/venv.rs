//! Virtual environments below `target/xtask/venv`, made when they are first
//! needed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::paths::work_dir;
use super::print_line;
use super::process::run;

/// The Django versions that staticc supports, oldest first.
pub const DJANGO: [&str; 6] = ["4.2", "5.0", "5.1", "5.2", "6.0", "6.1"];

/// A Python that all these versions of Django support.
pub const DEFAULT_PYTHON: &str = "3.12";

/// Installed beside Django.
const WHITENOISE: [&str; 2] = ["whitenoise==6.12.0", "Brotli==1.2.*"];

/// A virtual environment, by what is installed in it.
pub struct Environment<'a> {
    /// The name of its directory.
    pub name: &'a str,
    /// The version of Python, such as "3.12".
    pub python: &'a str,
    pub packages: Vec<String>,
    /// Packages whose dependencies are not installed: only their files are used.
    pub without_dependencies: &'a [&'a str],
    /// Whether pip compiles all modules. Otherwise Python compiles those that it imports.
    pub is_compiled: bool,
}

impl<'a> Environment<'a> {
    pub fn new(name: &'a str, packages: &[&str]) -> Self {
        Self {
            name,
            python: DEFAULT_PYTHON,
            packages: packages.iter().map(ToString::to_string).collect(),
            without_dependencies: &[],
            is_compiled: true,
        }
    }

    /// With Django of this version, WhiteNoise, Brotli, and more packages.
    pub fn with_django(name: &'a str, django: &str, packages: &[&str]) -> Self {
        let requirement = format!("Django~={django}.0");
        let django = std::iter::once(requirement.as_str()).chain(WHITENOISE);
        let all: Vec<&str> = django.chain(packages.iter().copied()).collect();
        Self::new(name, &all)
    }

    /// Makes the environment unless it exists; returns its interpreter.
    pub fn make(&self) -> Result<PathBuf, String> {
        let directory = work_dir().join("venv").join(self.name);
        let python = directory.join("bin/python");
        // Written last, so that an incomplete environment is made again.
        let stamp = directory.join("staticc-packages.txt");
        let packages = self.packages.join("\n");
        let contents = [packages, self.without_dependencies.join("\n")].join("\n");
        if fs::read_to_string(&stamp).is_ok_and(|text| text.trim_end() == contents.trim_end()) {
            return Ok(python);
        }
        let first = self.packages.first().map_or("nothing", String::as_str);
        print_line(&format!("making a virtual environment with {first}"));
        let _ = fs::remove_dir_all(&directory);
        run(Command::new(interpreter(self.python)?)
            .args(["-m", "venv"])
            .arg(&directory))?;
        let flags = (!self.is_compiled).then_some("--no-compile");
        run(pip(&python, "install").args(flags).args(&self.packages))?;
        if !self.without_dependencies.is_empty() {
            let mut install = pip(&python, "install");
            run(install.arg("--no-deps").args(self.without_dependencies))?;
        }
        fs::write(&stamp, contents).map_err(|error| error.to_string())?;
        Ok(python)
    }
}

/// The interpreter of an environment with Django, for comparisons.
pub fn django_python(django: &str) -> Result<PathBuf, String> {
    Environment::with_django(django, django, &[]).make()
}

/// Makes an environment with these packages; returns the directory of its
/// programs.
pub fn programs(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let python = Environment::new(name, packages).make()?;
    Ok(python.with_file_name(""))
}

/// pip with one of its verbs.
pub fn pip(python: &Path, verb: &str) -> Command {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", verb, "--quiet", "--disable-pip-version-check"]);
    pip
}

/// A Python of this version, on PATH or among pyenv's.
pub fn interpreter(version: &str) -> Result<PathBuf, String> {
    let expected = format!("Python {version}.");
    let is_expected = |python: &PathBuf| {
        let output = Command::new(python).arg("--version").output();
        output.is_ok_and(|output| {
            output.status.success()
                && String::from_utf8_lossy(&output.stdout).starts_with(&expected)
        })
    };
    let name = format!("python{version}");
    let mut candidates: Vec<PathBuf> = vec![(&name).into(), "python3".into()];
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv"));
    let pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from).or(home);
    if let Some(entries) = pyenv.and_then(|root| fs::read_dir(root.join("versions")).ok()) {
        let program = |entry: fs::DirEntry| entry.path().join("bin").join(&name);
        candidates.extend(entries.flatten().map(program));
    }
    candidates
        .into_iter()
        .find(is_expected)
        .ok_or_else(|| format!("no Python {version} found (on PATH or among pyenv's versions)"))
}
