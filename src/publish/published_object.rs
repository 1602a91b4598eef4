//! An object that a release is to have in a store. Holds no bytes.

use serde::{Deserialize, Serialize};

use crate::model::{Encoding, LogicalPath};
use crate::store::headers::ObjectHeaders;

/// What an object is in its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectRole {
    /// Its name depends on its content, which therefore never changes.
    Fingerprinted,
    /// Its name stays when its content changes.
    Plain,
    /// `staticfiles.json`.
    Manifest,
}

/// An object that a release is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedObject {
    /// Its key below the prefix of the store.
    pub key: String,
    pub role: ObjectRole,
    /// The file in STATIC_ROOT that has its bytes.
    pub source: LogicalPath,
    /// The file that the source is a compressed copy of.
    pub copy_of: Option<(LogicalPath, Encoding)>,
    /// The size of the object in bytes, as it is sent.
    pub size: u64,
    /// The BLAKE3 hash in hexadecimal digits.
    pub digest: String,
    pub headers: ObjectHeaders,
}
