//! The texts that a setting may have, each with its value. Knows no key.

use super::allow::AllowKind;
use super::finder::FINDERS;
use super::publish::ObjectEncoding;
use crate::model::Backend;
use crate::model::{Code, Encoding, ReferenceKind, ReferenceRules, RemoteAccess, ReportLevel};
use crate::store::acl::ObjectAcl;

/// The backends of `STORAGES` and `STATICFILES_STORAGE`.
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

/// The names of [`BACKENDS`], the default first.
pub const BACKEND_NAMES: [&str; 4] = names(&BACKENDS);

/// The names of Django's two finders.
pub const FINDER_NAMES: [&str; 2] = names(&FINDERS);

/// The values of `encodings` in `[staticc.compression]`.
pub const ENCODINGS: [(&str, Encoding); 3] = [
    ("br", Encoding::Brotli),
    ("gz", Encoding::Gzip),
    ("zst", Encoding::Zstd),
];

/// The values of `encoding` in `[staticc.publish]`.
pub const OBJECT_ENCODINGS: [(&str, ObjectEncoding); 3] = [
    ("gzip", ObjectEncoding::Compressed(Encoding::Gzip)),
    ("br", ObjectEncoding::Compressed(Encoding::Brotli)),
    ("identity", ObjectEncoding::Identity),
];

/// The values of `acl` in `[staticc.publish]`.
pub const OBJECT_ACLS: [(&str, ObjectAcl); 5] = [
    ("private", ObjectAcl::Private),
    ("public-read", ObjectAcl::PublicRead),
    ("authenticated-read", ObjectAcl::AuthenticatedRead),
    ("bucket-owner-read", ObjectAcl::BucketOwnerRead),
    (
        "bucket-owner-full-control",
        ObjectAcl::BucketOwnerFullControl,
    ),
];

/// The values of `remote_access` in `[staticc.cache]`.
pub const REMOTE_ACCESS: [(&str, RemoteAccess); 2] = [
    ("read-write", RemoteAccess::ReadWrite),
    ("read-only", RemoteAccess::ReadOnly),
];

/// The values of `references`.
pub const REFERENCES: [(&str, ReferenceRules); 2] = [
    ("django", ReferenceRules::Django),
    ("browser", ReferenceRules::Browser),
];

/// The values of `missing_references`.
pub const LEVELS: [(&str, ReportLevel); 3] = [
    level(ReportLevel::Error),
    level(ReportLevel::Warn),
    level(ReportLevel::Ignore),
];

/// The values of `level` in `[[staticc.allow]]`. No entry makes an error.
pub const ALLOWED: [(&str, ReportLevel); 2] = [LEVELS[1], LEVELS[2]];

/// The values of `kind` in `[[staticc.allow]]`.
pub const KINDS: [(&str, AllowKind); 9] = [
    reference(ReferenceKind::Css),
    reference(ReferenceKind::SourceMap),
    reference(ReferenceKind::Js),
    reference(ReferenceKind::Webmanifest),
    reference(ReferenceKind::Template),
    problem(Code::DuplicatePath),
    problem(Code::CaseCollision),
    problem(Code::UnrequestableName),
    problem(Code::WrongSourceCopy),
];

/// Returns the text of a value. Empty if it is none of the choices.
pub fn name_of<T: PartialEq>(choices: &[(&'static str, T)], value: &T) -> &'static str {
    let mut known = choices.iter();
    known
        .find(|(_, known)| known == value)
        .map_or("", |(name, _)| name)
}

const fn level(level: ReportLevel) -> (&'static str, ReportLevel) {
    (level.as_str(), level)
}

const fn reference(kind: ReferenceKind) -> (&'static str, AllowKind) {
    (kind.as_str(), AllowKind::Reference(kind))
}

const fn problem(code: Code) -> (&'static str, AllowKind) {
    (code.as_str(), AllowKind::Problem(code))
}

/// Django's default ignore patterns.
pub const DEFAULT_IGNORE_PATTERNS: [&str; 3] = ["CVS", ".*", "*~"];

/// Returns the texts of a list of choices.
pub const fn names<T, const N: usize>(choices: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = choices[at].0;
        at += 1;
    }
    names
}

/// Returns `"a", "b" or "c"`.
pub fn one_of(texts: &[&str]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
