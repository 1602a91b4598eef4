//! One file for each verb; each only puts the rooms together.

use std::process::ExitCode;

use crate::cli::{Cli, Verb};
use crate::nouns::{Event, Problem, Report as _};
use crate::output::occupy::Purpose;
use crate::output::static_root::StaticRoot;
use crate::report::Console;

mod cache;
mod collect;
mod consent;
mod interrupt;
mod name;
mod policy;
mod tell;

/// How a run ended, as users see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done; there may have been warnings.
    Done,
    /// Collecting failed, and nothing was changed.
    Failed,
    /// The command line or the settings cannot be used.
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
        })
    }
}

/// Does what the command line says.
pub fn run(cli: Cli) -> Exit {
    match cli.verb {
        Verb::Collect(flags) => collect::run(&flags),
        Verb::Cache(flags) => cache::run(&flags),
    }
}

/// Holds STATIC_ROOT, and says so if that takes waiting.
fn occupy(
    root: &StaticRoot,
    purpose: Purpose,
    no_wait: bool,
    console: &mut Console,
) -> Result<(), Vec<Problem>> {
    let mut warnings = Vec::new();
    let busy = || {
        if no_wait {
            let problem = Problem::error("locked", "another staticc works on this STATIC_ROOT");
            return Err(problem
                .in_file(root.path())
                .cure("try again later, or wait for it by leaving out --no-wait"));
        }
        console.event(Event::Waiting(root.path().to_owned()));
        Ok(())
    };
    let held = root.occupy(purpose, busy, |problem| warnings.push(problem));
    tell(console, warnings);
    held.map_err(|problem| vec![problem])
}

/// Passes on problems one by one.
fn tell(console: &mut Console, problems: Vec<Problem>) {
    for problem in problems {
        console.event(Event::Problem(problem));
    }
}

/// Fails if there is anything to fail on.
fn fail_on(problems: Vec<Problem>) -> Result<(), Vec<Problem>> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}
