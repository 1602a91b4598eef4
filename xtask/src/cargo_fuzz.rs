//! `cargo xtask fuzz`: the targets of `fuzz/`, each for some seconds, on
//! stable Rust. What libFuzzer learns stays in `fuzz/corpus`, what it finds
//! in `fuzz/artifacts`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{checkout, flag, run, workshop};

/// The verb.
pub fn run_targets(arguments: &[String]) -> Result<(), String> {
    let seconds = flag(arguments, "--seconds").unwrap_or("30");
    let named: Vec<&String> = arguments
        .iter()
        .filter(|argument| *argument != "--seconds" && *argument != seconds)
        .collect();
    let targets = targets()?;
    if let Some(unknown) = named.iter().find(|name| !targets.contains(name)) {
        return Err(format!(
            "no fuzz target {unknown}; there are {}",
            targets.join(", ")
        ));
    }
    let program = installed()?;
    let mut failed = Vec::new();
    for target in targets {
        if (named.is_empty() || named.contains(&&target))
            && let Err(error) = fuzz(&program, &target, seconds)
        {
            crate::say(&error);
            failed.push(target);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("findings of {}", failed.join(", ")))
    }
}

/// All targets, by name.
fn targets() -> Result<Vec<String>, String> {
    let directory = checkout().join("fuzz/targets");
    let mut targets: Vec<String> = fs::read_dir(directory)
        .map_err(|error| error.to_string())?
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    targets.sort();
    Ok(targets)
}

/// The directory with cargo-fuzz, installed below `target` if it is missing.
fn installed() -> Result<PathBuf, String> {
    let root = workshop().join("cargo-fuzz");
    let program = root.join("bin/cargo-fuzz");
    if !program.is_file() {
        crate::say("installing cargo-fuzz");
        // It only starts other programs: no need to optimize it.
        let install = ["install", "cargo-fuzz", "--locked", "--debug", "--quiet"];
        run(cargo().args(install).arg("--root").arg(&root))?;
    }
    Ok(program)
}

/// Runs one target and says how far it came.
fn fuzz(program: &Path, target: &str, seconds: &str) -> Result<(), String> {
    let directory = checkout().join("fuzz");
    // In memory, where there is a place: some targets write files each time.
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory } else { &workshop() };
    let temporary = place.join(format!("staticc-fuzz-{}", std::process::id()));
    let corpus = directory.join("corpus").join(target);
    for directory in [&temporary, &corpus] {
        fs::create_dir_all(directory).map_err(|error| error.to_string())?;
    }
    let log = workshop().join(format!("fuzz-{target}.log"));
    let output = File::create(&log).map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command
        .current_dir(checkout())
        .stderr(output)
        .env("TMPDIR", &temporary)
        // Settings look there for apps.
        .env_remove("VIRTUAL_ENV")
        // Without a sanitizer, stable Rust will do.
        .args(["run", "--release", "--sanitizer", "none", target])
        .arg(corpus)
        .arg(directory.join("seeds").join(target))
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .args(["-max_len=4096", "-timeout=10", "-rss_limit_mb=2048"]);
    let words = directory.join(format!("dictionaries/{target}.dict"));
    if words.is_file() {
        command.arg(format!("-dict={}", words.display()));
    }
    let result = run(&mut command);
    // libFuzzer ends without a word to the target, which leaves its files.
    let _ = fs::remove_dir_all(&temporary);
    let said = fs::read(&log).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    match said.lines().rfind(|line| line.contains("DONE")) {
        Some(line) if result.is_ok() => crate::say(&format!("{target}: {line}")),
        // All but what it says while it learns.
        _ => said
            .lines()
            .filter(|line| !line.starts_with('#'))
            .for_each(crate::say),
    }
    result
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
