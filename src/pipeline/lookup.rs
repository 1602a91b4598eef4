//! Finds the static files that words on the command line name: by path, with or
//! without fingerprint, or by source. Explains words that name none.

use std::path::{Path, PathBuf};

use super::project::Project;
use crate::model::{Asset, AssetId, Code, Fingerprint, LogicalPath, Problem};
use crate::pystd::posixpath::normpath;
use crate::rewrite::hint::with_hint;
use crate::rewrite::suggest::Suggestions;

/// A static file that a word names.
pub struct FileMatch {
    pub asset: AssetId,
    /// The named source, if another one is collected in its place.
    pub loser: Option<PathBuf>,
}

/// Finds files of one project.
pub struct FileLookup<'a> {
    pub project: &'a Project<'a>,
    /// The working directory, which relative sources start from.
    pub directory: &'a Path,
    /// Returns an asset's path with its fingerprint, if it has one.
    pub hashed: &'a dyn Fn(AssetId) -> Option<LogicalPath>,
}

impl FileLookup<'_> {
    /// Returns the files that the words name, and a problem for each word
    /// that names none.
    pub fn find(&self, words: &[LogicalPath]) -> (Vec<FileMatch>, Vec<Problem>) {
        let (mut matches, mut problems) = (Vec::new(), Vec::new());
        let suggestions = Suggestions::new(&self.project.found.assets);
        for word in words {
            let by_path = self.by_path(word).or_else(|| self.by_hashed_path(word));
            let found = match by_path {
                Some(asset) => vec![FileMatch { asset, loser: None }],
                None => self.by_source(&self.directory.join(word.as_path())),
            };
            if found.is_empty() {
                problems.push(self.not_found(word, false, &suggestions));
            }
            matches.extend(found);
        }
        (matches, problems)
    }

    /// Returns the problem that a word names no file, with a note or help on
    /// what it names instead. `leads_out` is whether it leads out of a
    /// source directory.
    pub fn not_found(
        &self,
        word: &LogicalPath,
        leads_out: bool,
        suggestions: &Suggestions<'_>,
    ) -> Problem {
        let message = format!("No matching file found for '{}'.", word.to_text());
        let mut problem = Problem::error(Code::NotFound, message);
        let file = self.directory.join(word.as_path());
        if let Some(help) = self.other_name(word, &file) {
            return problem.help(help);
        }
        if !self.project.found.problems.is_empty() {
            problem = problem.note("not all files could be listed: see `staticc check`");
        }
        if leads_out {
            problem = problem.note("it leads out of a source directory");
        }
        let path = self.path_of(word, &file);
        let elsewhere = self.project.uncollected(&path);
        let mut places = self.project.places_of(word).chain([file]);
        match places.find_map(|place| self.describe(&place)) {
            Some(help) if elsewhere.is_none() => problem.help(help),
            // A suggestion would be a file inside the directory.
            None if leads_out => problem,
            _ => {
                let suggestion = suggestions.nearest(&path.to_text(), None);
                let other = suggestion.filter(|other| other.asset.key != path);
                let question = other.map(|other| other.question(&other.asset.key.to_text()));
                with_hint(problem, elsewhere, question, None)
            }
        }
    }

    /// Returns the path that the word would have, if it named a static file.
    fn path_of(&self, word: &LogicalPath, file: &Path) -> LogicalPath {
        let mut names = self.project.names_of(file);
        let key = names.next().map(|(directory, name)| directory.key(&name));
        LogicalPath::new(normpath(key.as_ref().unwrap_or(word).as_bytes()))
    }

    /// Returns the right name of a file that the word names in another way.
    fn other_name(&self, word: &LogicalPath, file: &Path) -> Option<String> {
        let key = |asset: AssetId| &self.project.found.assets[asset.index()].key;
        let plain = Fingerprint::path_without(word);
        if let Some(asset) = plain.and_then(|plain| self.by_path(&plain)) {
            return Some(match (self.hashed)(asset) {
                Some(hashed) => format!("that file is now {hashed}"),
                None => format!("that is a path with a fingerprint: use {}", key(asset)),
            });
        }
        if let Some(found) = self.by_source(file).first()
            && key(found.asset) != word
        {
            return Some(format!("that is a source file: use {}", key(found.asset)));
        }
        let relative = word.as_bytes().strip_prefix(b"/")?;
        let asset = self.by_path(&LogicalPath::new(relative))?;
        Some(format!("leave out the slash: {}", key(asset)))
    }

    /// Describes what there is at a place, other than a static file.
    fn describe(&self, place: &Path) -> Option<&'static str> {
        let settings = self.project.settings;
        let Ok(real) = place.canonicalize() else {
            let is_link = place.is_symlink();
            return is_link.then_some("that is a symbolic link that cannot be followed");
        };
        let is_below = |directory: &Path| {
            let directory = directory.canonicalize();
            directory.is_ok_and(|directory| real.starts_with(directory))
        };
        let is_template = || settings.template_dirs.iter().any(|dir| is_below(dir));
        Some(if real.is_dir() {
            "that is a directory: name a file"
        } else if is_below(&settings.static_root) {
            "that is in STATIC_ROOT: use its path there"
        } else if is_template() {
            "that is a template, not a static file"
        } else {
            "that is not a file that is collected"
        })
    }

    fn assets(&self) -> impl Iterator<Item = (AssetId, &Asset)> {
        (0..).map(AssetId).zip(&self.project.found.assets)
    }

    fn by_path(&self, path: &LogicalPath) -> Option<AssetId> {
        let normalize = normpath(path.as_bytes());
        let is_match = |asset: &Asset| asset.key == *path || asset.path.as_bytes() == normalize;
        let mut assets = self.assets();
        assets.find_map(|(id, asset)| is_match(asset).then_some(id))
    }

    fn by_hashed_path(&self, path: &LogicalPath) -> Option<AssetId> {
        let is_match = |id: AssetId| (self.hashed)(id).is_some_and(|hashed| hashed == *path);
        self.assets().map(|(id, _)| id).find(|&id| is_match(id))
    }

    /// A source has several paths if one source directory contains another.
    fn by_source(&self, source: &Path) -> Vec<FileMatch> {
        let names: Vec<_> = self.project.names_of(source).collect();
        let is_match = |asset: &Asset| {
            names.iter().any(|(directory, name)| {
                *name == asset.found_path && *directory.root == *asset.directory
            })
        };
        let winners = self.assets().filter(|(_, asset)| is_match(asset));
        let conflicts = self.project.found.conflicts.iter();
        let losers = conflicts.filter(|conflict| is_match(&conflict.asset));
        let losers = losers.filter_map(|conflict| {
            let asset = self
                .assets()
                .find(|(_, asset)| asset.key == conflict.asset.key)?;
            Some(FileMatch {
                asset: asset.0,
                loser: Some(conflict.asset.source()),
            })
        });
        winners
            .map(|(asset, _)| FileMatch { asset, loser: None })
            .chain(losers)
            .collect()
    }
}
