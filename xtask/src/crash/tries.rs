//! Which runs are disturbed, where, and whether all is well after each.

use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use super::inject::{self, CHANGES, FAILING, Fault, Outcome, PREPARED, Point, READS};
use super::lane::Lane;
use super::report::Violation;
use crate::trees::Dice;
use crate::{snapshot, whole};

/// Runs to disturb, shared by all lanes.
pub trait Tries: Sync {
    /// One of them.
    type Try;

    /// The next one to try.
    fn next(&self) -> Option<Self::Try>;

    /// Tries it; what is wrong after it.
    fn judge(&self, lane: &Lane, which: Self::Try) -> Result<Option<Violation>, String>;
}

/// Tries all, in all lanes at once; how many, and what is wrong.
pub fn on_all<T: Tries>(lanes: &[Lane], tries: &T) -> Result<(usize, Vec<Violation>), String> {
    let work = |lane| {
        let (mut tried, mut found) = (0, Vec::new());
        while let Some(which) = tries.next() {
            found.extend(tries.judge(lane, which)?);
            tried += 1;
        }
        Ok::<_, String>((tried, found))
    };
    std::thread::scope(|scope| {
        let started: Vec<_> = lanes
            .iter()
            .map(|lane| scope.spawn(move || work(lane)))
            .collect();
        let mut all = (0, Vec::new());
        for lane in started {
            let (tried, found) = lane.join().map_err(|_| "a lane panicked")??;
            all.0 += tried;
            all.1.extend(found);
        }
        Ok(all)
    })
}

/// The system calls of an undisturbed run that change the disk, and perhaps
/// those that read.
pub fn syscalls(lane: &Lane, reads: bool) -> Result<Vec<&'static str>, String> {
    lane.restore()?;
    let mut names = inject::survey(&lane.command("1"), &lane.place)?;
    names.retain(|name| reads || !READS.contains(name));
    if names.iter().any(|name| name.starts_with("rename")) {
        Ok(names)
    } else {
        Err("strace sees no rename: -j 1 must do all in the thread it began in".to_owned())
    }
}

/// One fault at each system call in turn.
pub struct Queue {
    fault: Fault,
    every: u32,
    from: u32,
    /// Those still to come, the last one first, and the number in its turn.
    open: Mutex<(Vec<&'static str>, u32)>,
}

impl Queue {
    /// At every `every`th call of each name, from the `from`th on.
    pub fn new(fault: Fault, names: &[&'static str], from: u32, every: u32) -> Self {
        let can = |name: &&'static str| match fault {
            Fault::Kill => CHANGES.contains(name),
            Fault::Error(_) => FAILING.contains(name) || READS.contains(name),
        };
        let names = names.iter().copied().filter(can).collect();
        Self {
            fault,
            every,
            from,
            open: Mutex::new((names, from)),
        }
    }

    /// A run got past its last such call.
    fn finish(&self, syscall: &str) {
        if let Ok(mut open) = self.open.lock()
            && open.0.last() == Some(&syscall)
        {
            open.0.pop();
            open.1 = self.from;
        }
    }
}

impl Tries for Queue {
    type Try = Point;

    fn next(&self) -> Option<Point> {
        let mut open = self.open.lock().ok()?;
        let number = open.1;
        open.1 += self.every;
        let syscall = open.0.last()?;
        Some(Point {
            fault: self.fault,
            syscall,
            number,
        })
    }

    fn judge(&self, lane: &Lane, point: Point) -> Result<Option<Violation>, String> {
        lane.restore()?;
        let outcome = inject::at(&lane.command("1"), &lane.place, point)?;
        if outcome.hit.is_none() {
            self.finish(point.syscall);
        }
        let is_loader = |status: std::process::ExitStatus| status.code() == Some(127);
        if outcome.status.is_some_and(is_loader) && outcome.told.contains("shared librar") {
            return Ok(None);
        }
        let mut wrong = manners(&outcome, point.fault);
        let succeeded = outcome.status.is_some_and(|status| status.success());
        if !succeeded && point.fault != Fault::Kill {
            wrong.extend(litter(lane, &outcome)?);
        }
        wrong.extend(aftermath(lane, succeeded)?);
        Ok((!wrong.is_empty()).then(|| Violation {
            point: format!(
                "{} {} of {}",
                point.fault.name(),
                point.number,
                point.syscall
            ),
            wrong,
            trace: outcome.tail,
            told: outcome.told,
        }))
    }
}

/// Whether a run ended as it should.
fn manners(outcome: &Outcome, fault: Fault) -> Vec<String> {
    let Some(status) = outcome.status else {
        return vec!["hang: did not end".to_owned()];
    };
    let mut wrong = Vec::new();
    if status.code() == Some(101) || outcome.told.contains("panicked") {
        wrong.push(format!("panic: {status}"));
    }
    let killed = fault == Fault::Kill && outcome.hit.is_some();
    if status.code().is_none() && !killed {
        wrong.push(format!("died: {status}"));
    }
    // Who can't write can't tell.
    let cut = outcome
        .hit
        .as_ref()
        .is_some_and(|call| call.starts_with("write(2<"));
    let failed = status.code().is_some_and(|code| code != 0);
    if failed && !cut && !outcome.told.contains("error") {
        wrong.push(format!("silent: {status} without a message"));
    }
    if !status.success() && outcome.hit.is_none() {
        wrong.push(format!("undisturbed: {status}"));
    }
    wrong
}

/// What a run that failed has left: nothing that was only prepared, and
/// nothing at all if it changed no file of the site.
fn litter(lane: &Lane, outcome: &Outcome) -> Result<Vec<String>, String> {
    let tree = lane.tree()?;
    let prepared = |line: &str| line.contains(PREPARED);
    if outcome
        .hit
        .as_deref()
        .is_some_and(|call| call.starts_with("unlink") && prepared(call))
    {
        // It could not clean up.
        return Ok(Vec::new());
    }
    let mut lines = snapshot::differences(&tree, &lane.before);
    lines.retain(|line| !outcome.began || prepared(line));
    Ok(lines
        .iter()
        .map(|line| format!("failed, but {line}"))
        .collect())
}

/// Whether STATIC_ROOT is whole, and the next run puts everything right.
fn aftermath(lane: &Lane, succeeded: bool) -> Result<Vec<String>, String> {
    let mut wrong = whole::violations(&lane.root(), Some(&lane.promise));
    if let Err(why) = lane.verify() {
        wrong.push(format!("verify: {why}"));
    }
    if succeeded {
        let differences = snapshot::differences(&lane.tree()?, &lane.expected);
        wrong.extend(
            differences
                .iter()
                .map(|line| format!("succeeded, but {line}")),
        );
    }
    if let Err(why) = lane.succeed(lane.flags()) {
        wrong.push(format!("next run fails: {why}"));
    }
    let differences = snapshot::differences(&lane.tree()?, &lane.expected);
    wrong.extend(differences.iter().map(|line| format!("next run: {line}")));
    Ok(wrong)
}

/// Kills of runs on two threads, at any moment.
pub struct RandomKills(Mutex<(Dice, usize)>);

impl RandomKills {
    /// So many.
    pub fn new(seed: u32, count: usize) -> Self {
        Self(Mutex::new((Dice::new(u64::from(seed)), count)))
    }
}

impl Tries for RandomKills {
    /// How far a run gets, in thousandths.
    type Try = u32;

    fn next(&self) -> Option<u32> {
        let mut state = self.0.lock().ok()?;
        state.1 = state.1.checked_sub(1)?;
        u32::try_from(state.0.below(1000)).ok()
    }

    fn judge(&self, lane: &Lane, share: u32) -> Result<Option<Violation>, String> {
        lane.restore()?;
        let command = lane.command("2");
        let text = |error: std::io::Error| error.to_string();
        let mut child = Command::new(&command[0])
            .args(&command[1..])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(text)?;
        let delay: Duration = lane.duration * share / 1000;
        std::thread::sleep(delay);
        child.kill().map_err(text)?;
        let status = child.wait().map_err(text)?;
        let wrong = aftermath(lane, status.success())?;
        Ok((!wrong.is_empty()).then(|| Violation {
            point: format!("KILL after {delay:?} on two threads"),
            wrong,
            trace: String::new(),
            told: String::new(),
        }))
    }
}
