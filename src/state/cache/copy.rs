//! One compressed copy of a content, from the cache or made now.

use super::Cache;
use super::entry::Key;
use crate::encode::{CompressionSpec, encode};
use crate::model::{ContentId, Encoding};

/// One copy of a content, or `None` if it does not pay. The bytes are asked
/// for only where the cache does not have it.
pub fn copy<'b, E>(
    cache: &Cache,
    content: ContentId,
    (recipe, encoding): (&CompressionSpec, Encoding),
    bytes: impl FnOnce() -> Result<&'b [u8], E>,
) -> Result<Option<Vec<u8>>, E> {
    let key = Key::new(content, &recipe.identity(encoding));
    cache.get_or(&key, || Ok(encode(bytes()?, recipe, encoding)))
}
