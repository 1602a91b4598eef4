//! What a record stores of one file in STATIC_ROOT and its compressed copies.

use serde::{Deserialize, Serialize};

use super::path_hash::{PathHash, hash_path};
use crate::model::{ContentId, Encoding, Encodings, LogicalPath, Stamp};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    pub(super) path: PathHash,
    /// The stamp when the file had the content.
    pub stamp: Stamp,
    id: [u8; blake3::OUT_LEN],
    /// The digest of the spec by which its compressed copies were made.
    spec: Option<[u8; blake3::OUT_LEN]>,
    /// The copies that were worth keeping.
    pub copies: Vec<(Encoding, Stamp)>,
}

impl FileRecord {
    pub fn new(
        path: &LogicalPath,
        stamp: Stamp,
        content: ContentId,
        spec: Option<blake3::Hash>,
        copies: Vec<(Encoding, Stamp)>,
    ) -> Self {
        Self {
            path: hash_path(path.as_bytes()),
            stamp,
            id: content.into(),
            spec: spec.map(Into::into),
            copies,
        }
    }

    pub fn has_content(&self, content: ContentId) -> bool {
        self.id == *content.as_bytes()
    }

    /// Returns whether the copies were made by the spec with this digest.
    pub fn has_spec(&self, spec: Option<blake3::Hash>) -> bool {
        self.spec == spec.map(Into::into)
    }

    pub fn encodings(&self) -> Encodings {
        self.copies.iter().map(|(encoding, _)| *encoding).collect()
    }
}
