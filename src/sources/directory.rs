//! Which directories the finders look in, in their order, and what a path
//! would be there. Reads no directory.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::{FinderEntry, LogicalPath};
use crate::pystd::urllib::normal;
use crate::settings::{Finder, FinderListing, OtherFinder, Settings, StaticDir};

/// A directory whose files take part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceDirectory {
    /// Who looks there.
    pub finder: Finder,
    /// The entry of the settings that it belongs to, as it is written; of a
    /// pair, the directory.
    pub entry: String,
    /// What its files' paths begin with, without a slash at the end.
    pub prefix: String,
    /// Where it is.
    pub root: PathBuf,
    /// Its files, where they are not all that is there.
    pub listed: Option<Arc<[LogicalPath]>>,
}

impl SourceDirectory {
    /// All of them; the first that has a path wins it.
    pub fn all(settings: &Settings) -> Vec<Self> {
        let finders = settings.finders.iter();
        finders
            .flat_map(|finder| match finder {
                Finder::FileSystem => static_dirs(&settings.static_dirs),
                Finder::AppDirectories => apps(settings),
                Finder::Other(other) => listings(finder, other),
            })
            .collect()
    }

    /// Why somebody looks here.
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

    /// What Django calls a file below this directory.
    pub fn key(&self, found_path: &LogicalPath) -> LogicalPath {
        // It saves names with forward slashes, whatever they hold.
        let plain = memchr::memchr(b'\\', found_path.as_bytes()).is_none();
        if plain && self.prefix.is_empty() {
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

    /// Where a file is below this directory, links in the way resolved where
    /// it is not without.
    pub fn below(&self, file: &Path) -> Option<LogicalPath> {
        let path = |below: &Path| LogicalPath::new(below.as_os_str().as_bytes());
        if let Ok(below) = normal(file).strip_prefix(&self.root) {
            return Some(path(below));
        }
        let (file, root) = (file.canonicalize().ok()?, self.root.canonicalize().ok()?);
        file.strip_prefix(root).ok().map(path)
    }

    /// The path below this directory that such a logical path would have.
    pub fn relative<'p>(&self, path: &'p LogicalPath) -> Option<&'p Path> {
        if self.prefix.is_empty() {
            return Some(path.as_path());
        }
        let rest = path.as_bytes().strip_prefix(self.prefix.as_bytes())?;
        Some(Path::new(OsStr::from_bytes(rest.strip_prefix(b"/")?)))
    }
}

fn static_dirs(dirs: &[StaticDir]) -> Vec<SourceDirectory> {
    let mut seen = Vec::new();
    let mut directories = Vec::new();
    for dir in dirs {
        let place = (&dir.prefix, &dir.written);
        if seen.contains(&place) {
            continue;
        }
        seen.push(place);
        // Django keeps one storage for each directory as it is written, so
        // that the last prefix given for it is used every time.
        let same = |other: &&StaticDir| other.written == dir.written;
        let last = dirs.iter().rfind(same).unwrap_or(dir);
        directories.push(SourceDirectory {
            finder: Finder::FileSystem,
            entry: dir.written.clone(),
            prefix: last.prefix.clone(),
            root: dir.root.clone(),
            listed: None,
        });
    }
    directories
}

fn apps(settings: &Settings) -> Vec<SourceDirectory> {
    let directory = |app: &crate::model::App| SourceDirectory {
        finder: Finder::AppDirectories,
        entry: app.entry.clone(),
        prefix: String::new(),
        root: app.directory.join("static"),
        listed: None,
    };
    settings.apps.iter().map(directory).collect()
}

fn listings(finder: &Finder, other: &OtherFinder) -> Vec<SourceDirectory> {
    let directory = |listing: &FinderListing| SourceDirectory {
        finder: finder.clone(),
        entry: other.name.clone(),
        prefix: listing.prefix.clone(),
        root: listing.root.clone(),
        listed: Some(Arc::clone(&listing.files)),
    };
    other.listings.iter().map(directory).collect()
}
