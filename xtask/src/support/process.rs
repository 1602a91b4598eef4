//! Running other programs.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

/// A program that runs longer than this is taken to hang.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How a captured program ended.
pub struct Captured {
    pub success: bool,
    /// Standard output, then standard error.
    pub output: String,
}

/// How a program with a time limit ended.
pub struct Limited {
    /// `None` if it was killed at the limit.
    pub status: Option<ExitStatus>,
    /// Standard output and standard error.
    pub output: String,
}

pub fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    without_package_variables(Command::new(cargo))
}

/// Removes the variables that describe the package of xtask. With them, build scripts that
/// look at such variables run again, and half of the dependencies are built again.
pub fn without_package_variables(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs a program, which inherits the terminal; fails unless it succeeds.
pub fn run(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    let status = command
        .status()
        .map_err(|error| format!("cannot run {shown}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("failed ({status}): {shown}"))
    }
}

/// Runs a program and captures its output.
pub fn capture(command: &mut Command) -> Result<Captured, String> {
    let result = command
        .output()
        .map_err(|error| format!("cannot run {command:?}: {error}"))?;
    let bytes = [result.stdout, result.stderr].concat();
    Ok(Captured {
        success: result.status.success(),
        output: String::from_utf8_lossy(&bytes).into_owned(),
    })
}

/// Returns the output of a program, which must succeed.
pub fn output_of(command: &mut Command) -> Result<String, String> {
    let Captured { success, output } = capture(command)?;
    if success {
        Ok(output)
    } else {
        Err(format!("{command:?} failed:\n{output}"))
    }
}

/// Runs a program until it ends or the time limit is reached. Its output goes
/// to the file `log`, so that a full pipe can't stop it.
pub fn run_with_limit(command: &mut Command, log: &Path) -> Result<Limited, String> {
    let shown = format!("{command:?}");
    let text = |error: io::Error| format!("{shown}: {error}");
    let file = File::create(log).map_err(text)?;
    command.stdout(file.try_clone().map_err(text)?).stderr(file);
    let mut child = command.process_group(0).spawn().map_err(text)?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(text)? {
            break Some(status);
        }
        if start.elapsed() > TIMEOUT {
            // Its children are in its process group.
            let group = format!("-{}", child.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            child.wait().map_err(text)?;
            break None;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let output = fs::read(log).map_err(text)?;
    Ok(Limited {
        status,
        output: String::from_utf8_lossy(&output).into_owned(),
    })
}

/// Runs a program and its arguments with a time limit; fails unless it succeeds.
pub fn run_to_success(command_line: &[OsString], log: &Path) -> Result<(), String> {
    let mut command = Command::new(&command_line[0]);
    let Limited { status, output } = run_with_limit(command.args(&command_line[1..]), log)?;
    match status {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(format!("{status}: {output}")),
        None => Err(format!("killed after {TIMEOUT:?}: {output}")),
    }
}

/// Fails with advice if strace is missing.
pub fn require_strace() -> Result<(), String> {
    let result = Command::new("strace").arg("--version").output();
    result
        .map(|_| ())
        .map_err(|error| format!("cannot run strace ({error}); install it: apt-get install strace"))
}
