//! `cargo xtask hooks`: uses the repository's files for pre-commit, GitHub's and
//! GitLab's CI, make and editors as people use them. Each tool must report the
//! broken reference of a project, and accept the project without it.

mod action;
mod editor;
mod github_runner;
mod makefile;
mod pre_commit;
mod project;
mod schema;

use std::path::PathBuf;
use std::time::Instant;

use clap::builder::PossibleValuesParser;

use crate::support::paths::work_dir;
use crate::support::process::Captured;
use crate::support::{print_line, staticc, venv};

/// From PyPI: pre-commit, which depends on PyYAML, and the schemas of GitHub's
/// and GitLab's files.
const PROGRAMS: [&str; 2] = ["pre-commit==4.7.0", "check-jsonschema==0.39.0"];

/// What the parts of the verb share.
struct Tools {
    /// Where they make their files.
    directory: PathBuf,
    /// The directory of [`PROGRAMS`].
    programs: PathBuf,
    /// The program staticc.
    binary: PathBuf,
}

type Check = fn(&Tools) -> Result<(), String>;

/// The parts by name. Without arguments, all but the last one run, because
/// `try-repo` builds staticc each time.
const PARTS: [(&str, Check); 6] = [
    ("schemas", schema::check),
    ("make", makefile::check),
    ("editor", editor::check),
    ("action", action::check),
    ("pre-commit", pre_commit::check),
    ("try-repo", pre_commit::try_repo),
];

#[derive(clap::Args)]
pub struct Args {
    /// Parts to check [default: all but try-repo]
    #[arg(value_name = "PART", value_parser = PossibleValuesParser::new(PARTS.map(|(name, _)| name)))]
    parts: Vec<String>,
}

pub fn run(args: &Args) -> Result<(), String> {
    let tools = Tools {
        directory: work_dir().join("hooks"),
        programs: venv::programs("hooks", &PROGRAMS)?,
        binary: staticc::binary()?,
    };
    let is_selected = |name: &str| match args.parts.as_slice() {
        [] => name != "try-repo",
        parts => parts.iter().any(|part| part == name),
    };
    for (name, check) in PARTS {
        if is_selected(name) {
            let start = Instant::now();
            check(&tools).map_err(|error| format!("{name}: {error}"))?;
            let seconds = start.elapsed().as_secs_f32();
            print_line(&format!("{name}: passed ({seconds:.1} s)"));
        }
    }
    Ok(())
}

/// Fails with what was expected, and with a program's output, unless `holds`.
fn expect(holds: bool, expectation: &str, output: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(format!(
            "expected: {expectation}; the output was:\n{output}"
        ))
    }
}

impl Captured {
    fn expect_success(&self, expectation: &str) -> Result<(), String> {
        expect(self.success, expectation, &self.output)
    }

    /// Fails unless the program failed and its output holds `text`.
    fn expect_failure(&self, expectation: &str, text: &str) -> Result<(), String> {
        let reported = !self.success && self.output.contains(text);
        expect(reported, expectation, &self.output)
    }
}
