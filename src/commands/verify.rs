//! `staticc verify`: is this STATIC_ROOT whole?

use super::policy::Policy;
use super::{Exit, Start, occupy, tell};
use crate::cli;
use crate::nouns::{Event, LinkMode, Problem, Report as _};
use crate::output::occupy::Purpose;
use crate::output::static_root::StaticRoot;
use crate::output::verify::{Verdict, verify};

/// Runs the verb.
pub fn run(flags: &cli::Verify) -> Exit {
    let Start {
        mut console,
        settings,
    } = match super::start(&flags.project, &flags.telling) {
        Ok(start) => start,
        Err(exit) => return exit,
    };
    super::use_threads(flags.jobs);
    let root = StaticRoot::new(&settings, LinkMode::Copy, false);
    if let Err(problems) = occupy(&root, Purpose::Read, flags.no_wait, &mut console) {
        tell(&mut console, problems);
        return Exit::Failed;
    }
    let policy = Policy::new(&settings);
    let verdict = verify(&root, &settings, &|key, kind| policy.level(key, kind));
    let Verdict {
        problems,
        unlisted,
        mut counts,
    } = match verdict {
        Ok(verdict) => verdict,
        Err(problem) => {
            tell(&mut console, vec![problem]);
            return Exit::Failed;
        }
    };
    counts.unlisted = unlisted.len();
    counts.errors = problems.iter().filter(|it| Problem::is_error(it)).count();
    let whole = counts.errors == 0;
    tell(&mut console, problems);
    for path in unlisted {
        console.event(Event::Unlisted(path));
    }
    console.event(Event::Verified(counts));
    if whole { Exit::Done } else { Exit::Failed }
}
