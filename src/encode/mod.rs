//! Bytes → compressed bytes, and whether they are worth keeping. PURE:
//! knows no paths and no files. The rules are WhiteNoise's
//! (`whitenoise/compress.py`): brotli first; a content on which brotli does
//! not pay gets no other copy; every other encoding is judged by itself.

pub mod brotli;
pub mod decode;
pub mod gzip;

use crate::model::{Encoding, Encodings};

/// What compressed copies a file wants.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CompressionSpec {
    /// Which.
    pub encodings: Encodings,
    /// 0 to 11.
    pub brotli_quality: u32,
    /// The largest size that is worth keeping, in millionths of the
    /// original.
    pub limit: u32,
}

/// One compressed copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// How it is compressed.
    pub encoding: Encoding,
    /// The compressed bytes.
    pub bytes: Vec<u8>,
}

impl CompressionSpec {
    /// Everything that the bytes of one copy depend on besides the content,
    /// the encoders' versions too.
    pub fn identity(&self, encoding: Encoding) -> String {
        let limit = self.limit;
        match encoding {
            Encoding::Brotli => {
                let quality = self.brotli_quality;
                format!("{} quality {quality} limit {limit}", brotli::IDENTITY)
            }
            Encoding::Gzip => format!("{} limit {limit}", gzip::IDENTITY),
            Encoding::Zstd => format!("{ZSTD} level {ZSTD_LEVEL} limit {limit}"),
        }
    }

    /// All that the copies depend on besides the content.
    pub fn digest(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for encoding in self.encodings.iter() {
            hasher.update(self.identity(encoding).as_bytes());
            hasher.update(&[0]);
        }
        hasher.finalize()
    }

    /// The copies worth keeping, where `copy` gives the one of an encoding
    /// unless it does not pay.
    pub fn keep<E>(
        &self,
        mut copy: impl FnMut(Encoding) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Vec<Encoded>, E> {
        let mut kept = Vec::new();
        for encoding in self.encodings.iter() {
            match copy(encoding)? {
                Some(bytes) => kept.push(Encoded { encoding, bytes }),
                None if encoding == Encoding::Brotli => break,
                None => {}
            }
        }
        Ok(kept)
    }
}

/// One copy of a content, or `None` if it does not pay.
///
/// ```
/// use staticc::encode::{CompressionSpec, encode};
/// use staticc::model::Encoding::{Brotli, Gzip};
/// let spec = CompressionSpec { encodings: [Brotli, Gzip].into_iter().collect(), brotli_quality: 11, limit: 950_000 };
/// assert_eq!(encode(b"", &spec, Gzip), None);
/// assert!(encode(&[b'x'; 1000], &spec, Gzip).is_some());
/// ```
pub fn encode(content: &[u8], recipe: &CompressionSpec, encoding: Encoding) -> Option<Vec<u8>> {
    if content.is_empty() {
        return None;
    }
    let bytes = match encoding {
        Encoding::Brotli => brotli::encode(content, recipe.brotli_quality),
        Encoding::Gzip => gzip::encode(content, recipe.limit),
        Encoding::Zstd => zstd::bulk::compress(content, ZSTD_LEVEL).ok(),
    };
    bytes.filter(|bytes| pays(content.len(), bytes.len(), recipe.limit))
}

/// Whether a copy of this size is worth keeping. Sizes in bytes.
fn pays(original: usize, compressed: usize, limit: u32) -> bool {
    compressed as u128 * 1_000_000 <= original as u128 * u128::from(limit)
}

/// What encodes zstd, as the identity names it.
const ZSTD: &str = "zstd 0.14.3";

/// The highest level without a large window.
const ZSTD_LEVEL: i32 = 19;

#[cfg(test)]
mod tests {
    use super::*;

    /// A cached result of another encoder must not be taken for this one's.
    #[test]
    fn identities_name_the_encoders_in_use() {
        let lock: toml::Table = include_str!("../../Cargo.lock").parse().unwrap();
        let packages = lock["package"].as_array().unwrap();
        for identity in [brotli::IDENTITY, gzip::IDENTITY, ZSTD] {
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
