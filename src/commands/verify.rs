//! `staticc verify`: checks that STATIC_ROOT, or a store, is complete and unchanged.

use super::context::{Context, use_threads};
use super::outcome::{Exit, Failure, Outcome};
use super::publish::open_store;
use super::verify_site;
use crate::cli::VerifyArgs;
use crate::cli::groups::When;
use crate::model::{Code, Event, LinkMode, Report as _};
use crate::pipeline::severity::SeverityPolicy;
use crate::pipeline::store_releases::StoreReleases;
use crate::pipeline::verify_store::{StoreVerification, StoreVerifier};
use crate::report::progress_bar::BytesBar;
use crate::settings::Settings;
use crate::static_root::lock::LockMode;
use crate::static_root::root::StaticRoot;
use crate::static_root::verify::{VerifyLevels, VerifyResult, verify};
use crate::store::client::Store;

pub fn run(context: &mut Context, args: &VerifyArgs) -> Outcome {
    if let Some(url) = &args.site.url {
        return verify_site::run(context, args, url);
    }
    let settings = context.load_settings(&args.project, None)?;
    if let Some(store) = &args.store {
        let store = open_store(store.as_deref(), &settings).map_err(Failure::usage)?;
        return verify_store(context, args, &settings, &store);
    }
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

/// Verifies the current release of a store.
fn verify_store(
    context: &mut Context,
    args: &VerifyArgs,
    settings: &Settings,
    store: &Store,
) -> Outcome {
    let jobs = args.threads.jobs.map_or(settings.publish.jobs, u32::from);
    let bar = BytesBar::new(When::Auto.decided(), "Verifying");
    let verifier = StoreVerifier {
        releases: StoreReleases { store },
        settings,
        jobs: jobs as usize,
        progress: &bar,
    };
    let verified = verifier.verify();
    bar.finish();
    let StoreVerification { problems, summary } = verified?;
    context.report(problems);
    let exit = if summary.errors == 0 {
        Exit::Done
    } else {
        Exit::Failed
    };
    context.console.event(Event::StoreVerified(summary));
    Ok(exit)
}
