//! `staticc find`: which files a path may mean, and which of them it means.

use std::os::unix::ffi::OsStringExt as _;

use super::{Exit, conclude};
use crate::cli;
use crate::model::{Candidates, Event, LogicalPath, Problem, Report as _};
use crate::pipeline::lookup::FileLookup;
use crate::pipeline::project::Project;
use crate::pipeline::run::fail_on;
use crate::report::console::Console;
use crate::rewrite::suggest::Suggestions;
use crate::settings::Settings;

/// Runs the verb.
pub fn run(args: &cli::FindArgs, console: &mut Console, settings: &Settings) -> Exit {
    let project = Project::find(settings, &args.ignore);
    let directory = console.directory.clone();
    let lookup = FileLookup {
        project: &project,
        directory: &directory,
        hashed: &|_| None,
    };
    let candidate_lookup = project.candidate_lookup();
    let suggestions = Suggestions::new(&project.found.assets);
    let mut missing = Vec::new();
    for path in &args.paths {
        let path = LogicalPath::new(path.clone().into_vec());
        let candidates = candidate_lookup.candidates(&path, args.first);
        if candidates.list.is_empty() {
            let problem = lookup.not_found(&path, candidates.leads_out, &suggestions);
            missing.push(notes(problem, &candidates, console.verbosity));
        }
        console.event(Event::Found(candidates));
    }
    conclude(fail_on(missing), console)
}

/// The problem, with where the file was looked for, to whom wants to know.
fn notes(problem: Problem, candidates: &Candidates, verbosity: u8) -> Problem {
    if verbosity < 2 {
        return problem;
    }
    let directories = candidates.searched.iter();
    let notes = directories.map(|it| format!("looked in {}", it.display()));
    notes.fold(problem, Problem::note)
}
