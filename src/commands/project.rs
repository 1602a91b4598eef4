//! A project whose static files are found: what collect and check begin with.

use crate::nouns::LogicalPath;
use crate::rewrite::Elsewhere;
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
    /// Lists the files of a project; `ignored` are patterns besides those of
    /// the settings.
    pub(super) fn find(settings: &'a Settings, ignored: &[String], no_default: bool) -> Self {
        let ignored = [ignored, &settings.ignore_patterns].concat();
        let patterns = Patterns::new(&ignored, !no_default);
        Self {
            settings,
            found: sources::find(settings, &patterns),
            patterns,
            directories: SourceDirectory::all(settings),
        }
    }

    /// Where the file of a path is that is not collected.
    pub(super) fn elsewhere(&self, path: &LogicalPath) -> Option<Elsewhere> {
        if let Some((source, pattern)) =
            sources::overlooked(&self.directories, &self.patterns, path)
        {
            return Some(Elsewhere::Ignored(source, pattern));
        }
        let earlier = self.settings.static_root.join(path.as_path());
        earlier.is_file().then_some(Elsewhere::Earlier)
    }
}
