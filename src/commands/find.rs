//! `staticc find`: which files a path may mean, and which of them it means.

use std::os::unix::ffi::OsStringExt as _;

use super::project::Project;
use super::{Exit, conclude, fail_on};
use crate::cli;
use crate::nouns::{Candidates, Event, LogicalPath, Problem, Report as _};
use crate::report::Console;
use crate::rewrite::Suggestions;
use crate::settings::Settings;

/// Runs the verb.
pub fn run(flags: &cli::Find, console: &mut Console, settings: &Settings) -> Exit {
    let project = Project::find(settings, &flags.ignoring);
    let lookup = project.lookup();
    let suggestions = Suggestions::new(&project.found.assets);
    let mut missing = Vec::new();
    for path in &flags.paths {
        let path = LogicalPath::new(path.clone().into_vec());
        let candidates = lookup.candidates(&path, flags.first);
        if candidates.list.is_empty() {
            let problem = project.not_found(&path.to_text(), &path, &suggestions);
            missing.push(notes(problem, &candidates, console.verbosity));
        }
        console.event(Event::Found(candidates));
    }
    conclude(fail_on(missing), console)
}

/// The problem, with where the path led and, to whom wants to know, where it
/// was looked for.
fn notes(mut problem: Problem, candidates: &Candidates, verbosity: u8) -> Problem {
    if candidates.leads_out {
        problem = problem.note("it leads out of a directory that is looked in");
    }
    if verbosity >= 2 {
        let directories = candidates.searched.iter();
        let notes = directories.map(|it| format!("looked in {}", it.display()));
        problem = notes.fold(problem, Problem::note);
    }
    problem
}
