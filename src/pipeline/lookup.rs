//! Which files somebody means: by their paths, with or without fingerprint, or
//! by their sources; and what else it is that they name. Finds out nothing else
//! about them.

use std::path::{Path, PathBuf};

use super::project::Project;
use crate::model::{Asset, AssetId, Code, Fingerprint, LogicalPath, Problem};
use crate::pystd::urllib::normpath;
use crate::rewrite::faults::hint;
use crate::rewrite::suggest::Suggestions;

/// A file that somebody asked about.
pub struct FileMatch {
    pub asset: AssetId,
    /// Its source, if another one is collected in its place.
    pub loser: Option<PathBuf>,
}

/// What words for files mean in a project.
pub struct FileLookup<'a> {
    pub project: &'a Project<'a>,
    /// Where they are said.
    pub directory: &'a Path,
    /// The path of a file with its fingerprint, if it has one.
    pub hashed: &'a dyn Fn(AssetId) -> Option<LogicalPath>,
}

impl FileLookup<'_> {
    /// The files that are meant, and problems for what is none.
    pub fn read(&self, files: &[LogicalPath]) -> (Vec<FileMatch>, Vec<Problem>) {
        let (mut all, mut missing) = (Vec::new(), Vec::new());
        let suggestions = Suggestions::new(&self.project.found.assets);
        for file in files {
            let by_path = self.by_path(file).or_else(|| self.by_hashed_path(file));
            let meant = match by_path {
                Some(asset) => vec![FileMatch { asset, loser: None }],
                None => self.by_source(&self.directory.join(file.as_path())),
            };
            if meant.is_empty() {
                missing.push(self.not_found(file, false, &suggestions));
            }
            all.extend(meant);
        }
        (all, missing)
    }

    /// No file has this path: the problem, with what it is instead, or which
    /// file it may mean.
    pub fn not_found(
        &self,
        asked: &LogicalPath,
        leads_out: bool,
        suggestions: &Suggestions<'_>,
    ) -> Problem {
        let message = format!("No matching file found for '{}'.", asked.to_text());
        let mut problem = Problem::error(Code::NotFound, message);
        let file = self.directory.join(asked.as_path());
        if let Some(help) = self.other_name(asked, &file) {
            return problem.help(help);
        }
        if !self.project.found.problems.is_empty() {
            problem = problem.note("not everything could be listed: see `staticc check`");
        }
        if leads_out {
            problem = problem.note("it leads out of a directory that is looked in");
        }
        let path = self.path_of(asked, &file);
        let elsewhere = self.project.elsewhere(&path);
        let mut places = self.project.places_of(asked).chain([file]);
        match places.find_map(|place| self.thing(&place)) {
            Some(thing) if elsewhere.is_none() => problem.help(thing),
            // What is like it is not out there.
            None if leads_out => problem,
            _ => {
                let other = |meant: &Asset| (meant.key != path).then(|| meant.key.to_string());
                hint(problem, elsewhere, &path.to_text(), other, suggestions)
            }
        }
    }

    /// What would be asked for, were there such a file.
    fn path_of(&self, asked: &LogicalPath, file: &Path) -> LogicalPath {
        let mut names = self.project.names_of(file);
        let name = names.next().map(|(it, name)| it.key(&name));
        LogicalPath::new(normpath(name.as_ref().unwrap_or(asked).as_bytes()))
    }

    /// How to ask for a file that is collected, which this is another name of.
    fn other_name(&self, asked: &LogicalPath, file: &Path) -> Option<String> {
        let key = |asset: AssetId| &self.project.found.assets[asset.index()].key;
        let plain = Fingerprint::taken_from(asked);
        if let Some(asset) = plain.and_then(|plain| self.by_path(&plain)) {
            return Some(match (self.hashed)(asset) {
                Some(hashed) => format!("that file is now {hashed}"),
                None => format!("that is a path with a fingerprint: ask for {}", key(asset)),
            });
        }
        if let Some(meant) = self.by_source(file).first()
            && key(meant.asset) != asked
        {
            return Some(format!("that is a source: ask for {}", key(meant.asset)));
        }
        let rest = asked.as_bytes().strip_prefix(b"/")?;
        let asset = self.by_path(&LogicalPath::new(rest))?;
        Some(format!("paths begin without a slash: {}", key(asset)))
    }

    /// What there is at a place, if not a file that is collected.
    fn thing(&self, place: &Path) -> Option<&'static str> {
        let settings = self.project.settings;
        let Ok(real) = place.canonicalize() else {
            let is_link = place.is_symlink();
            return is_link.then_some("that is a link that cannot be followed");
        };
        let is_below = |directory: &Path| {
            directory
                .canonicalize()
                .is_ok_and(|it| real.starts_with(it))
        };
        let is_template = || settings.template_dirs.iter().any(|it| is_below(it));
        Some(if real.is_dir() {
            "that is a directory: ask for a file"
        } else if is_below(&settings.static_root) {
            "that is in STATIC_ROOT: ask for its path there"
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
        let normal = normpath(path.as_bytes());
        let is_it = |asset: &Asset| asset.key == *path || asset.path.as_bytes() == normal;
        self.assets().find(|(_, asset)| is_it(asset)).map(|it| it.0)
    }

    fn by_hashed_path(&self, path: &LogicalPath) -> Option<AssetId> {
        let is_it = |id: AssetId| (self.hashed)(id).is_some_and(|it| it == *path);
        self.assets().map(|it| it.0).find(|&id| is_it(id))
    }

    /// A source has several paths where one source directory is in another.
    fn by_source(&self, source: &Path) -> Vec<FileMatch> {
        let names: Vec<_> = self.project.names_of(source).collect();
        let is_it = |asset: &Asset| {
            let own = |name: &LogicalPath| *name == asset.found_path;
            names
                .iter()
                .any(|(it, name)| own(name) && *it.root == *asset.directory)
        };
        let winners = self.assets().filter(|(_, asset)| is_it(asset));
        let winners = winners.map(|(asset, _)| FileMatch { asset, loser: None });
        let losers = self.project.found.conflicts.iter();
        let losers = losers.filter(|conflict| is_it(&conflict.asset));
        let losers = losers.filter_map(|conflict| {
            let loser = Some(conflict.asset.source());
            let mut assets = self.assets();
            let (asset, _) = assets.find(|(_, asset)| asset.key == conflict.asset.key)?;
            Some(FileMatch { asset, loser })
        });
        winners.chain(losers).collect()
    }
}
