//! Finds files whose names have a hash and whose contents have changed nevertheless, against the
//! last release and what is in STATIC_ROOT. Changes nothing.

use std::collections::HashMap;

use super::live_manifest::LiveManifest;
use crate::model::{Asset, Code, ContentId, IndexVec, LogicalPath, Problem};
use crate::plan::model::{Existing, FileState, Plan, Target, TargetId};

/// Returns an error for each file that was released under its name with another content.
pub fn prehashed_changes(
    assets: &[Asset],
    plan: &Plan,
    states: &IndexVec<TargetId, FileState>,
    live: &LiveManifest<'_>,
) -> Vec<Problem> {
    let is_prehashed = |target: &Target| {
        let asset = &assets[target.asset.index()];
        asset.treatment.is_prehashed() && plan.manifest.is_some()
    };
    let targets = plan.targets.enumerate();
    let targets: Vec<_> = targets.filter(|(_, target)| is_prehashed(target)).collect();
    if targets.is_empty() {
        return Vec::new();
    }
    let released = released_contents(live);
    let live_manifest = live.read().map(|(_, manifest)| manifest);
    let live_paths = live_manifest.unwrap_or_default().paths;
    let is_live = |path: &LogicalPath| live_paths.get(path) == Some(path);
    let has_changed = |id: TargetId, target: &Target| match released.get(&target.path) {
        Some(&content) => plan.contents[target.content].id != Some(content),
        None => states[id].existing == Existing::Different && is_live(&target.path),
    };
    let changed = targets
        .into_iter()
        .filter(|(id, target)| has_changed(*id, target));
    changed
        .map(|(_, target)| problem(&assets[target.asset.index()]))
        .collect()
}

/// Returns the content that each file had in the newest release that knows it.
fn released_contents(live: &LiveManifest<'_>) -> HashMap<LogicalPath, ContentId> {
    let mut contents = HashMap::new();
    let Some(releases) = live.releases() else {
        return contents;
    };
    for release in releases.list() {
        let files = releases.files(&release).into_iter();
        for file in files.flat_map(|files| files.files) {
            if let Some(content) = file.content {
                contents.entry(file.path).or_insert(content);
            }
        }
    }
    contents
}

fn problem(asset: &Asset) -> Problem {
    let message = "has changed, although its name says that it never does";
    Problem::error(Code::PrehashedChanged, message)
        .in_file(asset.source())
        .note("it was released under this name, and browsers keep it for ever")
        .help("build it under a new name; if its name has no hash, correct staticc.prehashed")
}
