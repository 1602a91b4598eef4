//! Gets a compressed copy of a content from the cache, or makes it.

use super::Cache;
use super::entry::{CacheKey, CachedCopy};
use crate::encode::encoder::encode;
use crate::encode::spec::CompressionSpec;
use crate::model::{ContentId, Encoding};

/// Returns the compressed copy of a content, or `None` if it is not worth keeping. Calls
/// `bytes` only if the cache does not have the copy. A content without an id is not cached.
pub fn compressed_copy<'b, E>(
    cache: &Cache,
    content: Option<ContentId>,
    spec: &CompressionSpec,
    encoding: Encoding,
    bytes: impl FnOnce() -> Result<&'b [u8], E>,
) -> Result<Option<Vec<u8>>, E> {
    let make = || Ok(encode(bytes()?, spec, encoding));
    let Some(content) = content else {
        return make();
    };
    let key = CacheKey::new(content, &spec.identity(encoding));
    let cached = cache.get_or(&key, || make().map(CachedCopy::from))?;
    Ok(cached.into_bytes())
}
