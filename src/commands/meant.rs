//! Which files somebody means: by their paths, with or without fingerprint, or
//! by their sources. Finds out nothing else about them.

use std::path::{Path, PathBuf};

use super::project::Project;
use crate::nouns::{Asset, AssetId, Fingerprint, LogicalPath, Problem};
use crate::rewrite::{Suggestions, normpath};

/// A file that somebody asked about.
pub(super) struct Meant {
    pub(super) asset: AssetId,
    /// Its source, if another one is collected in its place.
    pub(super) loser: Option<PathBuf>,
}

/// What words for files mean in a project.
pub(super) struct Words<'a> {
    pub(super) project: &'a Project<'a>,
    /// The path of a file with its fingerprint, if it has one.
    pub(super) hashed: &'a dyn Fn(AssetId) -> Option<LogicalPath>,
}

impl Words<'_> {
    /// The files that are meant, and problems for what is none.
    pub(super) fn read(
        &self,
        files: &[LogicalPath],
        directory: &Path,
    ) -> (Vec<Meant>, Vec<Problem>) {
        let (mut all, mut missing) = (Vec::new(), Vec::new());
        let suggestions = Suggestions::new(&self.project.found.assets);
        for file in files {
            let by_path = self.by_path(file).or_else(|| self.by_hashed_path(file));
            let meant = match by_path {
                Some(asset) => vec![Meant { asset, loser: None }],
                None => self.by_source(&directory.join(file.as_path())),
            };
            if meant.is_empty() {
                let source = directory.join(file.as_path());
                let mut names = self.project.names_of(&source);
                let path = names.next().map(|(it, name)| it.key(&name));
                let path = path.unwrap_or_else(|| file.clone());
                let problem = self.project.not_found(&file.to_text(), &path, &suggestions);
                missing.push(self.renamed(file, problem));
            }
            all.extend(meant);
        }
        (all, missing)
    }

    /// The problem, with what a path of an earlier release is now.
    fn renamed(&self, path: &LogicalPath, problem: Problem) -> Problem {
        let plain = Fingerprint::taken_from(path);
        let asset = plain.and_then(|plain| self.by_path(&plain));
        match asset.and_then(self.hashed) {
            Some(hashed) => problem.cure(format!("that file is now {hashed}")),
            None => problem,
        }
    }

    fn assets(&self) -> impl Iterator<Item = (AssetId, &Asset)> {
        (0..).map(AssetId).zip(&self.project.found.assets)
    }

    fn by_path(&self, path: &LogicalPath) -> Option<AssetId> {
        let normal = normpath(path.as_bytes());
        let is_it = |asset: &Asset| asset.key == *path || asset.path.as_bytes() == normal;
        self.assets().find(|(_, asset)| is_it(asset)).map(|it| it.0)
    }

    fn by_hashed_path(&self, path: &LogicalPath) -> Option<AssetId> {
        let is_it = |id: AssetId| (self.hashed)(id).is_some_and(|it| it == *path);
        self.assets().map(|it| it.0).find(|&id| is_it(id))
    }

    /// A source has several paths where one source directory is in another.
    fn by_source(&self, source: &Path) -> Vec<Meant> {
        let names: Vec<_> = self.project.names_of(source).collect();
        let is_it = |asset: &Asset| {
            let own = |name: &LogicalPath| *name == asset.found_path;
            names
                .iter()
                .any(|(it, name)| own(name) && *it.root == *asset.directory)
        };
        let winners = self.assets().filter(|(_, asset)| is_it(asset));
        let winners = winners.map(|(asset, _)| Meant { asset, loser: None });
        let losers = self.project.found.conflicts.iter();
        let losers = losers.filter(|conflict| is_it(&conflict.asset));
        let losers = losers.filter_map(|conflict| {
            let loser = Some(conflict.asset.source());
            let mut assets = self.assets();
            let (asset, _) = assets.find(|(_, asset)| asset.key == conflict.asset.key)?;
            Some(Meant { asset, loser })
        });
        winners.chain(losers).collect()
    }
}
