//! `cargo xtask crash`: kills runs at every system call that changes the disk,
//! and makes each call fail. After each run STATIC_ROOT must be valid, and the
//! next run must leave what a run without a fault leaves.

mod attempts;
mod fault;
mod report;
mod workspace;

use std::fs;
use std::path::Path;
use std::time::Instant;

use clap::builder::PossibleValuesParser;

use self::attempts::{FaultQueue, RandomKills, run_all};
use self::fault::Fault;
use self::report::Report;
use self::workspace::{Start, Workspace};
use super::DirectoryArgs;
use crate::support::process::require_strace;
use crate::support::{print_line, staticc};

/// A way to run staticc.
pub struct Mode {
    name: &'static str,
    /// Flags of the earlier run, which collects release A.
    flags_before: &'static [&'static str],
    /// Flags of the run with a fault, and of the run after it.
    flags: &'static [&'static str],
    start: Start,
    /// Whether the cache holds no compressed copies of release B.
    cold: bool,
    /// Whether files in STATIC_ROOT are links to their sources.
    links: bool,
    /// Whether system calls that read fail too. One mode is enough, because all
    /// modes read alike.
    faults_in_reads: bool,
}

const PLAIN: Mode = Mode {
    name: "plain",
    flags_before: &[],
    flags: &[],
    start: Start::Collected,
    cold: false,
    links: false,
    faults_in_reads: false,
};

static MODES: [Mode; 9] = [
    Mode {
        faults_in_reads: true,
        ..PLAIN
    },
    Mode {
        name: "copied",
        start: Start::Copied,
        ..PLAIN
    },
    Mode {
        name: "cold",
        cold: true,
        ..PLAIN
    },
    Mode {
        name: "first",
        start: Start::Empty,
        ..PLAIN
    },
    Mode {
        name: "clear",
        flags: &["--clear"],
        ..PLAIN
    },
    Mode {
        name: "only-hashed",
        flags: &["--set", "WHITENOISE_KEEP_ONLY_HASHED_FILES=true"],
        ..PLAIN
    },
    Mode {
        name: "only-hashed-clear",
        flags: &["--clear", "--set", "WHITENOISE_KEEP_ONLY_HASHED_FILES=true"],
        ..PLAIN
    },
    Mode {
        name: "hardlink",
        flags_before: &["--link-mode", "hardlink"],
        flags: &["--link-mode", "hardlink"],
        ..PLAIN
    },
    Mode {
        name: "link",
        flags_before: &["--link"],
        flags: &["--link"],
        links: true,
        ..PLAIN
    },
];

const MODE_NAMES: [&str; MODES.len()] = {
    let mut names = [""; MODES.len()];
    let mut index = 0;
    while index < MODES.len() {
        names[index] = MODES[index].name;
        index += 1;
    }
    names
};

const FAULTS: [Fault; 4] = [
    Fault::Kill,
    Fault::Error("ENOSPC"),
    Fault::Error("EIO"),
    Fault::Error("EACCES"),
];

/// Runs wait more than they work, so that more than the cores can be used.
const WORKSPACES: u32 = 4;

/// How many runs on two threads are killed at a random moment, in all modes.
const RANDOM_KILLS: usize = 200;

/// The distance between faults of a quick check.
const QUICK: u32 = 90;

#[derive(clap::Args)]
pub struct Args {
    /// Place a fault at every Nth call only
    #[arg(long, value_name = "N", default_value_t = 1)]
    every: u32,
    /// Begin with the Nth call of each system call
    #[arg(long, value_name = "N", default_value_t = 1)]
    from: u32,
    /// Way to run staticc [default: all]
    #[arg(long, value_name = "MODE", value_parser = PossibleValuesParser::new(MODE_NAMES))]
    mode: Option<String>,
    /// Number of runs at once
    #[arg(long, value_name = "N", default_value_t = WORKSPACES)]
    lanes: u32,
    /// Seed of the runs that are killed at a random moment
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u32,
    /// Place a fault at every 90th call only
    #[arg(long, conflicts_with = "every")]
    quick: bool,
    #[command(flatten)]
    directory: DirectoryArgs,
}

pub fn run(args: &Args) -> Result<(), String> {
    require_strace()?;
    let binary = staticc::binary()?;
    let directory = args.directory.directory("crash");
    let mut report = Report::default();
    for (index, mode) in (0..).zip(&MODES) {
        if args.mode.as_ref().is_none_or(|only| only == mode.name) {
            let seed = args.seed * 100 + index;
            let start = Instant::now();
            run_mode(args, mode, seed, &binary, &directory, &mut report)?;
            let seconds = start.elapsed().as_secs();
            print_line(&format!("{:18} {seconds} s", mode.name));
        }
    }
    report.finish()
}

/// Tries all faults in one mode.
fn run_mode(
    args: &Args,
    mode: &'static Mode,
    seed: u32,
    binary: &Path,
    directory: &Path,
    report: &mut Report,
) -> Result<(), String> {
    let every = if args.quick { QUICK } else { args.every.max(1) };
    let mode_directory = directory.join(mode.name);
    let workspaces: Vec<Workspace> = (0..args.lanes.max(1))
        .map(|number| mode_directory.join(number.to_string()))
        .map(|directory| Workspace::new(&directory, binary, mode))
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{}: {error}", mode.name))?;
    let calls = attempts::system_calls(&workspaces[0], mode.faults_in_reads)?;
    for fault in FAULTS {
        let faults = FaultQueue::new(fault, &calls, args.from.max(1), every);
        let results = run_all(&workspaces, &faults)?;
        report.add(mode.name, fault.name(), results);
    }
    let kills = RandomKills::new(seed, RANDOM_KILLS.div_ceil(MODES.len()));
    report.add(mode.name, "random", run_all(&workspaces, &kills)?);
    let _ = fs::remove_dir_all(mode_directory);
    Ok(())
}
