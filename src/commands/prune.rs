//! `staticc prune`, and `staticc collect --prune`: old releases' files go.

use super::{Exit, Start, fail_on, occupy, tell};
use crate::cli;
use crate::disk;
use crate::nouns::{Event, LinkMode, Problem, Pruning, Report as _};
use crate::output::cache::Cache;
use crate::output::manifest::Manifest;
use crate::output::occupy::Purpose;
use crate::output::prune::Retention;
use crate::output::releases::Releases;
use crate::output::static_root::StaticRoot;
use crate::report::Console;
use crate::settings::Settings;

/// So many releases stay where nobody says how many.
const KEPT: usize = 3;

/// Runs the verb.
pub fn run(flags: &cli::Prune) -> Exit {
    let Start {
        mut console,
        settings,
    } = match super::start(&flags.project, &flags.telling) {
        Ok(start) => start,
        Err(exit) => return exit,
    };
    console.dry_run = flags.dry_run;
    let place = flags.cache_dir.as_deref();
    let cache = super::cache::open(place, &settings.cache, &console.directory);
    let root = StaticRoot::new(&settings, LinkMode::Copy, false);
    let purpose = if flags.dry_run {
        Purpose::Read
    } else {
        Purpose::Remove
    };
    let pruned = occupy(&root, purpose, flags.no_wait, &mut console).and_then(|()| {
        let retention = retention(&flags.retention);
        prune(&root, &settings, &cache, retention, &mut console)
    });
    match pruned {
        Ok(()) => Exit::Done,
        Err(problems) => {
            tell(&mut console, problems);
            Exit::Failed
        }
    }
}

/// What the flags say. An age alone protects nothing but what is in force.
pub fn retention(flags: &cli::Retention) -> Retention {
    let default = if flags.older_than.is_some() { 1 } else { KEPT };
    Retention {
        keep: flags.keep.map_or(default, usize::from),
        older_than: flags.older_than.map(Into::into),
    }
}

/// Removes what no recent release names from a STATIC_ROOT that is held.
pub fn prune(
    root: &StaticRoot,
    settings: &Settings,
    cache: &Cache,
    retention: Retention,
    console: &mut Console,
) -> Result<(), Vec<Problem>> {
    let fail = |problem: Problem| vec![problem];
    let manifest = manifest(root, settings).map_err(fail)?;
    let releases = Releases::of(cache, root.path()).ok_or_else(|| {
        let problem = Problem::error("no-releases", "without a cache no release is remembered");
        fail(problem.cure("name a cache with --cache-dir, and leave out --no-cache"))
    })?;
    let known = releases.list();
    let waste = retention.waste(root, &manifest, &releases, &known);
    let waste = waste.map_err(fail)?;
    let mut pruning = Pruning {
        root: root.path().to_owned(),
        kept: known.len() - waste.stale.len(),
        releases: waste.stale.len(),
        ..Pruning::default()
    };
    let mut problems = Vec::new();
    for path in waste.files {
        let size = root.look_at_file(&path).map_or(0, |found| found.len());
        if !console.dry_run
            && let Err(problem) = root.remove(&path)
        {
            problems.push(problem);
            continue;
        }
        pruning.files += 1;
        pruning.bytes += size;
        console.event(Event::Pruned(path));
    }
    if problems.is_empty() && !console.dry_run {
        waste.stale.iter().for_each(|stale| releases.forget(stale));
    }
    console.event(Event::PruningDone(pruning));
    fail_on(problems)
}

/// The manifest in force; without it nobody knows what is needed.
fn manifest(root: &StaticRoot, settings: &Settings) -> Result<Manifest, Problem> {
    if !settings.backend.hashes() {
        let problem = Problem::error("no-manifest", "this backend has no fingerprinted files");
        return Err(problem.cure("there is nothing to prune: leave it out"));
    }
    let path = root.path().join(&settings.manifest_name);
    let failed = |fault: String| {
        Problem::error("no-manifest", format!("the manifest in force {fault}"))
            .in_file(&path)
            .cure("collect first: `staticc collect`")
    };
    let content = disk::read(&path).map_err(|error| failed(format!("cannot be read: {error}")))?;
    Manifest::read(&content).map_err(failed)
}
