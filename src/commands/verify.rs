//! `staticc verify`: is this STATIC_ROOT whole?

use super::tell;
use super::{Exit, conclude, occupy};
use crate::cli;
use crate::model::{Event, LinkMode, LogicalPath, Problem, Report as _};
use crate::pipeline::severity::SeverityPolicy;
use crate::report::console::Console;
use crate::settings::Settings;
use crate::static_root::lock::LockMode;
use crate::static_root::static_root::StaticRoot;
use crate::static_root::verify::{Verdict, verify};

/// Runs the verb.
pub fn run(args: &cli::VerifyArgs, console: &mut Console, settings: &Settings) -> Exit {
    super::use_threads(&args.threads);
    let root = StaticRoot::new(settings, LinkMode::Copy, false);
    let policy = SeverityPolicy::new(settings);
    let level = |key: &LogicalPath, kind| policy.level(key, kind);
    let verdict = occupy(&root, LockMode::Read, args.no_wait, console)
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
