//! `cargo xtask live`: one release after another is collected into the
//! STATIC_ROOT of a site that is being read all the time.

mod reader;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

pub use self::reader::run as read;
use crate::process::{check_strace, collect, flag, place, staticc, succeed};
use crate::{trees, whole};

/// So many processes read at once.
const READERS: usize = 3;

/// With this before it, a run waits a millisecond before each step of putting
/// a release in force: what is there between two steps is seen by many.
const SLOWLY: [&str; 8] = [
    "strace",
    "-fqq",
    "-o",
    "/dev/null",
    "-e",
    "trace=/^(rename|unlink)",
    "-e",
    "inject=/^(rename|unlink):delay_enter=1000",
];

/// The verb.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let rounds = flag(arguments, "--rounds").unwrap_or("50");
    let rounds: usize = rounds.parse().map_err(|e| format!("--rounds: {e}"))?;
    check_strace()?;
    let site = Site::new(place(arguments, "live"), staticc()?)?;
    let mut wrong = site.rounds(rounds - rounds / 2, false)?;
    wrong.extend(site.rounds(rounds / 2, true)?);
    for line in wrong.iter().take(20) {
        crate::say(line);
    }
    crate::say(&format!("{rounds} rounds, {} violations", wrong.len()));
    if wrong.is_empty() {
        Ok(())
    } else {
        Err("the site broke".to_owned())
    }
}

/// A site, and the two releases it gets in turn.
struct Site {
    place: PathBuf,
    binary: PathBuf,
}

impl Site {
    /// Makes it and collects the first release.
    fn new(place: PathBuf, binary: PathBuf) -> Result<Self, String> {
        let _ = fs::remove_dir_all(&place);
        trees::write(&place.join("a"), &place.join("b"), 1).map_err(|e| e.to_string())?;
        let site = Self { place, binary };
        site.collect("a", &[], false)?;
        Ok(site)
    }

    /// So many releases; whether some are collected with `--clear`.
    fn rounds(&self, rounds: usize, clears: bool) -> Result<Vec<String>, String> {
        let stop = self.place.join("stop");
        let _ = fs::remove_file(&stop);
        let readers: Vec<Child> = (0..READERS)
            .map(|seed| self.reader(if clears { "follow" } else { "hold" }, seed))
            .collect::<Result<_, _>>()?;
        let written = (0..rounds).try_for_each(|round| {
            // Both releases with and without.
            let clear = clears && round % 4 < 2;
            let flags: &[&str] = if clear { &["--clear"] } else { &[] };
            self.collect(["b", "a"][round % 2], flags, round % 8 < 4)
        });
        fs::write(&stop, "").map_err(|error| error.to_string())?;
        let mut wrong: Vec<String> = written.err().into_iter().collect();
        for reader in readers {
            let output = reader.wait_with_output().map_err(|e| e.to_string())?;
            let told = String::from_utf8_lossy(&output.stdout);
            let (counts, violations) = told.split_once('\n').unwrap_or((&told, ""));
            crate::say(&format!("clear: {clears}: {counts}"));
            wrong.extend(violations.lines().map(str::to_owned));
            if !output.status.success() || counts.starts_with("0 ") {
                wrong.push(format!("a reader did not read: {}", output.status));
            }
        }
        wrong.extend(whole::violations(&self.place.join("root"), None));
        Ok(wrong)
    }

    fn reader(&self, manner: &str, seed: usize) -> Result<Child, String> {
        let own = std::env::current_exe().map_err(|error| error.to_string())?;
        Command::new(own)
            .args(["live-reader", manner, &(seed + 1).to_string()])
            .arg(&self.place)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())
    }

    fn collect(&self, release: &str, flags: &[&str], slowly: bool) -> Result<(), String> {
        let [root, cache] = ["root", "cache"].map(|name| self.place.join(name));
        let mut words = collect(
            &self.binary,
            &self.place.join(release),
            &root,
            &cache,
            flags,
        );
        if slowly {
            words.splice(..0, SLOWLY.map(OsString::from));
        }
        succeed(&words, &self.place.join("told"))
    }
}
