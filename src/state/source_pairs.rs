//! Remembers which sources are compressed copies of other sources, so that the next run need
//! not decode them again. Knows contents, and no paths.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::{ContentId, Encoding};

/// The pairs of contents of which one is the compressed copy of the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePairs(BTreeSet<SourcePair>);

/// A content, and one that has the name of its compressed copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourcePair([u8; blake3::OUT_LEN]);

impl SourcePair {
    pub fn new(encoding: Encoding, copy: ContentId, content: ContentId) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(encoding.suffix().as_bytes());
        hasher.update(copy.as_bytes());
        hasher.update(content.as_bytes());
        Self(hasher.finalize().into())
    }
}

impl SourcePairs {
    pub fn contains(&self, pair: SourcePair) -> bool {
        self.0.contains(&pair)
    }
}

impl FromIterator<SourcePair> for SourcePairs {
    fn from_iter<T: IntoIterator<Item = SourcePair>>(pairs: T) -> Self {
        Self(pairs.into_iter().collect())
    }
}
