//! Prints the results of all attempts: a line for each mode and fault, and the
//! first examples of each kind of violation.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::print_line;

/// An attempt after which something is wrong.
pub struct FailedAttempt {
    /// Where the fault occurred.
    pub point: String,
    /// Each begins with its kind.
    pub violations: Vec<String>,
    /// The last system calls.
    pub last_calls: String,
    /// The output of staticc.
    pub output: String,
}

/// The attempts with one fault in one mode.
#[derive(Default)]
pub struct Results {
    pub attempts: usize,
    pub failed: Vec<FailedAttempt>,
}

/// How many examples of each kind are printed in full.
const EXAMPLES: usize = 2;

/// Failed attempts are counted by this.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct PointKey {
    mode_and_fault: String,
    kind: String,
}

#[derive(Default)]
pub struct Report {
    attempts: usize,
    failed: usize,
    /// The points of the failed attempts.
    points: BTreeMap<PointKey, Vec<String>>,
}

impl Report {
    pub fn add(&mut self, mode: &str, fault: &str, results: Results) {
        let Results { attempts, failed } = results;
        print_line(&format!(
            "{mode:18} {fault:8} {attempts:5} tried {:5} with violations",
            failed.len()
        ));
        self.attempts += attempts;
        self.failed += failed.len();
        for attempt in failed {
            self.add_failed(&format!("{mode} {fault}"), &attempt);
        }
    }

    fn add_failed(&mut self, mode_and_fault: &str, attempt: &FailedAttempt) {
        let kinds: BTreeSet<String> = attempt.violations.iter().map(|line| kind(line)).collect();
        for kind in kinds {
            let key = PointKey {
                mode_and_fault: mode_and_fault.to_owned(),
                kind: kind.clone(),
            };
            let points = self.points.entry(key).or_default();
            points.push(attempt.point.clone());
            if points.len() <= EXAMPLES {
                print_line(&format!("\n{mode_and_fault}: {kind}: {}", attempt.point));
                print_example(attempt);
            }
        }
    }

    /// Prints the totals; fails if any attempt failed.
    pub fn finish(self) -> Result<(), String> {
        for (key, points) in &self.points {
            let first: Vec<&str> = points.iter().take(5).map(String::as_str).collect();
            print_line(&format!(
                "{}: {}: {} times: {}",
                key.mode_and_fault,
                key.kind,
                points.len(),
                first.join(", ")
            ));
        }
        print_line(&format!(
            "\n{} tried, {} with violations",
            self.attempts, self.failed
        ));
        match self {
            Self { attempts: 0, .. } => Err("no fault was tried".to_owned()),
            Self { failed: 0, .. } => Ok(()),
            _ => Err("some runs left a STATIC_ROOT that is not valid".to_owned()),
        }
    }
}

fn print_example(attempt: &FailedAttempt) {
    for line in attempt.violations.iter().take(6) {
        print_line(&format!("    {line}"));
    }
    let output = attempt.output.lines().take(3);
    for line in attempt.last_calls.lines().chain(output) {
        print_line(&format!("    | {line}"));
    }
}

/// The kind of a violation: its text before any path.
fn kind(line: &str) -> String {
    let (before, rest) = line
        .strip_prefix("next run: ")
        .map_or(("", line), |rest| ("next run: ", rest));
    format!("{before}{}", rest.split(": ").next().unwrap_or(rest))
}
