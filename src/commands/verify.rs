//! `staticc verify`: is this STATIC_ROOT whole?

use super::policy::Policy;
use super::{Exit, conclude, occupy, tell};
use crate::cli;
use crate::nouns::{Event, LinkMode, LogicalPath, Problem, Report as _};
use crate::output::occupy::Purpose;
use crate::output::static_root::StaticRoot;
use crate::output::verify::{Verdict, verify};
use crate::report::Console;
use crate::settings::Settings;

/// Runs the verb.
pub fn run(flags: &cli::Verify, console: &mut Console, settings: &Settings) -> Exit {
    super::use_threads(&flags.work);
    let root = StaticRoot::new(settings, LinkMode::Copy, false);
    let policy = Policy::new(settings);
    let level = |key: &LogicalPath, kind| policy.level(key, kind);
    let verdict = occupy(&root, Purpose::Read, flags.no_wait, console)
        .and_then(|()| verify(&root, settings, &level).map_err(|problem| vec![problem]));
    let Verdict {
        problems,
        unlisted,
        mut counts,
    } = match verdict {
        Ok(verdict) => verdict,
        Err(problems) => return conclude(Err(problems), console),
    };
    counts.unlisted = unlisted.len();
    counts.errors = problems.iter().filter(|it| Problem::is_error(it)).count();
    let whole = counts.errors == 0;
    tell(console, problems);
    for path in unlisted {
        console.event(Event::Unlisted(path));
    }
    console.event(Event::Verified(counts));
    if whole { Exit::Done } else { Exit::Failed }
}
