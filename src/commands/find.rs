//! `staticc find`: lists the files that finders have for a path, and says which one is collected.

use std::os::unix::ffi::OsStringExt as _;

use super::context::Context;
use super::outcome::{Exit, Outcome};
use crate::cli::FindArgs;
use crate::model::{Candidates, Event, LogicalPath, Problem, Report as _};
use crate::pipeline::lookup::FileLookup;
use crate::pipeline::project::Project;
use crate::rewrite::suggest::Suggestions;

pub fn run(context: &mut Context, args: &FindArgs) -> Outcome {
    let settings = context.load_settings(&args.project, Some(&args.ignore))?;
    let project = Project::find(&settings, &(&args.ignore).into());
    let lookup = FileLookup {
        project: &project,
        directory: &context.directory,
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
            missing.push(if args.output.verbosity >= 2 {
                note_directories(problem, &candidates)
            } else {
                problem
            });
        }
        context.console.event(Event::Found(candidates));
    }
    Problem::fail_on_any(missing)?;
    Ok(Exit::Done)
}

/// Adds the directories in which the path was looked for.
fn note_directories(problem: Problem, candidates: &Candidates) -> Problem {
    let directories = candidates.searched.iter();
    let notes = directories.map(|directory| format!("looked in {}", directory.display()));
    notes.fold(problem, Problem::note)
}
