//! Removes fingerprinted files that only old releases use. Works on a
//! STATIC_ROOT that is locked; what may go is decided in [`Retention`].

use super::live_manifest::LiveManifest;
use crate::model::{Code, Event, Problem, PruneSummary, Report, Retention};
use crate::settings::Settings;
use crate::state::cache::Cache;
use crate::state::releases::ReleaseOrigin;
use crate::static_root::root::StaticRoot;

/// How many releases stay if the command line doesn't say.
pub const DEFAULT_KEEP: usize = 3;

/// Fails if there can be nothing to prune, before STATIC_ROOT is looked at.
pub fn check_preconditions(settings: &Settings, cache: &Cache) -> Result<(), Problem> {
    if !settings.backend.hashes() {
        let message = "this backend has no fingerprinted files";
        let problem = Problem::error(Code::NoManifest, message);
        return Err(problem.help("there is nothing to prune"));
    }
    if cache.directory().is_none() {
        let message = "without a cache no release is remembered";
        let problem = Problem::error(Code::NoReleases, message);
        return Err(problem.help("name a cache with --cache-dir, and leave out --no-cache"));
    }
    Ok(())
}

/// Removes the files, and reports each. A dry run only reports them.
pub fn prune(
    root: &StaticRoot,
    live: &LiveManifest<'_>,
    retention: Retention,
    dry_run: bool,
    report: &mut impl Report,
) -> Result<(), Problem> {
    let (content, manifest) = live.read()?;
    let Some(releases) = live.releases() else {
        return Ok(());
    };
    let mut manifests = live.others();
    // The live manifest is a release, whoever wrote it.
    let files = manifest.paths.values().map(Into::into);
    releases.remember(&content, ReleaseOrigin::External, files);
    manifests.push(manifest);
    let list = retention.prune_list(root, &manifests, &releases)?;
    let mut pruning = PruneSummary {
        static_root: root.path().to_owned(),
        kept: list.recent_releases,
        releases: list.old_releases,
        ..PruneSummary::default()
    };
    for path in list.files {
        let size = root
            .file_metadata(&path)
            .map_or(0, |metadata| metadata.len());
        if !dry_run {
            // Ends at the first failure: a compressed copy is listed before its
            // file and must not outlive it.
            root.remove(&path)?;
        }
        pruning.files += 1;
        pruning.bytes += size;
        report.event(Event::Pruned { path });
    }
    if !dry_run {
        list.finished
            .iter()
            .for_each(|release| releases.forget(release));
    }
    report.event(Event::PruningDone(pruning));
    Ok(())
}
