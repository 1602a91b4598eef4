//! `cargo xtask crowd`: many runs at once into a few STATIC_ROOTs with one
//! cache leave what single runs leave, and all succeed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Barrier;

use crate::process::{collect, flag, place, staticc, succeed};
use crate::snapshot::{self, Tree};
use crate::{trees, whole};

/// So many runs at once.
const RUNS: usize = 20;

/// So many STATIC_ROOTs, each with a project of its own.
const ROOTS: usize = 3;

/// What all do, one step after another: which version, and how.
const STEPS: [(&str, &[&str]); 4] = [
    ("a", &[]),
    ("b", &[]),
    ("a", &["--clear"]),
    ("b", &["--link-mode", "hardlink", "--clear"]),
];

/// The verb.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let rounds = flag(arguments, "--rounds").unwrap_or("5");
    let rounds: usize = rounds.parse().map_err(|e| format!("--rounds: {e}"))?;
    let crowd = Crowd {
        place: place(arguments, "crowd"),
        binary: staticc()?,
    };
    let _ = fs::remove_dir_all(&crowd.place);
    for number in 0..ROOTS {
        let project = crowd.project(number);
        let seed = u64::try_from(number).unwrap_or(0) + 1;
        trees::write(&project.join("a"), &project.join("b"), seed).map_err(|e| e.to_string())?;
    }
    let expected = crowd.single_runs()?;
    let mut wrong = Vec::new();
    for round in 0..rounds {
        for directory in ["roots", "cache"] {
            let _ = fs::remove_dir_all(crowd.place.join(directory));
        }
        for (step, wanted) in STEPS.iter().zip(&expected) {
            let found = crowd.at_once(*step, wanted)?;
            let told = |line: &String| format!("round {round}, {step:?}: {line}");
            wrong.extend(found.iter().map(told));
        }
    }
    for line in wrong.iter().take(40) {
        crate::say(line);
    }
    let runs = rounds * STEPS.len() * RUNS;
    crate::say(&format!(
        "{runs} runs, {RUNS} at once, {} violations",
        wrong.len()
    ));
    if wrong.is_empty() {
        Ok(())
    } else {
        Err("runs at once are not as single ones".to_owned())
    }
}

struct Crowd {
    place: PathBuf,
    binary: PathBuf,
}

impl Crowd {
    /// By step and STATIC_ROOT, what runs one after another leave.
    fn single_runs(&self) -> Result<Vec<Vec<Tree>>, String> {
        let root = |number: usize| self.place.join("single").join(number.to_string());
        let step = |step| {
            let run = |number| {
                self.collect(number, &root(number), "single-cache", step)?;
                take(&root(number))
            };
            (0..ROOTS).map(run).collect()
        };
        STEPS.into_iter().map(step).collect()
    }

    /// One step by all at once; what is wrong then.
    fn at_once(&self, step: (&str, &[&str]), wanted: &[Tree]) -> Result<Vec<String>, String> {
        let root = |number: usize| self.place.join("roots").join(number.to_string());
        let start = Barrier::new(RUNS);
        let one = |index: usize| {
            start.wait();
            self.collect(index % ROOTS, &root(index % ROOTS), "cache", step)
        };
        let mut wrong = Vec::new();
        std::thread::scope(|scope| {
            let runs: Vec<_> = (0..RUNS)
                .map(|index| scope.spawn(move || one(index)))
                .collect();
            for run in runs {
                match run.join() {
                    Ok(result) => wrong.extend(result.err().map(|why| format!("run: {why}"))),
                    Err(_) => wrong.push("run: a thread panicked".to_owned()),
                }
            }
        });
        for (number, wanted) in wanted.iter().enumerate() {
            wrong.extend(whole::violations(&root(number), None));
            wrong.extend(snapshot::differences(&take(&root(number))?, wanted));
        }
        Ok(wrong)
    }

    fn project(&self, number: usize) -> PathBuf {
        self.place.join("projects").join(number.to_string())
    }

    fn collect(
        &self,
        number: usize,
        root: &Path,
        cache: &str,
        (version, flags): (&str, &[&str]),
    ) -> Result<(), String> {
        let thread = format!("{:?}", std::thread::current().id());
        let project = self.project(number).join(version);
        let words = collect(&self.binary, &project, root, &self.place.join(cache), flags);
        succeed(&words, &self.place.join(format!("told-{thread}")))
    }
}

fn take(root: &Path) -> Result<Tree, String> {
    snapshot::take(root).map_err(|error| format!("{}: {error}", root.display()))
}
