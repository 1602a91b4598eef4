//! `staticc prune`, and `staticc collect --prune`: old releases' files go.

use std::path::{Path, PathBuf};

use super::tell;
use super::{Exit, conclude, fail_on_warnings, occupy};
use crate::cli;
use crate::disk;
use crate::model::{Code, Event, LinkMode, Problem, Pruning, Report as _};
use crate::plan::manifest::Manifest;
use crate::report::console::Console;
use crate::settings::Settings;
use crate::state::cache::Cache;
use crate::state::releases::{ReleaseOrigin, Releases};
use crate::static_root::lock::LockMode;
use crate::static_root::prune::Retention;
use crate::static_root::static_root::StaticRoot;

/// So many releases stay where nobody says how many.
const KEPT: usize = 3;

/// Runs the verb.
pub fn run(args: &cli::PruneArgs, console: &mut Console, settings: &Settings) -> Exit {
    console.dry_run = args.dry_run;
    let place = args.cache_dir.as_deref();
    let cache = super::cache::open(place, &settings.cache, &console.directory);
    if let Some(problem) = hindrance(settings, &cache) {
        tell(console, vec![problem]);
        return Exit::Failed;
    }
    let root = StaticRoot::new(settings, LinkMode::Copy, false);
    let purpose = if args.dry_run {
        LockMode::Read
    } else {
        LockMode::Remove
    };
    let pruned = occupy(&root, purpose, args.no_wait, console).and_then(|()| {
        fail_on_warnings(console)?;
        let retention = retention(&args.retention);
        prune(&root, settings, &cache, retention, console)
    });
    conclude(pruned, console)
}

/// What the flags say. An age alone protects nothing but what is in force.
pub fn retention(args: &cli::groups::RetentionArgs) -> Retention {
    let default = if args.older_than.is_some() { 1 } else { KEPT };
    Retention {
        keep: args.keep.map_or(default, usize::from),
        older_than: args.older_than.map(Into::into),
    }
}

/// Why there is nothing to prune, if that is known before the run.
pub fn hindrance(settings: &Settings, cache: &Cache) -> Option<Problem> {
    if !settings.backend.hashes() {
        let problem = Problem::error(Code::NoManifest, "this backend has no fingerprinted files");
        return Some(problem.help("there is nothing to prune"));
    }
    if cache.directory().is_none() {
        let problem = Problem::error(Code::NoReleases, "without a cache no release is remembered");
        return Some(problem.help("name a cache with --cache-dir, and leave out --no-cache"));
    }
    None
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
    let path = root.path().join(&settings.manifest_name);
    let (content, manifest) = manifest(&path).map_err(fail)?;
    let Some(releases) = Releases::of(cache, &path) else {
        return Ok(());
    };
    let mut manifests = others(root, &path);
    // What is found in force is a release, whoever made it.
    releases.remember(&content, ReleaseOrigin::Somebody, manifest.paths.values());
    manifests.push(manifest);
    let waste = retention.waste(root, &manifests, &releases).map_err(fail)?;
    let mut pruning = Pruning {
        root: root.path().to_owned(),
        kept: waste.recent,
        releases: waste.stale.len(),
        ..Pruning::default()
    };
    for path in waste.files {
        let size = root.look_at_file(&path).map_or(0, |found| found.len());
        if !console.dry_run {
            // Stops where it fails: no copy stays without its file.
            root.remove(&path).map_err(fail)?;
        }
        pruning.files += 1;
        pruning.bytes += size;
        console.event(Event::Pruned(path));
    }
    if !console.dry_run {
        waste.stale.iter().for_each(|stale| releases.forget(stale));
    }
    console.event(Event::PruningDone(pruning));
    Ok(())
}

/// The manifest in force, as bytes and read; without it nobody knows what is
/// needed.
fn manifest(path: &Path) -> Result<(Vec<u8>, Manifest), Problem> {
    let failed = |fault: String| {
        Problem::error(Code::NoManifest, format!("the manifest in force {fault}"))
            .in_file(path)
            .help("collect first: `staticc collect`")
    };
    let content = disk::read(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
    let manifest = Manifest::read(&content).map_err(failed)?;
    Ok((content, manifest))
}

/// Other manifests beside it: somebody else's settings may name them.
fn others(root: &StaticRoot, manifest: &Path) -> Vec<Manifest> {
    let entries = std::fs::read_dir(root.path()).into_iter().flatten();
    let paths = entries.flatten().map(|entry| entry.path());
    let json = |path: &PathBuf| path.extension().is_some_and(|suffix| suffix == "json");
    paths
        .filter(|path| json(path) && path != manifest)
        .filter_map(|path| Manifest::read(&disk::read(&path).ok()?).ok())
        .collect()
}
