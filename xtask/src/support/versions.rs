//! Starts a Python script for each of several Django versions.

use std::process::Command;

/// A script to start for one Django version.
pub struct VersionRun<'a> {
    pub django: &'a str,
    pub command: Command,
}

/// Runs all scripts, at most `parallel` at once; returns the versions of those
/// that failed. `prepare` makes a script's environment just before its turn.
pub fn run_versions<'a, T>(
    items: &[T],
    parallel: usize,
    prepare: impl Fn(&T) -> Result<VersionRun<'a>, String>,
) -> Result<Vec<&'a str>, String> {
    let mut failed = Vec::new();
    for batch in items.chunks(parallel.max(1)) {
        let mut children = Vec::new();
        for item in batch {
            let VersionRun {
                django,
                mut command,
            } = prepare(item)?;
            let child = command.spawn().map_err(|error| error.to_string())?;
            children.push((django, child));
        }
        for (django, mut child) in children {
            if !child.wait().is_ok_and(|status| status.success()) {
                failed.push(django);
            }
        }
    }
    Ok(failed)
}
