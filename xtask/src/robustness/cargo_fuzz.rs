//! `cargo xtask fuzz`: runs the targets of `fuzz/`, each for some seconds, on
//! stable Rust. libFuzzer keeps its corpus in `fuzz/corpus` and the inputs that
//! fail in `fuzz/artifacts`.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use crate::support::paths::{repository, work_dir};
use crate::support::process::run as run_program;
use crate::support::{cargo_install, print_line};

#[derive(clap::Args)]
pub struct Args {
    /// Seconds to spend on each target
    #[arg(long, value_name = "N", default_value_t = 30)]
    seconds: u64,
    /// Targets, which are files of fuzz/targets [default: all]
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
}

pub fn run(args: &Args) -> Result<(), String> {
    let all = targets()?;
    let selected = if args.targets.is_empty() {
        &all
    } else {
        &args.targets
    };
    if let Some(unknown) = selected.iter().find(|name| !all.contains(name)) {
        return Err(format!(
            "no fuzz target {unknown}; there are {}",
            all.join(", ")
        ));
    }
    // It only starts other programs, so it needs no optimization.
    let program = cargo_install::program("cargo-fuzz", &["--debug"])?;
    let mut failed: Vec<&str> = Vec::new();
    for target in selected {
        if let Err(error) = fuzz(&program, target, args.seconds) {
            print_line(&error);
            failed.push(target);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("failed: {}", failed.join(", ")))
    }
}

/// The names of all targets.
fn targets() -> Result<Vec<String>, String> {
    let directory = repository().join("fuzz/targets");
    let mut targets: Vec<String> = fs::read_dir(directory)
        .map_err(|error| error.to_string())?
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    targets.sort();
    Ok(targets)
}

/// Runs one target and prints libFuzzer's last line, or its report of a failure.
fn fuzz(program: &Path, target: &str, seconds: u64) -> Result<(), String> {
    let directory = repository().join("fuzz");
    // In memory if possible, because some targets write files for each input.
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory } else { &work_dir() };
    let temporary = parent.join(format!("staticc-fuzz-{}", std::process::id()));
    let corpus = directory.join("corpus").join(target);
    for directory in [&temporary, &corpus] {
        fs::create_dir_all(directory).map_err(|error| error.to_string())?;
    }
    let log = work_dir().join(format!("fuzz-{target}.log"));
    let log_file = File::create(&log).map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command
        .current_dir(repository())
        .stderr(log_file)
        .env("TMPDIR", &temporary)
        // staticc would look for apps in it.
        .env_remove("VIRTUAL_ENV")
        // Sanitizers need nightly Rust.
        .args(["run", "--release", "--sanitizer", "none", target])
        .arg(corpus)
        .arg(directory.join("seeds").join(target))
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .args(["-max_len=4096", "-timeout=10", "-rss_limit_mb=2048"]);
    let dictionary = directory.join(format!("dictionaries/{target}.dict"));
    if dictionary.is_file() {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    let result = run_program(&mut command);
    // libFuzzer exits without running destructors, so temporary files remain.
    let _ = fs::remove_dir_all(&temporary);
    let bytes = fs::read(&log).unwrap_or_default();
    let output = String::from_utf8_lossy(&bytes);
    match output.lines().rfind(|line| line.contains("DONE")) {
        Some(line) if result.is_ok() => print_line(&format!("{target}: {line}")),
        // All but the lines about its progress.
        _ => output
            .lines()
            .filter(|line| !line.starts_with('#'))
            .for_each(print_line),
    }
    result
}
