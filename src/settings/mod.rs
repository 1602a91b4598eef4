//! Settings: what to collect, from where, to where and by whose rules.
//! Owns the meaning of every setting once read; knows no source files and
//! no STATIC_ROOT content.

pub mod checks;
pub mod digest;
pub mod directory_overlap;
pub mod fields;
pub mod given;
pub mod installed;
pub mod keys;
pub mod load;
pub mod paths;
pub mod problems;
pub mod reader;
pub mod schema;
pub mod shape;
pub mod storage;
pub mod templates;
pub mod text;
pub mod tree;
pub mod validate;
pub mod words;

use std::path::PathBuf;
use std::sync::Arc;

use globset::GlobMatcher;

use crate::model::{
    App, Backend, Code, DjangoVersion, Encoding, LogicalPath, ReferenceKind, ReportLevel,
    SourceSpan,
};

/// Everything a run needs to know, checked and with defaults filled in.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `STATIC_URL` as Django sees it, `FORCE_SCRIPT_NAME` already in it.
    pub static_url: String,
    /// The storage's location (`OPTIONS.location` or `STATIC_ROOT`),
    /// absolute and without `.` or `..`.
    pub static_root: PathBuf,
    /// Finders, in order, no duplicates removed.
    pub finders: Vec<Finder>,
    /// `STATICFILES_DIRS` in order.
    pub static_dirs: Vec<StaticDir>,
    /// The apps of `INSTALLED_APPS` in order, each with its directory.
    pub apps: Vec<App>,
    /// Directories that templates are looked up in, in order, each once;
    /// they need not exist.
    pub template_dirs: Vec<PathBuf>,
    /// Of what is never collected, as written.
    pub ignore_patterns: Vec<String>,
    /// Of what is not collected unless the command line says otherwise, as
    /// written.
    pub default_ignore_patterns: Vec<String>,
    /// The storage.
    pub backend: Backend,
    /// Mode for files; `None`: what the umask leaves.
    pub file_mode: Option<u32>,
    /// Mode for new directories; `None`: what the umask leaves.
    pub directory_mode: Option<u32>,
    /// Name of the manifest under STATIC_ROOT.
    pub manifest_name: String,
    /// `support_js_module_import_aggregation`.
    pub js_aggregation: bool,
    /// `WHITENOISE_KEEP_ONLY_HASHED_FILES`.
    pub keep_only_hashed: bool,
    /// Extensions (no dot) that are not compressed.
    pub skip_compress_extensions: Vec<String>,
    /// Whose rules.
    pub django: DjangoVersion,
    /// What a reference to nothing is.
    pub missing_references: ReportLevel,
    /// Severities for some references.
    pub allow: Vec<Allow>,
    /// How compressed copies are made.
    pub compression: Compression,
    /// Where results are kept.
    pub cache: CacheSettings,
}

impl Settings {
    /// Whether only fingerprinted files stay in STATIC_ROOT.
    pub fn keeps_only_hashed(&self) -> bool {
        self.backend == Backend::CompressedManifest && self.keep_only_hashed
    }
}

/// One of `STATICFILES_FINDERS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finder {
    /// `django.contrib.staticfiles.finders.FileSystemFinder`
    FileSystem,
    /// `django.contrib.staticfiles.finders.AppDirectoriesFinder`
    AppDirectories,
    /// Another one, which only Python can ask for its files.
    Other(Arc<OtherFinder>),
}

impl Finder {
    /// The one of Django's two that has this name.
    pub fn of_django(name: &str) -> Option<Self> {
        let mut finders = words::FINDERS.into_iter();
        finders.find_map(|(known, finder)| (known == name).then_some(finder))
    }

    /// Its name, as in the settings.
    pub fn name(&self) -> &str {
        if let Self::Other(finder) = self {
            return &finder.name;
        }
        let mut finders = words::FINDERS.iter();
        let own = finders.find(|(_, finder)| finder == self);
        own.map_or("", |(name, _)| name)
    }
}

/// A finder of somebody else's, with what it listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherFinder {
    /// As in the settings.
    pub name: String,
    /// Its files, in its order.
    pub listings: Vec<FinderListing>,
}

/// Files that a finder lists in one directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinderListing {
    /// What their paths begin with, without a slash at the end.
    pub prefix: String,
    /// The directory, absolute.
    pub root: PathBuf,
    /// Below the directory.
    pub files: Arc<[LogicalPath]>,
}

/// One entry of `STATICFILES_DIRS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticDir {
    /// `""` where there is none.
    pub prefix: String,
    /// The directory, absolute and without `.` or `..`.
    pub root: PathBuf,
    /// The directory as written in the settings: Django keys on it.
    pub written: String,
}

/// One `[[staticc.allow]]`.
#[derive(Clone, Debug)]
pub struct Allow {
    /// Tested against the logical path of the file that refers, or that the
    /// problem is about.
    pub path: GlobMatcher,
    /// What it is about.
    pub kind: AllowKind,
    /// `Warn` or `Ignore`.
    pub level: ReportLevel,
    /// The settings file, as it is shown.
    pub file: PathBuf,
    /// Where in it.
    pub place: SourceSpan,
}

/// What a `[[staticc.allow]]` is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowKind {
    /// References of every kind in css and js.
    AnyReference,
    /// References of one kind.
    Reference(ReferenceKind),
    /// The problem with this code.
    Problem(Code),
}

impl AllowKind {
    /// Whether what is about this is about the other.
    pub fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::AnyReference, Self::Reference(kind)) => kind != ReferenceKind::Template,
            _ => self == other,
        }
    }

    /// Whether it is about what is said while css and js are collected.
    pub fn is_of_collecting(self) -> bool {
        match self {
            Self::AnyReference => true,
            Self::Reference(kind) => kind != ReferenceKind::Template,
            Self::Problem(_) => false,
        }
    }
}

/// `[staticc.compression]`.
#[derive(Clone, Debug)]
pub struct Compression {
    /// Which copies, in order.
    pub encodings: Vec<Encoding>,
    /// 0 to 11.
    pub brotli_quality: u32,
    /// The share of the original that a copy must save, 0 to 1.
    pub min_saving: f64,
    /// First match wins.
    pub rules: Vec<CompressionRule>,
}

/// One `[[staticc.compression.rule]]`; what is `None` is inherited.
#[derive(Clone, Debug)]
pub struct CompressionRule {
    /// Tested against the logical path.
    pub path: GlobMatcher,
    /// Overrides the encodings.
    pub encodings: Option<Vec<Encoding>>,
    /// Overrides the brotli quality.
    pub brotli_quality: Option<u32>,
    /// Overrides the saving.
    pub min_saving: Option<f64>,
}

/// `[staticc.cache]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    /// `None`: the user's cache directory.
    pub dir: Option<PathBuf>,
    /// In bytes.
    pub max_size: u64,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            dir: None,
            max_size: 2 << 30,
        }
    }
}
