//! One run of staticc under strace, with death or an error at one system
//! call; how it ended.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus};

use crate::process::watched;

/// All system calls that change a disk, or open what does; `?`: those that
/// this machine's strace does not know are left out.
pub const CHANGES: [&str; 37] = [
    "openat",
    "open",
    "creat",
    "write",
    "pwrite64",
    "writev",
    "copy_file_range",
    "sendfile",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "chmod",
    "fchmod",
    "fchmodat",
    "fchown",
    "fchownat",
    "utimensat",
    "truncate",
    "ftruncate",
    "fallocate",
    "ioctl",
    "fsync",
    "fdatasync",
    "syncfs",
    "sync_file_range",
    "flock",
    "lchown",
    "openat2",
];

/// Those that only read, and are made to fail too.
pub const READS: [&str; 3] = ["read", "getdents64", "statx"];

/// Those that are also made to fail.
pub const FAILING: [&str; 18] = [
    "openat",
    "write",
    "copy_file_range",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "fchmod",
    "utimensat",
    "flock",
    "ioctl",
];

/// The names of files that are only prepared begin so.
pub const PREPARED: &str = ".staticc";

/// What happens at the system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Death before it.
    Kill,
    /// It fails with this.
    Error(&'static str),
}

impl Fault {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "KILL",
            Self::Error(name) => name,
        }
    }
}

/// Where something happens: at the `number`th such system call.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// What.
    pub fault: Fault,
    /// The system call.
    pub syscall: &'static str,
    /// Counted from 1.
    pub number: u32,
}

/// How a run ended.
pub struct Outcome {
    /// `None` if it hung.
    pub status: Option<ExitStatus>,
    /// The system call at which it happened, if it did.
    pub hit: Option<String>,
    /// Whether it got as far as to change a file of the site.
    pub began: bool,
    /// What it told, both streams.
    pub told: String,
    /// The last system calls.
    pub tail: String,
}

/// Which system calls of both sets happen in an undisturbed run.
pub fn survey(command: &[OsString], place: &Path) -> Result<Vec<&'static str>, String> {
    let log = place.join("survey");
    let outcome = traced(command, place, &log, &[])?;
    if !outcome.status.is_some_and(|status| status.success()) {
        return Err(format!("an undisturbed run fails:\n{}", outcome.told));
    }
    let text = fs::read_to_string(log).map_err(|error| error.to_string())?;
    let happens = |name: &&str| {
        text.lines()
            .any(|line| line.split('(').next() == Some(name))
    };
    Ok(CHANGES.into_iter().chain(READS).filter(happens).collect())
}

/// Runs with something happening at a point.
pub fn at(command: &[OsString], place: &Path, point: Point) -> Result<Outcome, String> {
    let what = match point.fault {
        Fault::Kill => "signal=KILL".to_owned(),
        Fault::Error(name) => format!("error={name}"),
    };
    let inject = format!("inject={}:{what}:when={}", point.syscall, point.number);
    traced(command, place, &place.join("strace"), &["-e", &inject])
}

fn traced(
    command: &[OsString],
    place: &Path,
    log: &Path,
    inject: &[&str],
) -> Result<Outcome, String> {
    let names = CHANGES.into_iter().chain(READS);
    let set: Vec<String> = names.map(|name| format!("?{name}")).collect();
    let set = set.join(",");
    let mut strace = Command::new("strace");
    strace.args(["-y", "-s", "256", "-o"]).arg(log);
    strace.args(["-e", &format!("trace={set}")]).args(inject);
    let (status, told) = watched(strace.args(command), &place.join("told"))?;
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let killed = text.contains("+++ killed by SIGKILL");
    let is_hit = |line: &&&str| line.contains("(INJECTED)") || killed && line.ends_with("= ?");
    let hit = lines.iter().rev().find(is_hit);
    let root = place.join("root").to_string_lossy().into_owned();
    let puts = |line: &str| {
        let prepares = line.starts_with("unlink") && line.contains(PREPARED);
        let names = ["rename", "unlink"]
            .iter()
            .any(|name| line.starts_with(name));
        names && !prepares && line.contains(&root) && line.ends_with("= 0")
    };
    let began = lines.iter().any(|line| puts(line));
    Ok(Outcome {
        status,
        hit: hit.map(|line| (*line).to_owned()),
        began,
        told,
        tail: lines[lines.len().saturating_sub(4)..].join("\n"),
    })
}
