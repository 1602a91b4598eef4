//! `cargo xtask bench`: staticc against Django on real packages and generated
//! trees. The table goes to `docs/benchmarks.md`, but for `--quick` and `--only`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::npm;
use crate::process::{self, checkout, flag, script, staticc, workshop};
use crate::venv;

/// From PyPI, with what they depend on: these are imported.
const APPS: [&str; 3] = [
    "djangorestframework",
    "django-debug-toolbar",
    "django-tinymce",
];

/// From npm.
const NODE_PACKAGES: [&str; 5] = [
    "bootstrap",
    "leaflet",
    "swagger-ui-dist",
    "pdfjs-dist",
    "katex",
];

/// The verb.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let asked = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let extent = match (asked("--quick"), asked("--full")) {
        (true, _) => "quick",
        (_, true) => "full",
        _ => "usual",
    };
    let list = script("bench_packages.txt");
    let list = fs::read_to_string(list).map_err(|error| error.to_string())?;
    let files: Vec<&str> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "django" && !APPS.contains(name))
        .collect();
    let python = venv::python_with_files("bench", "6.1", &APPS, &files)?;
    let report = match extent {
        "quick" => workshop().join("bench.md"),
        _ => checkout().join("docs/benchmarks.md"),
    };
    process::run(
        Command::new(python)
            .arg(script("bench.py"))
            .arg(staticc()?)
            .arg(encoders()?)
            .arg(npm::packages(&NODE_PACKAGES)?)
            .arg(workshop().join("bench"))
            .arg(report)
            .arg(extent)
            .arg(flag(arguments, "--only").unwrap_or_default()),
    )
}

/// Builds our encoders alone and says where they are.
fn encoders() -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(checkout())
        .args(["bench", "--no-run", "--bench", "encoders"])
        .args(["--message-format", "json"])
        .output()
        .map_err(|error| error.to_string())?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "encoders")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned())
}
