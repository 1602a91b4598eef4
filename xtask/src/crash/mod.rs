//! `cargo xtask crash`: a run may end at any system call that changes the
//! disk, or get an error there; the site is whole after it, and the next run
//! leaves what an undisturbed one leaves.

mod inject;
mod lane;
mod report;
mod tries;

use std::fs;
use std::time::Instant;

use self::inject::Fault;
use self::lane::{Lane, Start};
use self::report::Report;
use self::tries::{Queue, RandomKills, on_all};
use crate::process::{check_strace, flag, place, staticc};

/// A way to run staticc.
pub struct Mode {
    name: &'static str,
    /// Flags of the collect of A that went before.
    flags_before: &'static [&'static str],
    /// Flags of the run that is disturbed, and of the next one.
    flags: &'static [&'static str],
    start: Start,
    /// Whether the cache knows only A's compressed copies.
    cold: bool,
    /// Whether plain files are links to their sources.
    links: bool,
    /// Whether reading is made to fail too: it is the same in all modes.
    reads: bool,
}

const PLAIN: Mode = Mode {
    name: "plain",
    flags_before: &[],
    flags: &[],
    start: Start::Collected,
    cold: false,
    links: false,
    reads: false,
};

static MODES: [Mode; 9] = [
    Mode {
        reads: true,
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

const FAULTS: [Fault; 4] = [
    Fault::Kill,
    Fault::Error("ENOSPC"),
    Fault::Error("EIO"),
    Fault::Error("EACCES"),
];

/// So many runs are disturbed at once: they wait more than they work.
const LANES: u32 = 4;

/// How many runs on two threads are killed at any moment, in all modes.
const RANDOM: usize = 200;

/// The verb.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let number = |name, otherwise| match flag(arguments, name) {
        Some(text) => text.parse().map_err(|error| format!("{name}: {error}")),
        None => Ok(otherwise),
    };
    let every = number("--every", 1)?.max(1);
    let from = number("--from", 1)?.max(1);
    let lanes = number("--lanes", LANES)?.max(1);
    let seed = number("--seed", 1)?;
    let only = flag(arguments, "--mode");
    check_strace()?;
    let binary = staticc()?;
    let mut report = Report::default();
    for (index, mode) in (0..).zip(&MODES) {
        if only.is_some_and(|only| only != mode.name) {
            continue;
        }
        let began = Instant::now();
        let place = place(arguments, "crash").join(mode.name);
        let places = (0..lanes).map(|lane| place.join(lane.to_string()));
        let lanes: Vec<Lane> = places
            .map(|place| Lane::new(&place, &binary, mode))
            .collect::<Result<_, _>>()
            .map_err(|why| format!("{}: {why}", mode.name))?;
        let names = tries::syscalls(&lanes[0], mode.reads)?;
        for fault in FAULTS {
            let queue = Queue::new(fault, &names, from, every);
            let (tried, found) = on_all(&lanes, &queue)?;
            report.add(mode.name, fault.name(), tried, found);
        }
        let kills = RandomKills::new(seed * 100 + index, RANDOM.div_ceil(MODES.len()));
        let (tried, found) = on_all(&lanes, &kills)?;
        report.add(mode.name, "random", tried, found);
        let _ = fs::remove_dir_all(place);
        let seconds = began.elapsed().as_secs();
        crate::say(&format!("{:18} {seconds} s", mode.name));
    }
    report.conclude()
}
