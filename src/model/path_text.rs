//! Paths as text in JSON, for `#[serde(serialize_with = …)]`: bytes that are
//! not UTF-8 become U+FFFD. Does not know which paths are shown shortened.

use std::path::{Path, PathBuf};

use serde::Serializer;

pub fn one<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// Serializes a path that is present; combine it with `skip_serializing_if`.
#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
pub fn optional<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    one(path.as_deref().unwrap_or(Path::new("")), serializer)
}

pub fn all<S: Serializer>(paths: &[PathBuf], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(paths.iter().map(|path| path.to_string_lossy()))
}
