//! Packages from npm, used for their static files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::paths::work_dir;
use super::process::run;

/// Installs these packages if any is missing; returns `node_modules`.
pub fn packages(names: &[&str]) -> Result<PathBuf, String> {
    packages_in(&work_dir().join("npm"), names)
}

/// Installs these packages below a directory if any is missing; returns `node_modules`.
pub fn packages_in(directory: &Path, names: &[&str]) -> Result<PathBuf, String> {
    let modules = directory.join("node_modules");
    if !names.iter().all(|name| modules.join(name).is_dir()) {
        fs::create_dir_all(directory)
            .and_then(|()| fs::write(directory.join("package.json"), "{}"))
            .map_err(|error| error.to_string())?;
        let install = "install --silent --no-audit --no-fund --ignore-scripts";
        run(Command::new("npm")
            .current_dir(directory)
            .args(install.split(' '))
            .args(names))?;
    }
    Ok(modules)
}
