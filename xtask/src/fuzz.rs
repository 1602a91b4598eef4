//! `cargo xtask fuzz-parity`: random trees, staticc against Django in one
//! process for each version.

use std::process::{Child, Command};

use crate::process::{flag, script, staticc, workshop};
use crate::venv::{self, DJANGO};

/// The verb.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let seconds = flag(arguments, "--seconds").unwrap_or("60");
    let seed = flag(arguments, "--seed").unwrap_or("1");
    let only = flag(arguments, "--django");
    let versions: Vec<&str> = DJANGO
        .into_iter()
        .filter(|django| only.is_none_or(|only| only == *django))
        .collect();
    let binary = staticc()?;
    let mut children: Vec<(&str, Child)> = Vec::new();
    for django in versions {
        let python = venv::python(django, django, &[])?;
        let child = Command::new(python)
            .arg(script("fuzz.py"))
            .env("XDG_CACHE_HOME", workshop().join("cache"))
            .args([django, seconds, seed])
            .arg(&binary)
            .arg(workshop().join("fuzz"))
            .spawn()
            .map_err(|error| error.to_string())?;
        children.push((django, child));
    }
    let mut failed = Vec::new();
    for (django, mut child) in children {
        if !child.wait().is_ok_and(|status| status.success()) {
            failed.push(django);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("differences with Django {}", failed.join(", ")))
    }
}
