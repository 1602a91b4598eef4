//! `staticc prune`: removes what only old releases use, from STATIC_ROOT or from a store.

use super::context::Context;
use super::outcome::{Exit, Failure, Outcome};
use super::publish::{open_store, publisher};
use crate::cli::PruneArgs;
use crate::cli::groups::RetentionArgs;
use crate::model::{Event, LinkMode, Report as _, Retention};
use crate::pipeline::live_manifest::LiveManifest;
use crate::pipeline::prune::{DEFAULT_KEEP, check_preconditions, prune};
use crate::pipeline::prune_store::StorePruner;
use crate::pipeline::store_releases::StoreReleases;
use crate::settings::Settings;
use crate::static_root::lock::LockMode;
use crate::static_root::root::StaticRoot;
use crate::store::client::Store;

pub fn run(context: &mut Context, args: &PruneArgs) -> Outcome {
    let settings = context.load_settings(&args.project, None)?;
    if let Some(store) = &args.store {
        let store = open_store(store.as_deref(), &settings).map_err(Failure::usage)?;
        return prune_store(context, args, &settings, &store);
    }
    let cache = context.cache(&args.cache, &settings.cache);
    check_preconditions(&settings, &cache)?;
    let root = StaticRoot::new(&settings, LinkMode::Copy, false);
    let mode = if args.dry_run {
        LockMode::Read
    } else {
        LockMode::Remove
    };
    context.lock(&root, mode, &args.wait)?;
    context.fail_on_warnings()?;
    let live = LiveManifest::new(&root, &settings, &cache);
    let retention = Retention::from(&args.retention);
    prune(&root, &live, retention, args.dry_run, &mut context.console)?;
    Ok(Exit::Done)
}

/// Deletes the objects of old releases from a store.
fn prune_store(
    context: &mut Context,
    args: &PruneArgs,
    settings: &Settings,
    store: &Store,
) -> Outcome {
    context.fail_on_warnings()?;
    context.interrupts.stops(store);
    let RetentionArgs { keep, older_than } = &args.retention;
    let of_settings = settings.publish.retention;
    let pruner = StorePruner {
        releases: StoreReleases { store },
        retention: Retention {
            keep: keep.map_or(of_settings.keep, usize::from),
            older_than: older_than.map(Into::into).or(of_settings.older_than),
        },
        publisher: publisher(),
    };
    let summary = if args.dry_run {
        pruner.pretend(&mut context.console)?
    } else {
        pruner.prune(&mut context.console)?
    };
    context.console.event(Event::StorePruningDone(summary));
    Ok(Exit::Done)
}

impl From<&RetentionArgs> for Retention {
    /// An age without a number keeps only the live release and those of that age.
    fn from(args: &RetentionArgs) -> Self {
        let default = if args.older_than.is_some() {
            1
        } else {
            DEFAULT_KEEP
        };
        Self {
            keep: args.keep.map_or(default, usize::from),
            older_than: args.older_than.map(Into::into),
        }
    }
}
