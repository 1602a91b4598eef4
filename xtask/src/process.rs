//! Where things are, and running other programs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The checkout.
pub fn checkout() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// Where everything that is downloaded or made goes.
pub fn workshop() -> PathBuf {
    checkout().join("target/xtask")
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
