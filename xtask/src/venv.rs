//! Virtual environments, made when they are first needed: with real Django and
//! WhiteNoise, one for each Django version, or with programs from PyPI.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::process::{run, workshop};

/// The Django versions that staticc knows, oldest first.
pub const DJANGO: [&str; 6] = ["4.2", "5.0", "5.1", "5.2", "6.0", "6.1"];

/// What is measured against.
const ALWAYS: [&str; 2] = ["whitenoise==6.12.0", "Brotli==1.2.*"];

/// Makes the environment `name` with these packages besides, unless it is
/// there; its Python.
pub fn python(name: &str, django: &str, packages: &[&str]) -> Result<PathBuf, String> {
    python_with_files(name, django, packages, &[])
}

/// The same, with packages of which only the files count: what they depend
/// on is left out.
pub fn python_with_files(
    name: &str,
    django: &str,
    packages: &[&str],
    files: &[&str],
) -> Result<PathBuf, String> {
    environment(name, USUAL, &with_django(django, packages), files)
}

/// The same, of another Python than the usual one.
pub fn python_of(version: &str, django: &str) -> Result<PathBuf, String> {
    let name = format!("python-{version}");
    environment(&name, version, &with_django(django, &[]), &[])
}

/// Makes the environment `name` with these packages alone, unless it is
/// there; the directory of its programs.
pub fn programs(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let packages: Vec<String> = packages.iter().map(ToString::to_string).collect();
    let python = environment(name, USUAL, &packages, &[])?;
    Ok(python.with_file_name(""))
}

/// The Python that all these versions of Django run on.
pub const USUAL: &str = "3.12";

/// Django of this version, what it is measured with, and more.
fn with_django(version: &str, packages: &[&str]) -> Vec<String> {
    let mut wanted = vec![format!("Django~={version}.0")];
    wanted.extend(ALWAYS.iter().chain(packages).map(ToString::to_string));
    wanted
}

/// Makes the environment `name` of this Python with these packages, and of
/// more the files alone, unless it is there; its Python.
pub fn environment(
    name: &str,
    version: &str,
    wanted: &[String],
    files: &[&str],
) -> Result<PathBuf, String> {
    let directory = workshop().join("venv").join(name);
    let python = directory.join("bin/python");
    // Written last, so that an environment half made is made again.
    let stamp = directory.join("staticc-packages.txt");
    let contents = [wanted.join("\n"), files.join("\n")].join("\n");
    if fs::read_to_string(&stamp).is_ok_and(|text| text.trim_end() == contents.trim_end()) {
        return Ok(python);
    }
    let first = wanted.first().map_or("nothing", String::as_str);
    crate::say(&format!("making a virtual environment with {first}"));
    let _ = fs::remove_dir_all(&directory);
    run(Command::new(interpreter(version)?)
        .args(["-m", "venv"])
        .arg(&directory))?;
    let pip = ["-m", "pip", "install", "--quiet"];
    let pip = || {
        let mut command = Command::new(&python);
        command.args(pip).arg("--disable-pip-version-check");
        command
    };
    run(pip().args(wanted))?;
    if !files.is_empty() {
        run(pip().arg("--no-deps").args(files))?;
    }
    fs::write(&stamp, contents).map_err(|error| error.to_string())?;
    Ok(python)
}

/// A Python of this version.
pub fn interpreter(version: &str) -> Result<PathBuf, String> {
    let wanted = format!("Python {version}.");
    let works = |python: &PathBuf| {
        let version = Command::new(python).arg("--version").output();
        version.is_ok_and(|output| {
            output.status.success() && String::from_utf8_lossy(&output.stdout).starts_with(&wanted)
        })
    };
    let name = format!("python{version}");
    let mut candidates: Vec<PathBuf> = vec![(&name).into(), "python3".into()];
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv"));
    let pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from).or(home);
    if let Some(entries) = pyenv.and_then(|root| fs::read_dir(root.join("versions")).ok()) {
        let own = |entry: fs::DirEntry| entry.path().join("bin").join(&name);
        candidates.extend(entries.flatten().map(own));
    }
    candidates
        .into_iter()
        .find(works)
        .ok_or_else(|| format!("no Python {version} found (on PATH or among pyenv's versions)"))
}
