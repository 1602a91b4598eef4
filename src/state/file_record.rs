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
    /// The digest of the spec by which the run decided which compressed copies it has.
    spec: Option<[u8; blake3::OUT_LEN]>,
    /// The copies that were there after the run.
    pub copies: Vec<CopyRecord>,
}

/// A compressed copy that decoded to the content of its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyRecord {
    pub encoding: Encoding,
    /// The stamp when the copy had been written or checked.
    pub stamp: Stamp,
    /// Whether it has the bytes that the spec leads to.
    pub is_of_spec: bool,
}

impl FileRecord {
    pub fn new(
        path: &LogicalPath,
        stamp: Stamp,
        content: ContentId,
        spec: Option<blake3::Hash>,
        copies: Vec<CopyRecord>,
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

    /// Returns whether the file had all copies that are worth keeping by the spec with this
    /// digest.
    pub fn has_spec(&self, spec: Option<blake3::Hash>) -> bool {
        self.spec == spec.map(Into::into)
    }

    pub fn copy(&self, encoding: Encoding) -> Option<&CopyRecord> {
        self.copies.iter().find(|copy| copy.encoding == encoding)
    }

    pub fn encodings(&self) -> Encodings {
        self.copies.iter().map(|copy| copy.encoding).collect()
    }
}
