//! Gets a compressed copy of a content from the cache, or makes it. An entry that others may
//! have written is compared with the content first.

use std::path::{Path, PathBuf};

use super::entry::{CacheKey, CachedCopy, OVERHEAD};
use super::{Cache, FoundEntry};
use crate::disk;
use crate::encode::decode::is_copy;
use crate::encode::encoder::encode;
use crate::encode::saving::saves_enough;
use crate::encode::spec::CompressionSpec;
use crate::model::{ContentId, Encoding, Encodings};

/// Returns the compressed copy of a content, or `None` if it is not worth keeping. Calls
/// `bytes` only if it needs the content. A content without an id is not cached.
pub fn compressed_copy<'b, E>(
    cache: &Cache,
    content: Option<ContentId>,
    spec: &CompressionSpec,
    encoding: Encoding,
    bytes: impl FnOnce() -> Result<&'b [u8], E>,
) -> Result<Option<Vec<u8>>, E> {
    let Some(content) = content else {
        return Ok(encode(bytes()?, spec, encoding));
    };
    let key = CacheKey::new(content, &spec.identity(encoding));
    let found = cache.find(&key);
    let (protected, unprotected) = match found {
        Some(entry) if entry.is_protected() => (Some(entry), None),
        entry => (None, entry),
    };
    let read = |entry: FoundEntry, limit| cache.read(&entry, &key, limit);
    if let Some(cached) = protected.and_then(|entry| read(entry, u64::MAX)) {
        cache.count_hit();
        return Ok(cached.into_bytes());
    }
    let content = bytes()?;
    let cached = unprotected.and_then(|entry| read(entry, content.len() as u64));
    if let Some(CachedCopy::Copy(copy)) = cached
        && saves_enough(content.len(), copy.len(), spec.limit)
        && is_copy(encoding, &copy[..], content).unwrap_or(false)
    {
        cache.count_hit();
        return Ok(Some(copy));
    }
    // Nothing but compressing shows that a copy is not worth keeping.
    let made = CachedCopy::from(encode(content, spec, encoding));
    cache.count_miss();
    cache.insert(&key, &made);
    Ok(made.into_bytes())
}

/// Returns whether one of these copies would have to be made, as far as is known without
/// reading the entries.
pub fn lacks_copies(
    cache: &Cache,
    content: ContentId,
    spec: &CompressionSpec,
    encodings: Encodings,
) -> bool {
    for encoding in encodings.iter() {
        let key = CacheKey::new(content, &spec.identity(encoding));
        match cache.find(&key) {
            None => return true,
            // Without a copy by Brotli there is no other one, as in `CompressionSpec::keep`.
            Some(entry) if encoding == Encoding::Brotli && entry.size() == OVERHEAD => {
                return false;
            }
            Some(_) => {}
        }
    }
    false
}

/// Caches a copy that was not made here, and that was compared with its content.
pub fn insert_copy(
    cache: &Cache,
    content: ContentId,
    spec: &CompressionSpec,
    encoding: Encoding,
    copy: &[u8],
) {
    let key = CacheKey::new(content, &spec.identity(encoding));
    cache.insert(&key, &CachedCopy::Copy(copy.to_vec()));
}

/// Returns the file of the entry for a content, if the compressed copy at a path has the same
/// bytes.
pub fn entry_of_copy(
    cache: &Cache,
    content: ContentId,
    spec: &CompressionSpec,
    encoding: Encoding,
    copy: &Path,
) -> Option<PathBuf> {
    let key = CacheKey::new(content, &spec.identity(encoding));
    let entry = cache.find(&key)?;
    let (copy, metadata) = disk::open(copy).ok()?;
    let is_same_size = metadata.len().checked_add(OVERHEAD) == Some(entry.size());
    let cached = is_same_size.then(|| entry.peek(&key))??;
    let copy = disk::read_open(&copy, metadata.len()).ok()?;
    (cached == CachedCopy::Copy(copy)).then(|| cache.locate(&entry))?
}
