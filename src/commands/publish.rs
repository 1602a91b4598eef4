//! `staticc publish`: sends STATIC_ROOT to an object store, as a release.

use std::env;

use super::context::Context;
use super::outcome::{Exit, Failure, Outcome};
use crate::cli::stores::PublishArgs;
use crate::model::{Code, Event, LinkMode, Problem, PublishSummary, Report as _};
use crate::pipeline::live_manifest::LiveManifest;
use crate::pipeline::publish::{PublishOptions, Published, Publisher};
use crate::pipeline::published_files::PublishedFiles;
use crate::pipeline::rollback;
use crate::pipeline::store_releases::StoreReleases;
use crate::publish::publish_plan::PublishPlan;
use crate::publish::published_object::PublishedObject;
use crate::publish::purge_url::purge_url;
use crate::publish::release_document::NAMESPACE;
use crate::report::progress_bar::BytesBar;
use crate::settings::Settings;
use crate::state::cache::Cache;
use crate::static_root::lock::LockMode;
use crate::static_root::root::StaticRoot;
use crate::store::acl::AclRule;
use crate::store::client::Store;
use crate::store::url::StoreUrl;

/// The variable that says who publishes.
const PUBLISHER: &str = "STATICC_PUBLISHER";

pub fn run(context: &mut Context, args: &PublishArgs) -> Outcome {
    let settings = context.load_settings(&args.project, None)?;
    let store = open_store(args.store.as_deref(), &settings).map_err(Failure::usage)?;
    let bar = BytesBar::new(args.progress.decided(), "Publishing");
    let options = PublishOptions {
        store: &store,
        jobs: args.jobs.map_or(settings.publish.jobs, u32::from) as usize,
        publisher: env::var(PUBLISHER).ok().filter(|name| !name.is_empty()),
        progress: &bar,
        lists_names: args.paths,
    };
    let published = match &args.rollback {
        Some(wanted) => roll_back(context, args, &options, wanted.as_deref()),
        None => publish(context, args, &settings, options),
    };
    bar.finish();
    let Published { summary, to_purge } = published?;
    if args.paths {
        for key in to_purge {
            let url = purge_url(&settings.static_url, &key);
            context.console.event(Event::ToPurge { url });
        }
    }
    context.console.event(Event::PublishingDone(PublishSummary {
        lists_names: args.paths,
        ..summary
    }));
    Ok(Exit::Done)
}

/// Sends STATIC_ROOT as a new release.
fn publish(
    context: &mut Context,
    args: &PublishArgs,
    settings: &Settings,
    options: PublishOptions<'_>,
) -> Result<Published, Failure> {
    let root = StaticRoot::new(settings, LinkMode::Copy, false);
    context.lock(&root, LockMode::Read, &args.wait)?;
    context.fail_on_warnings()?;
    if !root.path().is_dir() {
        let problem = Problem::error(Code::NoStaticRoot, "STATIC_ROOT is not there");
        let help = "collect first: `staticc collect`";
        return Err(problem.in_file(root.path()).help(help).into());
    }
    let files = PublishedFiles {
        root: &root,
        settings,
        keeps_headers: options.store.url().kind.keeps_headers(),
    };
    let no_cache = Cache::new(None, 0);
    let live = LiveManifest::new(&root, settings, &no_cache);
    let objects = files.objects(&live).map_err(wrong_settings)?;
    let store = options.store;
    let publisher = Publisher {
        options,
        objects: &objects,
        load: |object: &_| files.load(object),
    };
    let current = StoreReleases { store }.current(&mut context.console)?;
    let plan = publisher.plan(&current);
    if args.dry_run {
        for object in plan.to_send() {
            context.console.event(Event::Published {
                path: object.key.clone(),
                size: object.size,
                lists_names: args.paths,
            });
        }
        return Ok(pretend(store, &objects, &plan, current.number));
    }
    context.fail_on_warnings()?;
    files.check_copies(plan.to_send())?;
    Ok(publisher.publish(&current, &plan, &mut context.console)?)
}

/// Makes an earlier release the current one.
fn roll_back(
    context: &mut Context,
    args: &PublishArgs,
    options: &PublishOptions<'_>,
    wanted: Option<&str>,
) -> Result<Published, Failure> {
    let releases = StoreReleases {
        store: options.store,
    };
    let current = releases.current(&mut context.console)?;
    let target = rollback::target(releases, &current, wanted)?;
    if !args.dry_run {
        context.fail_on_warnings()?;
        return Ok(target.roll_back(&current, options, &mut context.console)?);
    }
    let mut published = Published {
        summary: target.summary(options),
        to_purge: Vec::new(),
    };
    for transfer in target.transfers(&current, false) {
        let summary = &mut published.summary;
        options.sent(&transfer.to, transfer.size, summary, &mut context.console);
        published.to_purge.push(transfer.to);
    }
    Ok(published)
}

/// Opens the store of the command line, or that of the settings.
pub(super) fn open_store(given: Option<&str>, settings: &Settings) -> Result<Store, Problem> {
    let url = store_url(given, settings)?;
    let acl = settings.publish.acl.map(|acl| AclRule {
        acl,
        except: NAMESPACE,
    });
    Store::open_with_acl(&url, settings.publish.endpoint.as_ref(), acl)
}

fn store_url(given: Option<&str>, settings: &Settings) -> Result<StoreUrl, Problem> {
    match (given, &settings.publish.store) {
        (Some(text), _) => StoreUrl::parse(text),
        (None, Some(url)) => Ok(url.clone()),
        (None, None) => {
            let message = "no store is named";
            let problem = Problem::error(Code::MissingSetting, message);
            Err(problem.help(
                "name one: `staticc publish s3://bucket/prefix`, or `store` in [staticc.publish]",
            ))
        }
    }
}

/// Settings that do not fit STATIC_ROOT are not usable.
fn wrong_settings(problems: Vec<Problem>) -> Failure {
    let is_usage = |problem: &Problem| problem.code == Code::NoCompressedCopies;
    if problems.iter().any(is_usage) {
        Failure::usage(problems)
    } else {
        problems.into()
    }
}

/// Returns what a run without `--dry-run` would do.
fn pretend(
    store: &Store,
    objects: &[PublishedObject],
    plan: &PublishPlan<'_>,
    current: u64,
) -> Published {
    let summary = PublishSummary {
        store: store.url().to_string(),
        number: if plan.is_current {
            current
        } else {
            current + 1
        },
        objects: objects.len(),
        sent: plan.to_send().count(),
        bytes: plan.to_send().map(|object| object.size).sum(),
        unchanged: plan.unchanged,
        ..PublishSummary::default()
    };
    Published {
        summary,
        to_purge: plan.to_purge().map(str::to_owned).collect(),
    }
}
