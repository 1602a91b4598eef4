//! The attempts: where each run gets its fault, and what is checked after it.

use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use super::fault::{
    self, FAILING_WRITE_CALLS, Fault, FaultPoint, Outcome, READ_CALLS, STAGED_PREFIX, WRITE_CALLS,
};
use super::report::{FailedAttempt, Results};
use super::workspace::Workspace;
use crate::support::random::Random;
use crate::support::{directory_tree, integrity};

/// Attempts that all workspaces take in turn.
pub trait Attempts: Sync {
    type Attempt;

    fn next(&self) -> Option<Self::Attempt>;

    /// Makes one attempt; returns it if something is wrong after it.
    fn run(
        &self,
        workspace: &Workspace,
        attempt: Self::Attempt,
    ) -> Result<Option<FailedAttempt>, String>;
}

/// Makes all attempts, in all workspaces at once.
pub fn run_all<T: Attempts>(workspaces: &[Workspace], attempts: &T) -> Result<Results, String> {
    let work = |workspace| {
        let mut results = Results::default();
        while let Some(attempt) = attempts.next() {
            results.failed.extend(attempts.run(workspace, attempt)?);
            results.attempts += 1;
        }
        Ok::<_, String>(results)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = workspaces
            .iter()
            .map(|workspace| scope.spawn(move || work(workspace)))
            .collect();
        let mut all = Results::default();
        for thread in threads {
            let results = thread.join().map_err(|_| "a thread panicked")??;
            all.attempts += results.attempts;
            all.failed.extend(results.failed);
        }
        Ok(all)
    })
}

/// The system calls that change the disk in a run without a fault and, if
/// `with_reads`, those that read.
pub fn system_calls(workspace: &Workspace, with_reads: bool) -> Result<Vec<&'static str>, String> {
    workspace.restore()?;
    let mut names = fault::observed_calls(&workspace.command_line("1"), &workspace.directory)?;
    names.retain(|name| with_reads || !READ_CALLS.contains(name));
    if names.iter().any(|name| name.starts_with("rename")) {
        Ok(names)
    } else {
        Err(
            "strace sees no rename: with -j 1, staticc must do all work in its first thread"
                .to_owned(),
        )
    }
}

/// One fault at each of many system calls.
pub struct FaultQueue {
    fault: Fault,
    every: u32,
    from: u32,
    remaining: Mutex<RemainingCalls>,
}

struct RemainingCalls {
    /// The last one is next.
    names: Vec<&'static str>,
    /// The number of the next call with the last name.
    number: u32,
}

impl FaultQueue {
    /// Faults at every `every`th call of each system call, from the `from`th on.
    pub fn new(fault: Fault, names: &[&'static str], from: u32, every: u32) -> Self {
        let is_possible = |name: &&'static str| match fault {
            Fault::Kill => WRITE_CALLS.contains(name),
            Fault::Error(_) => FAILING_WRITE_CALLS.contains(name) || READ_CALLS.contains(name),
        };
        Self {
            fault,
            every,
            from,
            remaining: Mutex::new(RemainingCalls {
                names: names.iter().copied().filter(is_possible).collect(),
                number: from,
            }),
        }
    }

    /// Goes on to the next system call, after a run that made no further call.
    fn finish(&self, syscall: &str) {
        if let Ok(mut remaining) = self.remaining.lock()
            && remaining.names.last() == Some(&syscall)
        {
            remaining.names.pop();
            remaining.number = self.from;
        }
    }
}

impl Attempts for FaultQueue {
    type Attempt = FaultPoint;

    fn next(&self) -> Option<FaultPoint> {
        let mut remaining = self.remaining.lock().ok()?;
        let number = remaining.number;
        remaining.number += self.every;
        let syscall = remaining.names.last()?;
        Some(FaultPoint {
            fault: self.fault,
            syscall,
            number,
        })
    }

    fn run(
        &self,
        workspace: &Workspace,
        point: FaultPoint,
    ) -> Result<Option<FailedAttempt>, String> {
        workspace.restore()?;
        let outcome = fault::run(&workspace.command_line("1"), &workspace.directory, point)?;
        if outcome.faulted_call.is_none() {
            self.finish(point.syscall);
        }
        // The fault hit the dynamic loader, before staticc started.
        let is_loader = |status: ExitStatus| status.code() == Some(127);
        if outcome.status.is_some_and(is_loader) && outcome.output.contains("shared librar") {
            return Ok(None);
        }
        let mut violations = end_violations(&outcome, point.fault);
        let succeeded = outcome.status.is_some_and(|status| status.success());
        if !succeeded && point.fault != Fault::Kill {
            violations.extend(leftovers(workspace, &outcome)?);
        }
        violations.extend(tree_violations(workspace, succeeded)?);
        Ok((!violations.is_empty()).then(|| FailedAttempt {
            point: format!(
                "{} {} of {}",
                point.fault.name(),
                point.number,
                point.syscall
            ),
            violations,
            last_calls: outcome.last_calls,
            output: outcome.output,
        }))
    }
}

/// What is wrong with how a run ended.
fn end_violations(outcome: &Outcome, fault: Fault) -> Vec<String> {
    let Some(status) = outcome.status else {
        return vec!["hang: did not end".to_owned()];
    };
    let mut violations = Vec::new();
    if status.code() == Some(101) || outcome.output.contains("panicked") {
        violations.push(format!("panic: {status}"));
    }
    let killed = fault == Fault::Kill && outcome.faulted_call.is_some();
    if status.code().is_none() && !killed {
        violations.push(format!("died: {status}"));
    }
    // A fault in writing to standard error leaves no message.
    let message_lost = outcome
        .faulted_call
        .as_ref()
        .is_some_and(|call| call.starts_with("write(2<"));
    let failed = status.code().is_some_and(|code| code != 0);
    if failed && !message_lost && !outcome.output.contains("error") {
        violations.push(format!("silent: {status} without a message"));
    }
    if !status.success() && outcome.faulted_call.is_none() {
        violations.push(format!("without a fault: {status}"));
    }
    violations
}

/// What a failed run must not leave: staged files and, if it changed no file of
/// STATIC_ROOT, any difference.
fn leftovers(workspace: &Workspace, outcome: &Outcome) -> Result<Vec<String>, String> {
    let tree = workspace.tree()?;
    let is_staged = |line: &str| line.contains(STAGED_PREFIX);
    if outcome
        .faulted_call
        .as_deref()
        .is_some_and(|call| call.starts_with("unlink") && is_staged(call))
    {
        // The fault hit the removal of a staged file.
        return Ok(Vec::new());
    }
    let mut lines = directory_tree::differences(&tree, &workspace.before);
    lines.retain(|line| !outcome.changed_site || is_staged(line));
    Ok(lines
        .iter()
        .map(|line| format!("failed, but {line}"))
        .collect())
}

/// What is wrong with STATIC_ROOT after a run, and after the next run.
fn tree_violations(workspace: &Workspace, succeeded: bool) -> Result<Vec<String>, String> {
    let mut violations = integrity::violations(&workspace.root(), Some(&workspace.allowed));
    if let Err(error) = workspace.verify() {
        violations.push(format!("verify: {error}"));
    }
    if succeeded {
        let differences = directory_tree::differences(&workspace.tree()?, &workspace.expected);
        violations.extend(
            differences
                .iter()
                .map(|line| format!("succeeded, but {line}")),
        );
    }
    if let Err(error) = workspace.collect(workspace.flags()) {
        violations.push(format!("next run fails: {error}"));
    }
    let differences = directory_tree::differences(&workspace.tree()?, &workspace.expected);
    violations.extend(differences.iter().map(|line| format!("next run: {line}")));
    Ok(violations)
}

/// Kills of runs on two threads at a random moment.
pub struct RandomKills(Mutex<RemainingKills>);

struct RemainingKills {
    random: Random,
    count: usize,
}

impl RandomKills {
    pub fn new(seed: u32, count: usize) -> Self {
        Self(Mutex::new(RemainingKills {
            random: Random::new(u64::from(seed)),
            count,
        }))
    }
}

impl Attempts for RandomKills {
    /// The moment, in thousandths of the duration of a run.
    type Attempt = u32;

    fn next(&self) -> Option<u32> {
        let mut remaining = self.0.lock().ok()?;
        remaining.count = remaining.count.checked_sub(1)?;
        u32::try_from(remaining.random.below(1000)).ok()
    }

    fn run(&self, workspace: &Workspace, moment: u32) -> Result<Option<FailedAttempt>, String> {
        workspace.restore()?;
        let command_line = workspace.command_line("2");
        let text = |error: std::io::Error| error.to_string();
        let mut child = Command::new(&command_line[0])
            .args(&command_line[1..])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(text)?;
        let delay: Duration = workspace.duration * moment / 1000;
        std::thread::sleep(delay);
        child.kill().map_err(text)?;
        let status = child.wait().map_err(text)?;
        let violations = tree_violations(workspace, status.success())?;
        Ok((!violations.is_empty()).then(|| FailedAttempt {
            point: format!("KILL after {delay:?} on two threads"),
            violations,
            last_calls: String::new(),
            output: String::new(),
        }))
    }
}
