//! Reads settings files and flags into [`Settings`]. Owns the meaning of every setting. Knows no
//! source files, and not what is in STATIC_ROOT.

pub mod allow;
pub mod cache_fields;
pub mod cache_settings;
pub mod choices;
pub mod compression;
pub mod digest;
pub mod directory_overlap;
pub mod django_checks;
pub mod fields;
pub mod finder;
pub mod installed_apps;
pub mod keys;
pub mod layers;
pub mod load;
pub mod path_values;
pub mod problem_list;
pub mod project_settings;
pub mod publish;
pub mod publish_fields;
pub mod reader;
pub mod reference_levels;
pub mod schema;
pub mod storage;
pub mod template_loaders;
pub mod templates;
pub mod treatment_globs;
pub mod tree;
pub mod validate;
pub mod value_type;

use std::path::PathBuf;

pub use self::allow::{Allow, AllowKind};
pub use self::cache_settings::CacheSettings;
pub use self::compression::{Compression, CompressionRule};
pub use self::finder::{Finder, FinderListing, OtherFinder, StaticDir};
pub use self::publish::{ObjectEncoding, PublishSettings};
pub use self::reference_levels::ReferenceLevels;
pub use self::treatment_globs::{PlacedGlob, TreatmentGlobs};
use crate::model::{App, Backend, DjangoVersion, ReferenceRules};

/// All settings of a run, checked and with defaults.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `STATIC_URL` with `FORCE_SCRIPT_NAME` in it, as Django uses it.
    pub static_url: String,
    /// `OPTIONS.location` of the storage, or `STATIC_ROOT`. Absolute, without `.` or `..`.
    pub static_root: PathBuf,
    /// In order, with duplicates.
    pub finders: Vec<Finder>,
    pub static_dirs: Vec<StaticDir>,
    /// The apps of `INSTALLED_APPS`, in order.
    pub apps: Vec<App>,
    /// The template directories in the order of lookup, each once. They need not exist.
    pub template_dirs: Vec<PathBuf>,
    /// Patterns of files that are never collected.
    pub ignore_patterns: Vec<String>,
    /// Patterns of files that are not collected without `--no-default-ignore`.
    pub default_ignore_patterns: Vec<String>,
    pub backend: Backend,
    /// The mode of files. `None` stands for what the umask leaves.
    pub file_mode: Option<u32>,
    /// The mode of new directories. `None` stands for what the umask leaves.
    pub directory_mode: Option<u32>,
    /// The name of the manifest in STATIC_ROOT.
    pub manifest_name: String,
    /// The option `support_js_module_import_aggregation` of the storage.
    pub js_aggregation: bool,
    /// Whether `WHITENOISE_KEEP_ONLY_HASHED_FILES` is set.
    pub keep_only_hashed: bool,
    /// The extensions, without a dot, of files that are not compressed.
    pub skip_compress_extensions: Vec<String>,
    /// The version of Django whose rules apply.
    pub django: DjangoVersion,
    /// By whose rules references are found.
    pub references: ReferenceRules,
    /// The files that are not treated as others are.
    pub treatments: TreatmentGlobs,
    /// What a missing reference of each kind amounts to.
    pub missing_references: ReferenceLevels,
    /// The problems that the project allows.
    pub allow: Vec<Allow>,
    pub compression: Compression,
    pub cache: CacheSettings,
    pub publish: PublishSettings,
}

impl Settings {
    /// Returns whether only fingerprinted files stay in STATIC_ROOT.
    pub fn keeps_only_hashed(&self) -> bool {
        self.backend == Backend::CompressedManifest && self.keep_only_hashed
    }
}
