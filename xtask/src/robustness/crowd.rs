//! `cargo xtask crowd`: starts many runs at once into a few STATIC_ROOTs with
//! one cache. All must succeed and leave what single runs leave.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Barrier;

use super::DirectoryArgs;
use crate::support::directory_tree::{self, Tree};
use crate::support::process::run_to_success;
use crate::support::staticc::{self, Invocation};
use crate::support::{integrity, print_line, releases};

/// How many runs start at once.
const RUNS: usize = 20;

/// How many STATIC_ROOTs there are, each with a project of its own.
const ROOTS: usize = 3;

/// One collect of a project.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// The directory of the project's version.
    version: &'static str,
    flags: &'static [&'static str],
}

/// The steps of all runs, one after another.
const STEPS: [Step; 4] = [
    Step {
        version: "a",
        flags: &[],
    },
    Step {
        version: "b",
        flags: &[],
    },
    Step {
        version: "a",
        flags: &["--clear"],
    },
    Step {
        version: "b",
        flags: &["--link-mode", "hardlink", "--clear"],
    },
];

#[derive(clap::Args)]
pub struct Args {
    /// Number of rounds
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,
    #[command(flatten)]
    directory: DirectoryArgs,
}

pub fn run(args: &Args) -> Result<(), String> {
    let crowd = Crowd {
        directory: args.directory.directory("crowd"),
        binary: staticc::binary()?,
    };
    let _ = fs::remove_dir_all(&crowd.directory);
    for (root, seed) in (0..ROOTS).zip(1..) {
        let project = crowd.project(root);
        releases::write(&project.join("a"), &project.join("b"), seed)
            .map_err(|error| error.to_string())?;
    }
    let expected = crowd.run_singly()?;
    let mut violations = Vec::new();
    for round in 0..args.rounds {
        for directory in ["roots", "cache"] {
            let _ = fs::remove_dir_all(crowd.directory.join(directory));
        }
        for (step, expected) in STEPS.into_iter().zip(&expected) {
            let lines = crowd.run_at_once(step, expected)?;
            let with_round = |line: &String| format!("round {round}, {step:?}: {line}");
            violations.extend(lines.iter().map(with_round));
        }
    }
    for line in violations.iter().take(40) {
        print_line(line);
    }
    let runs = args.rounds * STEPS.len() * RUNS;
    print_line(&format!(
        "{runs} runs, {RUNS} at once, {} violations",
        violations.len()
    ));
    if violations.is_empty() {
        Ok(())
    } else {
        Err("runs at once leave something else than single runs".to_owned())
    }
}

struct Crowd {
    directory: PathBuf,
    binary: PathBuf,
}

impl Crowd {
    /// Runs all steps one after another; returns the trees by step and
    /// STATIC_ROOT.
    fn run_singly(&self) -> Result<Vec<Vec<Tree>>, String> {
        let root = |number: usize| self.directory.join("single").join(number.to_string());
        let run_step = |step| {
            let run = |number| {
                self.collect(number, &root(number), "single-cache", step)?;
                read(&root(number))
            };
            (0..ROOTS).map(run).collect()
        };
        STEPS.into_iter().map(run_step).collect()
    }

    /// Runs one step many times at once; returns the violations.
    fn run_at_once(&self, step: Step, expected: &[Tree]) -> Result<Vec<String>, String> {
        let root = |number: usize| self.directory.join("roots").join(number.to_string());
        let start = Barrier::new(RUNS);
        let run = |index: usize| {
            start.wait();
            self.collect(index % ROOTS, &root(index % ROOTS), "cache", step)
        };
        let mut violations = Vec::new();
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..RUNS)
                .map(|index| scope.spawn(move || run(index)))
                .collect();
            for thread in threads {
                match thread.join() {
                    Ok(result) => {
                        violations.extend(result.err().map(|error| format!("run: {error}")));
                    }
                    Err(_) => violations.push("run: a thread panicked".to_owned()),
                }
            }
        });
        for (number, expected) in expected.iter().enumerate() {
            violations.extend(integrity::violations(&root(number), None));
            violations.extend(directory_tree::differences(&read(&root(number))?, expected));
        }
        Ok(violations)
    }

    fn project(&self, root: usize) -> PathBuf {
        self.directory.join("projects").join(root.to_string())
    }

    fn collect(&self, number: usize, root: &Path, cache: &str, step: Step) -> Result<(), String> {
        let invocation = Invocation {
            binary: &self.binary,
            project: &self.project(number).join(step.version),
            static_root: root,
        };
        let command_line = invocation.collect(&self.directory.join(cache), step.flags);
        let thread = format!("{:?}", std::thread::current().id());
        run_to_success(&command_line, &self.directory.join(format!("log-{thread}")))
    }
}

fn read(root: &Path) -> Result<Tree, String> {
    directory_tree::read(root).map_err(|error| format!("{}: {error}", root.display()))
}
