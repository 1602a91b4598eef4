//! `cargo xtask live`: collects one release after another into a STATIC_ROOT
//! that other processes read all the time.

mod reader;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use self::reader::ReaderMode;
pub use self::reader::{ReaderArgs, run as read};
use super::DirectoryArgs;
use crate::support::process::{require_strace, run_to_success};
use crate::support::staticc::{self, Invocation};
use crate::support::{integrity, print_line, releases};

/// How many processes read at once.
const READERS: usize = 3;

/// A command that delays each change of STATIC_ROOT by a millisecond, so that
/// many readers see the states in between.
const SLOW: [&str; 8] = [
    "strace",
    "-fqq",
    "-o",
    "/dev/null",
    "-e",
    "trace=/^(rename|unlink)",
    "-e",
    "inject=/^(rename|unlink):delay_enter=1000",
];

#[derive(clap::Args)]
pub struct Args {
    /// Number of releases to collect
    #[arg(long, value_name = "N", default_value_t = 50)]
    rounds: usize,
    #[command(flatten)]
    directory: DirectoryArgs,
}

pub fn run(args: &Args) -> Result<(), String> {
    let rounds = args.rounds;
    require_strace()?;
    let site = Site::new(args.directory.directory("live"), staticc::binary()?)?;
    let mut violations = site.run_rounds(rounds - rounds / 2, ReaderMode::Hold)?;
    violations.extend(site.run_rounds(rounds / 2, ReaderMode::Follow)?);
    for line in violations.iter().take(20) {
        print_line(line);
    }
    print_line(&format!("{rounds} rounds, {} violations", violations.len()));
    if violations.is_empty() {
        Ok(())
    } else {
        Err("readers saw a STATIC_ROOT that is not valid".to_owned())
    }
}

/// A STATIC_ROOT, and the two releases that are collected into it in turn.
struct Site {
    directory: PathBuf,
    binary: PathBuf,
}

impl Site {
    /// Makes the releases and collects the first one.
    fn new(directory: PathBuf, binary: PathBuf) -> Result<Self, String> {
        let _ = fs::remove_dir_all(&directory);
        releases::write(&directory.join("a"), &directory.join("b"), 1)
            .map_err(|error| error.to_string())?;
        let site = Self { directory, binary };
        site.collect("a", &[], false)?;
        Ok(site)
    }

    /// Collects this many releases while others read; returns the violations.
    /// Readers that follow the manifest allow `--clear`.
    fn run_rounds(&self, rounds: usize, mode: ReaderMode) -> Result<Vec<String>, String> {
        let stop = self.directory.join("stop");
        let _ = fs::remove_file(&stop);
        let readers: Vec<Child> = (0..READERS)
            .map(|index| self.start_reader(mode, index + 1))
            .collect::<Result<_, _>>()?;
        let collected = (0..rounds).try_for_each(|round| {
            // Both releases are collected with and without it.
            let clear = mode == ReaderMode::Follow && round % 4 < 2;
            let flags: &[&str] = if clear { &["--clear"] } else { &[] };
            self.collect(["b", "a"][round % 2], flags, round % 8 < 4)
        });
        fs::write(&stop, "").map_err(|error| error.to_string())?;
        let mut violations: Vec<String> = collected.err().into_iter().collect();
        for reader in readers {
            let output = reader
                .wait_with_output()
                .map_err(|error| error.to_string())?;
            let text = String::from_utf8_lossy(&output.stdout);
            let (counts, lines) = text.split_once('\n').unwrap_or((&text, ""));
            print_line(&format!("{mode:?}: {counts}"));
            violations.extend(lines.lines().map(str::to_owned));
            if !output.status.success() || counts.starts_with("0 ") {
                violations.push(format!("a reader did not read: {}", output.status));
            }
        }
        violations.extend(integrity::violations(&self.directory.join("root"), None));
        Ok(violations)
    }

    fn start_reader(&self, mode: ReaderMode, seed: usize) -> Result<Child, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mode = match mode {
            ReaderMode::Hold => "hold",
            ReaderMode::Follow => "follow",
        };
        Command::new(program)
            .args(["live-reader", mode, &seed.to_string()])
            .arg(&self.directory)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())
    }

    fn collect(&self, release: &str, flags: &[&str], slow: bool) -> Result<(), String> {
        let invocation = Invocation {
            binary: &self.binary,
            project: &self.directory.join(release),
            static_root: &self.directory.join("root"),
        };
        let mut command_line = invocation.collect(&self.directory.join("cache"), flags);
        if slow {
            command_line.splice(..0, SLOW.map(OsString::from));
        }
        run_to_success(&command_line, &self.directory.join("log"))
    }
}
