//! Lists the files of all finders in their order. Of several files with one path, the
//! first becomes the asset. Opens no file.

use std::collections::HashSet;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::directory::SourceDirectory;
use super::ignore_patterns::IgnorePatterns;
use crate::disk;
use crate::model::{Asset, Code, FileStep, LogicalPath, Problem};
use crate::pystd::posixpath::normpath;
use crate::settings::Settings;

#[derive(Debug, Default)]
pub struct FoundFiles {
    /// In the order found.
    pub assets: Vec<Asset>,
    /// Files whose path an earlier file has, in the order found.
    pub conflicts: Vec<Conflict>,
    /// Directories that cannot be listed, and names that cannot be used.
    pub problems: Vec<Problem>,
    /// Problems of the settings for some of the files, which don't fail the run.
    pub warnings: Vec<Problem>,
}

/// A file whose path an earlier file has.
#[derive(Debug)]
pub struct Conflict {
    pub asset: Asset,
    /// How many assets were found before it.
    pub after: usize,
}

/// Lists the files of all source directories.
pub fn find(settings: &Settings, directories: &[SourceDirectory]) -> FoundFiles {
    let static_root = std::fs::canonicalize(&settings.static_root)
        .unwrap_or_else(|_| settings.static_root.clone());
    // A finder of the project has applied Django's patterns, but not those of [staticc].
    let added = IgnorePatterns::new(&settings.ignore_patterns);
    // Listing runs in parallel. Paths are claimed in order.
    let listings: Vec<Listing> = directories
        .par_iter()
        .map(|directory| match &directory.listed {
            Some(files) => Listing::from_finder(files, &added),
            None => Listing::of(&directory.root, &directory.patterns, &static_root),
        })
        .collect();
    let mut found = FoundFiles::default();
    let mut claimed = HashSet::new();
    for (directory, listing) in directories.iter().zip(listings) {
        let root: Arc<Path> = directory.root.as_path().into();
        found.problems.extend(listing.problems);
        for path in listing.files {
            match asset(directory, &root, path) {
                Ok(asset) if claimed.insert(asset.key.clone()) => found.assets.push(asset),
                Ok(asset) => {
                    let after = found.assets.len();
                    found.conflicts.push(Conflict { asset, after });
                }
                Err(problem) => found.problems.push(problem),
            }
        }
    }
    found
}

/// The files below one directory.
#[derive(Default)]
struct Listing {
    /// The paths, relative to the directory.
    files: Vec<LogicalPath>,
    problems: Vec<Problem>,
}

impl Listing {
    /// Takes the files that a finder of the project lists.
    fn from_finder(files: &[LogicalPath], patterns: &IgnorePatterns) -> Self {
        let is_wanted = |file: &&LogicalPath| patterns.ignoring_pattern(file.as_path()).is_none();
        Self {
            files: files.iter().filter(is_wanted).cloned().collect(),
            problems: Vec::new(),
        }
    }

    /// Lists a directory. A missing one has no files.
    fn of(root: &Path, patterns: &IgnorePatterns, static_root: &Path) -> Self {
        let mut listing = Self::default();
        match disk::is_directory(root) {
            Ok(true) => {}
            Ok(false) => return listing,
            Err(error) => {
                listing.problems.push(unlistable(root, &error));
                return listing;
            }
        }
        let relative = |path: &Path| {
            let below = path.strip_prefix(root).unwrap_or(path);
            below.as_os_str().as_bytes().to_vec()
        };
        let ignored = |path: &Path, is_dir: bool| {
            let name = path.file_name().unwrap_or_default();
            patterns.match_name(name.as_bytes())
                || (!is_dir && patterns.match_name(&relative(path)))
        };
        let entries = WalkDir::new(root)
            .follow_links(true)
            .min_depth(1)
            .sort_by(files_first)
            .into_iter()
            .filter_entry(|entry| {
                let is_dir = entry.file_type().is_dir();
                let is_left_out = || {
                    ignored(entry.path(), is_dir) || (is_dir && is_same(entry.path(), static_root))
                };
                entry.depth() == 0 || !is_left_out()
            });
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => listing.add(relative(entry.path())),
                Err(error) => match error.path() {
                    // An ignored link is not followed.
                    Some(path) if ignored(path, false) => {}
                    Some(path) if error.loop_ancestor().is_some() => {
                        let message = "symbolic link leads back to a directory it is in";
                        let problem = Problem::error(Code::LinkLoop, message).in_file(path);
                        let help = "remove the link, or ignore it with `-i NAME`";
                        listing.problems.push(problem.help(help));
                    }
                    // A broken link counts as a file. Reading it fails later.
                    Some(path) if path.is_symlink() => listing.add(relative(path)),
                    path => {
                        let directory = path.unwrap_or(root).to_path_buf();
                        let unknown = || io::Error::other("unknown error");
                        let io_error = error.into_io_error().unwrap_or_else(unknown);
                        listing.problems.push(unlistable(&directory, &io_error));
                    }
                },
            }
        }
        listing
    }

    fn add(&mut self, path: Vec<u8>) {
        self.files.push(LogicalPath::new(path));
    }
}

fn unlistable(path: &Path, error: &io::Error) -> Problem {
    Problem::failed(FileStep::List, path, error)
        .help("make it readable, or ignore it with `-i NAME`")
}

/// Returns the asset of a file, unless its path leads out of STATIC_ROOT.
fn asset(
    directory: &SourceDirectory,
    root: &Arc<Path>,
    found_path: LogicalPath,
) -> Result<Asset, Problem> {
    let key = directory.key(&found_path);
    let mut parts = key.as_bytes().split(|&byte| byte == b'/');
    if parts.any(|part| part == b"..") || key.as_bytes().starts_with(b"/") {
        let message = format!("{key} would be written outside STATIC_ROOT");
        return Err(Problem::error(Code::OutsideStaticRoot, message)
            .in_file(root.join(found_path.as_path()))
            .help("use a prefix in STATICFILES_DIRS without a leading slash or `..`"));
    }
    let normal = normpath(key.as_bytes());
    let path = if normal == key.as_bytes() {
        key.clone()
    } else {
        LogicalPath::new(normal)
    };
    Ok(Asset::new(key, path, found_path, Arc::clone(root)))
}

/// A directory's files before its directories, each by name: the order in
/// which Django walks, made repeatable.
fn files_first(a: &DirEntry, b: &DirEntry) -> std::cmp::Ordering {
    let is_dir = |entry: &DirEntry| entry.file_type().is_dir();
    let kinds = is_dir(a).cmp(&is_dir(b));
    kinds.then_with(|| a.file_name().cmp(b.file_name()))
}

/// Returns whether a directory is STATIC_ROOT, whose files are not collected again.
fn is_same(path: &Path, static_root: &Path) -> bool {
    path.file_name() == static_root.file_name()
        && std::fs::canonicalize(path).is_ok_and(|path| path == static_root)
}
