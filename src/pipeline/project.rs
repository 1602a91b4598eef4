//! A project whose static files are found: what collect and check begin with.

use std::path::{Component, Path, PathBuf};

use super::severity::SeverityPolicy;
use crate::cli;
use crate::model::{Asset, Fingerprint, LogicalPath, Origin};
use crate::pystd::fnmatch::Patterns;
use crate::rewrite::collection::RewriteContext;
use crate::rewrite::faults::Elsewhere;
use crate::rewrite::rules::Rules;
use crate::settings::Settings;
use crate::sources;
use crate::sources::candidate::Lookup;
use crate::sources::directory::SourceDirectory;
use crate::sources::finder::Found;
use crate::static_root::leftovers::Earlier;

/// A project, and what its finders found.
pub struct Project<'a> {
    pub settings: &'a Settings,
    pub found: Found,
    patterns: Patterns,
    directories: Vec<SourceDirectory>,
}

impl<'a> Project<'a> {
    /// Lists the files of a project.
    pub fn find(settings: &'a Settings, ignoring: &cli::groups::IgnoreArgs) -> Self {
        let default = if ignoring.no_default_ignore {
            &[][..]
        } else {
            &settings.default_ignore_patterns
        };
        let ignored = [&ignoring.ignore, &settings.ignore_patterns[..], default];
        let patterns = Patterns::new(&ignored.concat());
        Self {
            settings,
            found: sources::finder::find(settings, &patterns),
            patterns,
            directories: SourceDirectory::all(settings),
        }
    }

    /// Does something that needs to know what references mean.
    pub fn with_rewrite_context<T>(
        &self,
        policy: &SeverityPolicy<'_>,
        fingerprints: &[Option<Fingerprint>],
        work: impl FnOnce(&RewriteContext<'_>) -> T,
    ) -> T {
        let settings = self.settings;
        work(&RewriteContext {
            assets: &self.found.assets,
            fingerprints,
            rules: &Rules::new(settings.django, settings.js_aggregation),
            static_url: &settings.static_url,
            keeps_plain: !settings.keeps_only_hashed(),
            leftovers: &Earlier {
                root: &settings.static_root,
            },
            elsewhere: &|path| self.elsewhere(path),
            policy: &|asset, kind| policy.level(&asset.path, kind),
        })
    }

    /// What single paths may mean.
    pub fn candidate_lookup(&self) -> Lookup<'_> {
        Lookup::new(&self.directories, &self.patterns, &self.found)
    }

    /// Why somebody looks for a file where it is.
    pub fn origin(&self, asset: &Asset) -> Origin {
        // One directory may be listed under several prefixes.
        let is_it = |it: &&SourceDirectory| {
            *it.root == *asset.directory && it.key(&asset.found_path) == asset.key
        };
        let listed = self.directories.iter().find(is_it);
        listed.map(SourceDirectory::origin).unwrap_or_default()
    }

    /// What a file is called by those who would list it, each with the
    /// directory where they look.
    pub fn names_of(&self, file: &Path) -> impl Iterator<Item = (&SourceDirectory, LogicalPath)> {
        let directories = self.directories.iter();
        directories.filter_map(move |it| Some((it, it.below(file)?)))
    }

    /// Where somebody would look for a path.
    pub fn places_of(&self, path: &LogicalPath) -> impl Iterator<Item = PathBuf> {
        let directories = self.directories.iter();
        directories.filter_map(|it| Some(it.root.join(it.relative(path)?)))
    }

    /// Where the file of a path is that is not collected.
    pub fn elsewhere(&self, path: &LogicalPath) -> Option<Elsewhere> {
        let mut parts = path.as_path().components();
        if !parts.all(|part| matches!(part, Component::Normal(_))) {
            return None;
        }
        if let Some((source, pattern)) =
            sources::overlooked::overlooked(&self.directories, &self.patterns, path)
        {
            return Some(Elsewhere::Ignored(source, pattern));
        }
        let earlier = self.settings.static_root.join(path.as_path());
        earlier.is_file().then_some(Elsewhere::Earlier)
    }
}
