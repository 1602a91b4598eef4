//! Runs staticc under strace, which kills it or makes one system call fail, and
//! reports how the run ended.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus};

use crate::support::process::{Limited, run_with_limit};

/// The system calls that change the disk, or open files for that.
pub const WRITE_CALLS: [&str; 37] = [
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

/// The system calls that only read and are made to fail.
pub const READ_CALLS: [&str; 3] = ["read", "getdents64", "statx"];

/// Those of [`WRITE_CALLS`] that are made to fail.
pub const FAILING_WRITE_CALLS: [&str; 18] = [
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

/// The start of the names of staged files.
pub const STAGED_PREFIX: &str = ".staticc";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// staticc is killed before the call.
    Kill,
    /// The call fails with this error, such as "EIO".
    Error(&'static str),
}

impl Fault {
    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "KILL",
            Self::Error(name) => name,
        }
    }
}

/// A fault at the `number`th call of a system call.
#[derive(Clone, Copy, Debug)]
pub struct FaultPoint {
    pub fault: Fault,
    pub syscall: &'static str,
    /// Counted from 1.
    pub number: u32,
}

/// How a run ended.
pub struct Outcome {
    /// `None` if it reached the time limit.
    pub status: Option<ExitStatus>,
    /// The line of the system call at which the fault occurred, if it did.
    pub faulted_call: Option<String>,
    /// Whether it renamed or removed a file of STATIC_ROOT before that.
    pub changed_site: bool,
    /// Standard output and standard error.
    pub output: String,
    /// The last system calls.
    pub last_calls: String,
}

/// The system calls of both sets that a run without a fault makes.
pub fn observed_calls(
    command_line: &[OsString],
    directory: &Path,
) -> Result<Vec<&'static str>, String> {
    let log = directory.join("observed-calls");
    let outcome = trace(command_line, directory, &log, &[])?;
    if !outcome.status.is_some_and(|status| status.success()) {
        return Err(format!("a run without a fault fails:\n{}", outcome.output));
    }
    let text = fs::read_to_string(log).map_err(|error| error.to_string())?;
    let is_made = |name: &&str| {
        text.lines()
            .any(|line| line.split('(').next() == Some(name))
    };
    Ok(WRITE_CALLS
        .into_iter()
        .chain(READ_CALLS)
        .filter(is_made)
        .collect())
}

/// Runs with a fault.
pub fn run(
    command_line: &[OsString],
    directory: &Path,
    point: FaultPoint,
) -> Result<Outcome, String> {
    let action = match point.fault {
        Fault::Kill => "signal=KILL".to_owned(),
        Fault::Error(name) => format!("error={name}"),
    };
    let inject = format!("inject={}:{action}:when={}", point.syscall, point.number);
    trace(
        command_line,
        directory,
        &directory.join("strace"),
        &["-e", &inject],
    )
}

fn trace(
    command_line: &[OsString],
    directory: &Path,
    log: &Path,
    inject: &[&str],
) -> Result<Outcome, String> {
    let names = WRITE_CALLS.into_iter().chain(READ_CALLS);
    // With `?`, strace ignores a name that it does not know.
    let calls: Vec<String> = names.map(|name| format!("?{name}")).collect();
    let mut strace = Command::new("strace");
    strace.args(["-y", "-s", "256", "-o"]).arg(log);
    strace
        .args(["-e", &format!("trace={}", calls.join(","))])
        .args(inject);
    let Limited { status, output } =
        run_with_limit(strace.args(command_line), &directory.join("log"))?;
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let killed = text.contains("+++ killed by SIGKILL");
    let is_faulted = |line: &&&str| line.contains("(INJECTED)") || killed && line.ends_with("= ?");
    let faulted_call = lines.iter().rev().find(is_faulted);
    let root = directory.join("root").to_string_lossy().into_owned();
    let changes_site = |line: &str| {
        let is_staged = line.starts_with("unlink") && line.contains(STAGED_PREFIX);
        let is_change = ["rename", "unlink"]
            .iter()
            .any(|name| line.starts_with(name));
        is_change && !is_staged && line.contains(&root) && line.ends_with("= 0")
    };
    Ok(Outcome {
        status,
        faulted_call: faulted_call.map(|line| (*line).to_owned()),
        changed_site: lines.iter().any(|line| changes_site(line)),
        output,
        last_calls: lines[lines.len().saturating_sub(4)..].join("\n"),
    })
}
