//! `staticc prune`: removes fingerprinted files that only old releases use.

use super::context::Context;
use super::outcome::{Exit, Outcome};
use crate::cli::PruneArgs;
use crate::cli::groups::RetentionArgs;
use crate::model::LinkMode;
use crate::pipeline::live_manifest::LiveManifest;
use crate::pipeline::prune::{DEFAULT_KEEP, check_preconditions, prune};
use crate::static_root::lock::LockMode;
use crate::static_root::prune::Retention;
use crate::static_root::root::StaticRoot;

pub fn run(context: &mut Context, args: &PruneArgs) -> Outcome {
    let settings = context.load_settings(&args.project, None)?;
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
