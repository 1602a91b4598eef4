//! A project whose static files are found: what collect and check begin with.

use super::policy::Policy;
use crate::cli;
use crate::nouns::{Fingerprint, LogicalPath};
use crate::output::leftovers::Earlier;
use crate::rewrite::{Elsewhere, Job, Rules};
use crate::settings::Settings;
use crate::sources::{self, Found, Patterns, SourceDirectory};

/// A project, and what its finders found.
pub(super) struct Project<'a> {
    pub(super) settings: &'a Settings,
    pub(super) found: Found,
    patterns: Patterns,
    directories: Vec<SourceDirectory>,
}

impl<'a> Project<'a> {
    /// Lists the files of a project.
    pub(super) fn find(settings: &'a Settings, ignoring: &cli::Ignoring) -> Self {
        let ignored = [&ignoring.ignore[..], &settings.ignore_patterns].concat();
        let patterns = Patterns::new(&ignored, !ignoring.no_default_ignore);
        Self {
            settings,
            found: sources::find(settings, &patterns),
            patterns,
            directories: SourceDirectory::all(settings),
        }
    }

    /// Does something that needs to know what references mean.
    pub(super) fn with_job<T>(
        &self,
        policy: &Policy<'_>,
        fingerprints: &[Option<Fingerprint>],
        work: impl FnOnce(&Job<'_>) -> T,
    ) -> T {
        let settings = self.settings;
        work(&Job {
            assets: &self.found.assets,
            fingerprints,
            rules: &Rules::new(settings.django, settings.js_aggregation),
            static_url: &settings.static_url,
            keeps_plain: !settings.backend.keeps_only_hashed(settings),
            leftovers: &Earlier {
                root: &settings.static_root,
            },
            elsewhere: &|path| self.elsewhere(path),
            policy: &|asset, kind| policy.level(&asset.path, kind),
        })
    }

    /// Where the file of a path is that is not collected.
    fn elsewhere(&self, path: &LogicalPath) -> Option<Elsewhere> {
        if let Some((source, pattern)) =
            sources::overlooked(&self.directories, &self.patterns, path)
        {
            return Some(Elsewhere::Ignored(source, pattern));
        }
        let earlier = self.settings.static_root.join(path.as_path());
        earlier.is_file().then_some(Elsewhere::Earlier)
    }
}
