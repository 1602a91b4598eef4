//! A short hash that stands for a path in a record.

use crate::model::Asset;

/// The first half of a path's BLAKE3 hash.
pub type PathHash = [u8; 16];

pub fn hash_path(path: &[u8]) -> PathHash {
    let mut hash = PathHash::default();
    hash.copy_from_slice(&blake3::hash(path).as_bytes()[..size_of::<PathHash>()]);
    hash
}

pub fn hash_source_path(asset: &Asset) -> PathHash {
    hash_path(asset.source().as_os_str().as_encoded_bytes())
}
