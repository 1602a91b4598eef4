//! Where things are, and running other programs.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

/// A run of staticc that is longer than this hangs.
const LIMIT: Duration = Duration::from_mins(1);

/// The checkout.
pub fn checkout() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// Where everything that is downloaded or made goes.
pub fn workshop() -> PathBuf {
    checkout().join("target/xtask")
}

/// Where a verb's trees go: `--in`, such as a directory in memory, where files
/// are made faster.
pub fn place(arguments: &[String], verb: &str) -> PathBuf {
    flag(arguments, "--in")
        .map_or_else(workshop, PathBuf::from)
        .join(verb)
}

/// One of our Python programs.
pub fn script(name: &str) -> PathBuf {
    checkout().join("xtask/python").join(name)
}

/// Runs a program to its end; its output is the user's.
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

/// Runs a program to its end; whether it succeeded, and what it told on both
/// its streams.
pub fn told(command: &mut Command) -> Result<(bool, String), String> {
    let output = command
        .output()
        .map_err(|error| format!("cannot run {command:?}: {error}"))?;
    let bytes = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok((output.status.success(), text))
}

/// Runs a program, but not for ever; its status, and what it told, which is
/// also in a file.
pub fn watched(command: &mut Command, told: &Path) -> Result<(Option<ExitStatus>, String), String> {
    let shown = format!("{command:?}");
    let text = |error: io::Error| format!("{shown}: {error}");
    let out = File::create(told).map_err(text)?;
    command.stdout(out.try_clone().map_err(text)?).stderr(out);
    let mut child = command.process_group(0).spawn().map_err(text)?;
    let since = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(text)? {
            break Some(status);
        }
        if since.elapsed() > LIMIT {
            // What it started is of its group.
            let group = format!("-{}", child.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            child.wait().map_err(text)?;
            break None;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let told = fs::read(told).map_err(text)?;
    Ok((status, String::from_utf8_lossy(&told).into_owned()))
}

/// The program and the arguments of one run: the directory of its settings,
/// STATIC_ROOT, the cache, more flags.
pub fn collect(
    binary: &Path,
    project: &Path,
    root: &Path,
    cache: &Path,
    flags: &[&str],
) -> Vec<OsString> {
    let settings = project.join("settings.toml");
    let mut words: Vec<&OsStr> = vec![binary.as_ref(), "collect".as_ref(), "--noinput".as_ref()];
    words.extend([OsStr::new("--settings"), settings.as_ref()]);
    words.extend([OsStr::new("--static-root"), root.as_ref()]);
    words.extend([OsStr::new("--cache-dir"), cache.as_ref()]);
    words.extend(flags.iter().map(OsStr::new));
    words.into_iter().map(OsStr::to_owned).collect()
}

/// The same for `staticc verify`, which has no cache.
pub fn verify(binary: &Path, project: &Path, root: &Path, flags: &[&str]) -> Vec<OsString> {
    let settings = project.join("settings.toml");
    let mut words: Vec<&OsStr> = vec![binary.as_ref(), "verify".as_ref()];
    words.extend([OsStr::new("--settings"), settings.as_ref()]);
    words.extend([OsStr::new("--static-root"), root.as_ref()]);
    words.extend(["-v0", "-j1"].iter().map(OsStr::new));
    words.extend(flags.iter().map(OsStr::new));
    words.into_iter().map(OsStr::to_owned).collect()
}

/// Runs a program and its arguments; fails unless it succeeds.
pub fn succeed(words: &[OsString], told: &Path) -> Result<(), String> {
    match watched(Command::new(&words[0]).args(&words[1..]), told)? {
        (Some(status), _) if status.success() => Ok(()),
        (Some(status), told) => Err(format!("{status}: {told}")),
        (None, told) => Err(format!("does not end: {told}")),
    }
}

/// Says how to get strace if it is missing.
pub fn check_strace() -> Result<(), String> {
    let found = Command::new("strace").arg("--version").output();
    found.map(|_| ()).map_err(|error| {
        format!("strace can't be run ({error}); install it: apt-get install strace")
    })
}

/// Builds staticc and says where it is.
pub fn staticc() -> Result<PathBuf, String> {
    if let Some(binary) = std::env::var_os("STATICC_BIN") {
        return Ok(binary.into());
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(Command::new(cargo).current_dir(checkout()).args([
        "build",
        "--quiet",
        "--release",
        "--bin",
        "staticc",
    ]))?;
    Ok(checkout().join("target/release/staticc"))
}

/// The value after a flag.
pub fn flag<'a>(arguments: &'a [String], name: &str) -> Option<&'a str> {
    let at = arguments.iter().position(|argument| argument == name)?;
    arguments.get(at + 1).map(String::as_str)
}
