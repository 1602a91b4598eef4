//! Programs from crates.io, installed below `target/xtask` when they are first needed.

use std::path::PathBuf;

use super::paths::work_dir;
use super::print_line;
use super::process::{cargo, run};

/// Installs a program unless it is there, with these flags; returns its path.
pub fn program(package: &str, flags: &[&str]) -> Result<PathBuf, String> {
    let root = work_dir().join(package);
    let program = root.join("bin").join(package);
    if !program.is_file() {
        print_line(&format!("installing {package}"));
        let install = ["install", package, "--locked", "--quiet"];
        run(cargo().args(install).args(flags).arg("--root").arg(&root))?;
    }
    Ok(program)
}
