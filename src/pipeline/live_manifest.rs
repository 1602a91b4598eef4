//! The manifest that STATIC_ROOT has now: reads it, and remembers it as a
//! release, so that its files can be pruned later. Writes nothing to STATIC_ROOT.

use std::path::PathBuf;

use crate::disk;
use crate::model::{Code, Problem};
use crate::plan::manifest::Manifest;
use crate::settings::Settings;
use crate::state::cache::Cache;
use crate::state::releases::{ReleaseFile, ReleaseOrigin, Releases};
use crate::static_root::root::StaticRoot;

/// Where the manifest is, and the releases of that place.
pub struct LiveManifest<'a> {
    root: &'a StaticRoot,
    cache: &'a Cache,
    /// The path with links resolved.
    path: PathBuf,
    /// As the settings name it.
    shown: PathBuf,
}

impl<'a> LiveManifest<'a> {
    pub fn new(root: &'a StaticRoot, settings: &Settings, cache: &'a Cache) -> Self {
        Self {
            root,
            cache,
            path: root.path().join(&settings.manifest_name),
            shown: settings.static_root.join(&settings.manifest_name),
        }
    }

    /// Returns the releases of this manifest; `None` without a cache.
    pub fn releases(&self) -> Option<Releases<'a>> {
        Releases::of(self.cache, &self.path)
    }

    /// Returns the manifest and its bytes.
    pub fn read(&self) -> Result<(Vec<u8>, Manifest), Problem> {
        let failed = |fault: String| {
            let message = format!("the live manifest {fault}");
            Problem::error(Code::NoManifest, message)
                .in_file(&self.path)
                .help("collect first: `staticc collect`")
        };
        let content =
            disk::read(&self.path).map_err(|error| failed(format!("cannot be read: {error}")))?;
        let manifest = Manifest::read(&content).map_err(failed)?;
        Ok((content, manifest))
    }

    /// Remembers the manifest if a run replaces it with `next`, unless it is
    /// a dry run. Warns of a manifest that Django cannot load.
    pub fn remember_before(&self, next: Option<&[u8]>, dry_run: bool) -> Option<Problem> {
        let next = next?;
        let content = disk::read(&self.path)
            .ok()
            .filter(|content| content != next)?;
        match Manifest::read(&content) {
            Ok(manifest) => {
                if let Some(releases) = self.releases().filter(|_| !dry_run) {
                    let files = manifest.paths.values().map(Into::into);
                    releases.remember(&content, ReleaseOrigin::External, files);
                }
                None
            }
            Err(fault) => {
                let message = format!("the manifest of an earlier run {fault}");
                let problem = Problem::warning(Code::CorruptManifest, message);
                let help = "collecting replaces it, unless the run fails";
                Some(problem.in_file(&self.shown).help(help))
            }
        }
    }

    /// Remembers the manifest that this run wrote.
    pub fn remember_written(&self, content: &[u8], files: impl Iterator<Item = ReleaseFile>) {
        if let Some(releases) = self.releases() {
            releases.remember(content, ReleaseOrigin::Staticc, files);
        }
    }

    /// Returns the other manifests in STATIC_ROOT: other settings may use them.
    pub fn others(&self) -> Vec<Manifest> {
        let entries = std::fs::read_dir(self.root.path())
            .into_iter()
            .flatten()
            .flatten();
        entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|suffix| suffix == "json"))
            .filter(|path| *path != self.path)
            .filter_map(|path| Manifest::read(&disk::read(&path).ok()?).ok())
            .collect()
    }
}
