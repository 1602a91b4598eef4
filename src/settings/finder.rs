//! The finders of a project, and the directories that they list.

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::LogicalPath;

/// An entry of the setting `STATICFILES_FINDERS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finder {
    FileSystem,
    AppDirectories,
    /// A finder of the project, whose files only Python can list.
    Other(Arc<OtherFinder>),
}

/// Django's two finders with their names, in Django's order.
pub const FINDERS: [(&str, Finder); 2] = [
    (
        "django.contrib.staticfiles.finders.FileSystemFinder",
        Finder::FileSystem,
    ),
    (
        "django.contrib.staticfiles.finders.AppDirectoriesFinder",
        Finder::AppDirectories,
    ),
];

impl Finder {
    /// Returns the one of Django's two with this name.
    pub fn of_django(name: &str) -> Option<Self> {
        let mut finders = FINDERS.into_iter();
        finders.find_map(|(known, finder)| (known == name).then_some(finder))
    }

    /// Returns the name in `STATICFILES_FINDERS`.
    pub fn name(&self) -> &str {
        if let Self::Other(finder) = self {
            return &finder.name;
        }
        let mut finders = FINDERS.iter();
        let known = finders.find(|(_, finder)| finder == self);
        known.map_or("", |(name, _)| name)
    }
}

/// A finder of the project, with the files that it lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherFinder {
    /// The name in `STATICFILES_FINDERS`.
    pub name: String,
    /// In the order of the finder.
    pub listings: Vec<FinderListing>,
    /// The patterns that apply from this finder on, in place of Django's, if it changes them. They
    /// are not normalised.
    pub ignore_patterns: Option<Vec<String>>,
}

/// The files that a finder lists in one directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinderListing {
    /// The prefix of their paths, without a slash at the end.
    pub prefix: String,
    /// The directory, as an absolute path.
    pub root: PathBuf,
    /// Relative to the directory.
    pub files: Arc<[LogicalPath]>,
}

/// An entry of `STATICFILES_DIRS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticDir {
    pub prefix: String,
    /// The directory, absolute and without `.` or `..`.
    pub root: PathBuf,
    /// The directory as written, by which Django distinguishes directories.
    pub written: String,
}
