//! Builds the wheel of this repository, and installs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::paths::{repository, work_dir};
use super::process::{output_of, run, without_package_variables};
use super::venv;

/// From PyPI.
const MATURIN: [&str; 1] = ["maturin==1.16.0"];

/// Builds the wheel and returns its path.
pub fn build() -> Result<PathBuf, String> {
    let maturin = venv::programs("maturin", &MATURIN)?.join("maturin");
    let directory = work_dir().join("wheel");
    let _ = fs::remove_dir_all(&directory);
    // Not stripped: the program is then the one that `cargo build` makes.
    output_of(
        without_package_variables(Command::new(maturin))
            .current_dir(repository())
            .args(["build", "--quiet", "--release", "--strip=false", "--out"])
            .arg(&directory),
    )?;
    let entries = fs::read_dir(&directory);
    entries
        .map_err(|error| format!("{}: {error}", directory.display()))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| format!("maturin left no wheel in {}", directory.display()))
}

/// Installs a wheel in place of an earlier one.
pub fn install(python: &Path, wheel: &Path) -> Result<(), String> {
    run(venv::pip(python, "install")
        .args(["--force-reinstall", "--no-deps"])
        .arg(wheel))
}
