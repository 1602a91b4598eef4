//! Entries for the tests of the remote cache.

use super::entry::EntryOf;
use crate::encode::encoder::encode;
use crate::encode::spec::{CompressionSpec, Encoded};

/// Returns what an entry of this content is about.
pub fn entry_of<'a>(content: &[u8], spec: &'a CompressionSpec) -> EntryOf<'a> {
    EntryOf {
        content: blake3::hash(content),
        size: content.len() as u64,
        spec,
    }
}

/// Returns all copies of a content by this recipe.
pub fn copies(content: &[u8], spec: &CompressionSpec) -> Vec<Encoded> {
    let copy = |encoding| Encoded {
        encoding,
        bytes: encode(content, spec, encoding).unwrap(),
    };
    spec.encodings.iter().map(copy).collect()
}
