//! What is told of all tries: a line for each way, and each kind of violation
//! with its first examples.

use std::collections::{BTreeMap, BTreeSet};

/// What is wrong after one try.
pub struct Violation {
    /// Where the run was disturbed.
    pub point: String,
    /// What is wrong, each beginning with its kind.
    pub wrong: Vec<String>,
    /// The last system calls.
    pub trace: String,
    /// What staticc told.
    pub told: String,
}

/// So many examples of each kind are shown whole.
const EXAMPLES: usize = 2;

/// All tries so far.
#[derive(Default)]
pub struct Report {
    tried: usize,
    violations: usize,
    /// By way and kind: how many tries, and the points of the first.
    kinds: BTreeMap<(String, String), Vec<String>>,
}

impl Report {
    /// Takes in the tries of one mode and fault.
    pub fn add(&mut self, mode: &str, fault: &str, tried: usize, found: Vec<Violation>) {
        crate::say(&format!(
            "{mode:18} {fault:8} {tried:5} tried {:5} with violations",
            found.len()
        ));
        self.tried += tried;
        self.violations += found.len();
        for violation in found {
            self.add_violation(&format!("{mode} {fault}"), &violation);
        }
    }

    fn add_violation(&mut self, way: &str, violation: &Violation) {
        let kinds: BTreeSet<String> = violation.wrong.iter().map(|line| kind(line)).collect();
        for kind in kinds {
            let known = self
                .kinds
                .entry((way.to_owned(), kind.clone()))
                .or_default();
            known.push(violation.point.clone());
            if known.len() <= EXAMPLES {
                crate::say(&format!("\n{way}: {kind}: {}", violation.point));
                for line in violation.wrong.iter().take(6) {
                    crate::say(&format!("    {line}"));
                }
                for line in violation
                    .trace
                    .lines()
                    .chain(violation.told.lines().take(3))
                {
                    crate::say(&format!("    | {line}"));
                }
            }
        }
    }

    /// Tells the sum; fails if anything was wrong.
    pub fn conclude(self) -> Result<(), String> {
        for ((way, kind), points) in &self.kinds {
            let shown: Vec<&str> = points.iter().take(5).map(String::as_str).collect();
            crate::say(&format!(
                "{way}: {kind}: {} times: {}",
                points.len(),
                shown.join(", ")
            ));
        }
        crate::say(&format!(
            "\n{} tried, {} with violations",
            self.tried, self.violations
        ));
        if self.tried == 0 {
            Err("nothing was tried".to_owned())
        } else if self.violations == 0 {
            Ok(())
        } else {
            Err("the site broke".to_owned())
        }
    }
}

/// The kind that a line begins with: what it says before any path.
fn kind(line: &str) -> String {
    let (before, rest) = line
        .strip_prefix("next run: ")
        .map_or(("", line), |rest| ("next run: ", rest));
    format!("{before}{}", rest.split(": ").next().unwrap_or(rest))
}
