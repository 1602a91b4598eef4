//! Starts a Python script for each of several Django versions or projects.

use std::process::Command;

/// A script to start for one version or project.
pub struct ScriptRun<'a> {
    /// The version, or the name of the project.
    pub name: &'a str,
    pub command: Command,
}

/// Runs all scripts, at most `parallel` at once; returns the names of those that
/// failed. `prepare` makes a script's environment just before its turn.
pub fn run_scripts<'a, T>(
    items: &[T],
    parallel: usize,
    prepare: impl Fn(&T) -> Result<ScriptRun<'a>, String>,
) -> Result<Vec<&'a str>, String> {
    let mut failed = Vec::new();
    for batch in items.chunks(parallel.max(1)) {
        let mut children = Vec::new();
        for item in batch {
            let ScriptRun { name, mut command } = prepare(item)?;
            let child = command.spawn().map_err(|error| error.to_string())?;
            children.push((name, child));
        }
        for (name, mut child) in children {
            if !child.wait().is_ok_and(|status| status.success()) {
                failed.push(name);
            }
        }
    }
    Ok(failed)
}
