//! Compresses a content with one of the encoders.

use super::saving::saves_enough;
use super::spec::CompressionSpec;
use super::{brotli, gzip, zstd};
use crate::model::Encoding;

/// Returns the compressed copy of a content, or `None` if it is not worth keeping.
///
/// ```
/// use staticc::encode::{encoder::encode, spec::CompressionSpec};
/// use staticc::model::Encoding::{Brotli, Gzip};
/// let spec = CompressionSpec {
///     encodings: [Brotli, Gzip].into_iter().collect(),
///     brotli_quality: 11,
///     limit: 950_000,
/// };
/// assert_eq!(encode(b"", &spec, Gzip), None);
/// assert!(encode(&[b'x'; 1000], &spec, Gzip).is_some());
/// ```
pub fn encode(content: &[u8], spec: &CompressionSpec, encoding: Encoding) -> Option<Vec<u8>> {
    if content.is_empty() {
        return None;
    }
    let encoded = match encoding {
        Encoding::Brotli => brotli::encode(content, spec.brotli_quality),
        Encoding::Gzip => gzip::encode(content, spec.limit),
        Encoding::Zstd => zstd::encode(content),
    };
    encoded.filter(|bytes| saves_enough(content.len(), bytes.len(), spec.limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Otherwise the cache would return copies of another version of an encoder.
    #[test]
    fn identities_name_the_encoders_in_use() {
        let lock: toml::Table = include_str!("../../Cargo.lock").parse().unwrap();
        let packages = lock["package"].as_array().unwrap();
        for identity in [brotli::IDENTITY, gzip::IDENTITY, zstd::IDENTITY] {
            let crates = identity.split(',').next().unwrap();
            let words: Vec<&str> = crates.split(' ').collect();
            for pair in words.chunks(2) {
                let used = packages.iter().any(|package| {
                    package["name"].as_str() == Some(pair[0])
                        && package["version"].as_str() == Some(pair[1])
                });
                assert!(used, "{pair:?} is not in Cargo.lock");
            }
        }
    }
}
