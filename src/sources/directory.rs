//! The directories that the finders list, in their order. Reads no directory.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ignore_patterns::IgnorePatterns;
use crate::model::{App, FinderEntry, LogicalPath};
use crate::pystd::posixpath::normalize;
use crate::settings::{Finder, FinderListing, OtherFinder, Settings, StaticDir};

/// A directory whose files are collected.
#[derive(Clone, Debug)]
pub struct SourceDirectory {
    pub finder: Finder,
    /// The entry of the settings as written. Of a pair, the directory.
    pub entry: String,
    /// The prefix of its files' paths, without a slash at the end. May be empty.
    pub prefix: String,
    pub root: PathBuf,
    /// The files that a finder of the project lists. `None`: all files of the directory.
    pub listed: Option<Arc<[LogicalPath]>>,
    /// The patterns of its files that are not collected.
    pub patterns: Arc<IgnorePatterns>,
}

impl SourceDirectory {
    /// Returns the directories of all finders. The patterns apply until a finder changes them.
    pub fn all(settings: &Settings, patterns: IgnorePatterns) -> Vec<Self> {
        let mut patterns = Arc::new(patterns);
        let mut all = Vec::new();
        for finder in &settings.finders {
            match finder {
                Finder::FileSystem => all.extend(static_dirs(&settings.static_dirs, &patterns)),
                Finder::AppDirectories => all.extend(apps(&settings.apps, &patterns)),
                Finder::Other(other) => {
                    if let Some(changed) = &other.ignore_patterns {
                        // No finder knows the patterns of [staticc].
                        let added = IgnorePatterns::new(&settings.ignore_patterns);
                        patterns = Arc::new(IgnorePatterns::of_finder(changed).and(&added));
                    }
                    all.extend(listings(finder, other, &patterns));
                }
            }
        }
        all
    }

    /// Returns the setting that lists the directory.
    pub fn finder_entry(&self) -> FinderEntry {
        FinderEntry {
            finder: self.finder.name().to_owned(),
            setting: match &self.finder {
                Finder::FileSystem => "STATICFILES_DIRS",
                Finder::AppDirectories => "INSTALLED_APPS",
                Finder::Other(_) => "STATICFILES_FINDERS",
            },
            entry: self.entry.clone(),
            prefix: self.prefix.clone(),
        }
    }

    /// Returns the path that Django collects a file of the directory under.
    pub fn key(&self, found_path: &LogicalPath) -> LogicalPath {
        // Django saves names with forward slashes only.
        let has_no_backslash = memchr::memchr(b'\\', found_path.as_bytes()).is_none();
        if has_no_backslash && self.prefix.is_empty() {
            return found_path.clone();
        }
        let slash = if self.prefix.is_empty() || self.prefix.ends_with('/') {
            ""
        } else {
            "/"
        };
        let mut key = format!("{}{slash}", self.prefix).into_bytes();
        key.extend_from_slice(found_path.as_bytes());
        for byte in key.iter_mut().filter(|byte| **byte == b'\\') {
            *byte = b'/';
        }
        LogicalPath::new(key)
    }

    /// Returns the path of a file in the directory. Resolves links if the file is not
    /// in the directory by name.
    pub fn below(&self, file: &Path) -> Option<LogicalPath> {
        let path = |below: &Path| LogicalPath::new(below.as_os_str().as_bytes());
        if let Ok(below) = normalize(file).strip_prefix(&self.root) {
            return Some(path(below));
        }
        let (file, root) = (file.canonicalize().ok()?, self.root.canonicalize().ok()?);
        file.strip_prefix(root).ok().map(path)
    }

    /// Returns the path in the directory that would be collected as `path`.
    pub fn relative<'p>(&self, path: &'p LogicalPath) -> Option<&'p Path> {
        if self.prefix.is_empty() {
            return Some(path.as_path());
        }
        let rest = path.as_bytes().strip_prefix(self.prefix.as_bytes())?;
        Some(Path::new(OsStr::from_bytes(rest.strip_prefix(b"/")?)))
    }
}

fn static_dirs(dirs: &[StaticDir], patterns: &Arc<IgnorePatterns>) -> Vec<SourceDirectory> {
    // Django keeps one storage for each directory as it is written, so that the last prefix
    // given for it is used every time.
    let prefixes: HashMap<&str, &str> = dirs
        .iter()
        .map(|dir| (&dir.written[..], &dir.prefix[..]))
        .collect();
    let mut seen = HashSet::new();
    dirs.iter()
        .filter(|dir| seen.insert((&dir.prefix, &dir.written)))
        .map(|dir| SourceDirectory {
            finder: Finder::FileSystem,
            entry: dir.written.clone(),
            prefix: prefixes[&dir.written[..]].to_owned(),
            root: dir.root.clone(),
            listed: None,
            patterns: Arc::clone(patterns),
        })
        .collect()
}

fn apps(apps: &[App], patterns: &Arc<IgnorePatterns>) -> Vec<SourceDirectory> {
    let directory = |app: &App| SourceDirectory {
        finder: Finder::AppDirectories,
        entry: app.entry.clone(),
        prefix: String::new(),
        root: app.directory.join("static"),
        listed: None,
        patterns: Arc::clone(patterns),
    };
    apps.iter().map(directory).collect()
}

fn listings(
    finder: &Finder,
    other: &OtherFinder,
    patterns: &Arc<IgnorePatterns>,
) -> Vec<SourceDirectory> {
    let directory = |listing: &FinderListing| SourceDirectory {
        finder: finder.clone(),
        entry: other.name.clone(),
        prefix: listing.prefix.clone(),
        root: listing.root.clone(),
        listed: Some(Arc::clone(&listing.files)),
        patterns: Arc::clone(patterns),
    };
    other.listings.iter().map(directory).collect()
}
