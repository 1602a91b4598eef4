//! Django's two finders: walk the source directories in order, and the
//! first to claim a path wins. Owns which file becomes which asset; opens
//! none of them.

use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use super::{Patterns, SourceDirectory};
use crate::disk;
use crate::nouns::{Asset, LogicalPath, Problem};
use crate::rewrite::normpath;
use crate::settings::Settings;

/// What the finders found.
#[derive(Debug, Default)]
pub struct Found {
    /// The winners, in the order found.
    pub assets: Vec<Asset>,
    /// Sources that lost, in the order found.
    pub conflicts: Vec<Conflict>,
    /// Directories that could not be walked, names that cannot be used.
    pub problems: Vec<Problem>,
}

/// A source whose path another one had claimed.
#[derive(Debug)]
pub struct Conflict {
    /// The source, with the path that another one has.
    pub asset: Asset,
    /// How many assets had been found before.
    pub after: usize,
}

/// Lists the files of all finders.
pub fn find(settings: &Settings, patterns: &Patterns) -> Found {
    let mut search = Search {
        patterns,
        static_root: std::fs::canonicalize(&settings.static_root)
            .unwrap_or_else(|_| settings.static_root.clone()),
        claimed: HashSet::new(),
        found: Found::default(),
    };
    for directory in SourceDirectory::all(settings) {
        search.walk(&directory.prefix, &directory.root);
    }
    search.found
}

struct Search<'a> {
    patterns: &'a Patterns,
    static_root: std::path::PathBuf,
    claimed: HashSet<LogicalPath>,
    found: Found,
}

impl Search<'_> {
    /// Adds the files of one directory; a missing one is an empty one.
    fn walk(&mut self, prefix: &str, root: &Path) {
        match disk::is_directory(root) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                let message = format!("cannot be listed: {error}");
                let problem = Problem::error("unreadable", message).in_file(root);
                return self.found.problems.push(problem);
            }
        }
        let directory: Arc<Path> = root.into();
        let relative = |path: &Path| {
            let path = path.strip_prefix(root).unwrap_or(path);
            path.as_os_str().as_bytes().to_vec()
        };
        let patterns = self.patterns;
        let ignored = |path: &Path, is_dir: bool| {
            let name = path.file_name().unwrap_or_default();
            patterns.match_name(name.as_bytes())
                || (!is_dir && patterns.match_name(&relative(path)))
        };
        let static_root = self.static_root.clone();
        let entries = WalkDir::new(root)
            .follow_links(true)
            .min_depth(1)
            .sort_by(files_first)
            .into_iter()
            .filter_entry(|entry| {
                let is_dir = entry.file_type().is_dir();
                let left_out = || {
                    ignored(entry.path(), is_dir) || (is_dir && is_same(entry.path(), &static_root))
                };
                entry.depth() == 0 || !left_out()
            });
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => self.claim(prefix, &directory, relative(entry.path())),
                Err(error) => match error.path().map(Path::to_path_buf) {
                    // Ignoring comes before following.
                    Some(path) if ignored(&path, false) => {}
                    Some(path) if error.loop_ancestor().is_some() => {
                        self.found.problems.push(
                            Problem::error(
                                "link-loop",
                                "symbolic link leads back to a directory it is in",
                            )
                            .in_file(path)
                            .cure("remove the link, or ignore it with `-i NAME`"),
                        );
                    }
                    // A broken link is a file until somebody reads it.
                    Some(path) if path.is_symlink() => {
                        self.claim(prefix, &directory, relative(&path));
                    }
                    path => {
                        let reason = error
                            .into_io_error()
                            .map_or_else(|| "unknown error".to_owned(), |error| error.to_string());
                        self.found.problems.push(
                            Problem::error("unreadable", format!("cannot be listed: {reason}"))
                                .in_file(path.unwrap_or_else(|| root.to_path_buf()))
                                .cure("make it readable, or ignore it with `-i NAME`"),
                        );
                    }
                },
            }
        }
    }

    /// Takes a file in, unless its path is taken.
    fn claim(&mut self, prefix: &str, directory: &Arc<Path>, found_path: Vec<u8>) {
        let found_path = LogicalPath::new(found_path);
        // Django saves names with forward slashes, whatever they hold.
        let plain = prefix.is_empty() && memchr::memchr(b'\\', found_path.as_bytes()).is_none();
        let key = if plain {
            found_path.clone()
        } else {
            let slash = if prefix.is_empty() || prefix.ends_with('/') {
                ""
            } else {
                "/"
            };
            let mut joined = format!("{prefix}{slash}").into_bytes();
            joined.extend_from_slice(found_path.as_bytes());
            joined
                .iter_mut()
                .filter(|byte| **byte == b'\\')
                .for_each(|byte| *byte = b'/');
            LogicalPath::new(joined)
        };
        let climbs = key.as_bytes().split(|&byte| byte == b'/');
        if climbs.into_iter().any(|part| part == b"..") || key.as_bytes().starts_with(b"/") {
            self.found.problems.push(
                Problem::error(
                    "outside-static-root",
                    format!("{key} would be written outside STATIC_ROOT"),
                )
                .in_file(directory.join(found_path.as_path()))
                .cure("use a prefix in STATICFILES_DIRS without a leading slash or `..`"),
            );
            return;
        }
        let normal = normpath(key.as_bytes());
        let path = if normal == key.as_bytes() {
            key.clone()
        } else {
            LogicalPath::new(normal)
        };
        let asset = Asset {
            key,
            path,
            found_path,
            directory: Arc::clone(directory),
        };
        if self.claimed.insert(asset.key.clone()) {
            self.found.assets.push(asset);
        } else {
            let after = self.found.assets.len();
            self.found.conflicts.push(Conflict { asset, after });
        }
    }
}

/// A directory's files before its directories, each by name: the order in
/// which Django walks, made repeatable.
fn files_first(a: &DirEntry, b: &DirEntry) -> std::cmp::Ordering {
    let key = |entry: &DirEntry| (entry.file_type().is_dir(), entry.file_name().to_owned());
    key(a).cmp(&key(b))
}

/// Whether a directory is STATIC_ROOT: what was collected into a source
/// directory is not collected again.
fn is_same(path: &Path, static_root: &Path) -> bool {
    path.file_name() == static_root.file_name()
        && std::fs::canonicalize(path).is_ok_and(|path| path == static_root)
}
