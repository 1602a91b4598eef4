//! `staticc verify`: checks that STATIC_ROOT is complete and unchanged.

use super::context::{Context, use_threads};
use super::outcome::{Exit, Outcome};
use super::verify_site;
use crate::cli::VerifyArgs;
use crate::model::{Code, Event, LinkMode, Report as _};
use crate::pipeline::severity::SeverityPolicy;
use crate::static_root::lock::LockMode;
use crate::static_root::root::StaticRoot;
use crate::static_root::verify::{VerifyLevels, VerifyResult, verify};

pub fn run(context: &mut Context, args: &VerifyArgs) -> Outcome {
    if let Some(url) = &args.site.url {
        return verify_site::run(context, args, url);
    }
    let settings = context.load_settings(&args.project, None)?;
    use_threads(&args.threads);
    let root = StaticRoot::new(&settings, LinkMode::Copy, false);
    context.lock(&root, LockMode::Read, &args.wait)?;
    let cache = context.cache(&args.cache, &settings.cache);
    let policy = SeverityPolicy::new(&settings);
    let levels = VerifyLevels {
        reference: &|path, kind, target| policy.level(path, kind, target),
        source_copy: &|path| policy.level_of(path, Code::WrongSourceCopy),
    };
    let VerifyResult {
        problems,
        unlisted,
        mut counts,
    } = verify(&root, &settings, &cache, &levels)?;
    counts.unlisted = unlisted.len();
    counts.errors = problems.iter().filter(|problem| problem.is_error()).count();
    context.report(problems);
    for path in unlisted {
        context.console.event(Event::Unlisted { path });
    }
    let exit = if counts.errors == 0 {
        Exit::Done
    } else {
        Exit::Failed
    };
    context.console.event(Event::Verified(counts));
    Ok(exit)
}
