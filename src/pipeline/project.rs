//! A project with the static files that its finders list. Reads no file.

use std::path::{Component, Path, PathBuf};

use super::loading::IgnoreOptions;
use super::severity::SeverityPolicy;
use crate::model::{Asset, FinderEntry, Fingerprint, LogicalPath};
use crate::rewrite::context::RewriteContext;
use crate::rewrite::context::Uncollected;
use crate::rewrite::resolve::Leftovers;
use crate::rewrite::rules::Rules;
use crate::settings::Settings;
use crate::sources::candidate::{CandidateLookup, IgnoredFile, find_ignored};
use crate::sources::directory::SourceDirectory;
use crate::sources::finder::{self, FoundFiles};
use crate::sources::ignore_patterns::IgnorePatterns;
use crate::sources::treatments::set_treatments;
use crate::static_root::leftovers::EarlierFiles;

pub struct Project<'a> {
    pub settings: &'a Settings,
    pub found: FoundFiles,
    directories: Vec<SourceDirectory>,
}

impl<'a> Project<'a> {
    /// Lists the static files.
    pub fn find(settings: &'a Settings, ignore: &IgnoreOptions) -> Self {
        let default = if ignore.no_default_ignore {
            &[][..]
        } else {
            &settings.default_ignore_patterns
        };
        let ignored = [&ignore.patterns, &settings.ignore_patterns[..], default];
        let patterns = IgnorePatterns::new(&ignored.concat());
        let directories = SourceDirectory::all(settings, patterns);
        let mut found = finder::find(settings, &directories);
        found.warnings = set_treatments(&mut found.assets, settings);
        Self {
            settings,
            found,
            directories,
        }
    }

    /// Returns the files of earlier runs in STATIC_ROOT.
    pub fn earlier_files(&self) -> EarlierFiles<'_> {
        EarlierFiles {
            static_root: &self.settings.static_root,
        }
    }

    /// Does work that resolves references. `fingerprints` are those known
    /// already, by asset number.
    pub fn with_rewrite_context<T>(
        &self,
        policy: &SeverityPolicy<'_>,
        fingerprints: &[Option<Fingerprint>],
        leftovers: &dyn Leftovers,
        work: impl FnOnce(&RewriteContext<'_>) -> T,
    ) -> T {
        let settings = self.settings;
        work(&RewriteContext {
            assets: &self.found.assets,
            fingerprints,
            rules: &Rules::new(
                settings.references,
                settings.django,
                settings.js_aggregation,
            ),
            static_url: &settings.static_url,
            keeps_plain: !settings.keeps_only_hashed(),
            leftovers,
            uncollected: &|path| self.uncollected(path),
            policy: &|asset, kind, target| policy.level(&asset.path, kind, target),
        })
    }

    /// Returns the lookup of all candidates of a path.
    pub fn candidate_lookup(&self) -> CandidateLookup<'_> {
        CandidateLookup::new(&self.directories, &self.found)
    }

    /// Returns the setting or the app that lists the asset's directory.
    pub fn finder_entry(&self, asset: &Asset) -> FinderEntry {
        // One directory may be listed under several prefixes.
        let lists_asset = |directory: &&SourceDirectory| {
            *directory.root == *asset.directory && directory.key(&asset.found_path) == asset.key
        };
        let listing = self.directories.iter().find(lists_asset);
        listing
            .map(SourceDirectory::finder_entry)
            .unwrap_or_default()
    }

    /// Returns the source directories that contain the file, each with the
    /// file's path in it.
    pub fn names_of(&self, file: &Path) -> impl Iterator<Item = (&SourceDirectory, LogicalPath)> {
        let directories = self.directories.iter();
        directories.filter_map(move |directory| Some((directory, directory.below(file)?)))
    }

    /// Returns the files that finders would look for, given a path.
    pub fn places_of(&self, path: &LogicalPath) -> impl Iterator<Item = PathBuf> {
        let directories = self.directories.iter();
        directories.filter_map(|directory| Some(directory.root.join(directory.relative(path)?)))
    }

    /// Returns why there is a file of this path that is not collected.
    pub fn uncollected(&self, path: &LogicalPath) -> Option<Uncollected> {
        let mut parts = path.as_path().components();
        if !parts.all(|part| matches!(part, Component::Normal(_))) {
            return None;
        }
        if let Some(ignored) = find_ignored(&self.directories, path) {
            let IgnoredFile { source, pattern } = ignored;
            return Some(Uncollected::Ignored { source, pattern });
        }
        let earlier = self.settings.static_root.join(path.as_path());
        earlier.is_file().then_some(Uncollected::Leftover)
    }
}
