//! Packages from npm, of which only the files count.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{run, workshop};

/// `node_modules` with these packages, installed if any is missing.
pub fn packages(names: &[&str]) -> Result<PathBuf, String> {
    let directory = workshop().join("npm");
    let modules = directory.join("node_modules");
    let there = |name: &&str| Path::new(&modules).join(name).is_dir();
    if !names.iter().all(there) {
        fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
        fs::write(directory.join("package.json"), "{}").map_err(|error| error.to_string())?;
        run(Command::new("npm")
            .current_dir(&directory)
            .args([
                "install",
                "--silent",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
            ])
            .args(names))?;
    }
    Ok(modules)
}
