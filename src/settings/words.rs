//! The words that settings may hold, each with what it means. Knows no key.

use super::{AllowKind, Finder};
use crate::model::Backend;
use crate::model::{Code, Encoding, ReferenceKind, ReportLevel};

/// `BACKEND` of the storage, and `STATICFILES_STORAGE`.
pub const BACKENDS: [(&str, Backend); 4] = [
    (
        "whitenoise.storage.CompressedManifestStaticFilesStorage",
        Backend::CompressedManifest,
    ),
    (
        "whitenoise.storage.CompressedStaticFilesStorage",
        Backend::Compressed,
    ),
    (
        "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
        Backend::Manifest,
    ),
    (
        "django.contrib.staticfiles.storage.StaticFilesStorage",
        Backend::Plain,
    ),
];

/// `STATICFILES_FINDERS`, in Django's order.
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

/// The names of [`BACKENDS`], the default first.
pub const BACKEND_NAMES: [&str; 4] = names(&BACKENDS);

/// The names of [`FINDERS`].
pub const FINDER_NAMES: [&str; 2] = names(&FINDERS);

/// `encodings`.
pub const ENCODINGS: [(&str, Encoding); 3] = [
    ("br", Encoding::Brotli),
    ("gz", Encoding::Gzip),
    ("zst", Encoding::Zstd),
];

/// `missing_references`.
pub const LEVELS: [(&str, ReportLevel); 3] = [
    level(ReportLevel::Error),
    level(ReportLevel::Warn),
    level(ReportLevel::Ignore),
];

/// `level` of what is allowed: no error.
pub const ALLOWED: [(&str, ReportLevel); 2] = [LEVELS[1], LEVELS[2]];

/// `kind` of what is allowed.
pub const KINDS: [(&str, AllowKind); 7] = [
    reference(ReferenceKind::Css),
    reference(ReferenceKind::SourceMap),
    reference(ReferenceKind::Js),
    reference(ReferenceKind::Template),
    problem(Code::DuplicatePath),
    problem(Code::CaseCollision),
    problem(Code::UnrequestableName),
];

const fn level(level: ReportLevel) -> (&'static str, ReportLevel) {
    (level.as_str(), level)
}

const fn reference(kind: ReferenceKind) -> (&'static str, AllowKind) {
    (kind.as_str(), AllowKind::Reference(kind))
}

const fn problem(code: Code) -> (&'static str, AllowKind) {
    (code.as_str(), AllowKind::Problem(code))
}

/// `default_ignore_patterns`, which are Django's.
pub const PRIVATE: [&str; 3] = ["CVS", ".*", "*~"];

/// The words alone.
pub const fn names<T, const N: usize>(words: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = words[at].0;
        at += 1;
    }
    names
}

/// `"a", "b" or "c"`.
pub fn one_of(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}
