//! How the compressed copies of a file are made, and which are kept.

use super::{brotli, gzip, zstd};
use crate::model::{Encoding, Encodings};

/// How the compressed copies of a file are made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CompressionSpec {
    pub encodings: Encodings,
    /// From 0 (fast) to 11 (small).
    pub brotli_quality: u32,
    /// The largest size that is worth keeping, in millionths of the original.
    pub limit: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    pub encoding: Encoding,
    pub bytes: Vec<u8>,
}

impl CompressionSpec {
    /// Returns a text of everything that the bytes of a copy depend on besides the content:
    /// encoder, version and parameters.
    pub fn identity(&self, encoding: Encoding) -> String {
        let limit = self.limit;
        match encoding {
            Encoding::Brotli => {
                let quality = self.brotli_quality;
                format!("{} quality {quality} limit {limit}", brotli::IDENTITY)
            }
            Encoding::Gzip => format!("{} limit {limit}", gzip::IDENTITY),
            Encoding::Zstd => {
                let level = zstd::LEVEL;
                format!("{} level {level} limit {limit}", zstd::IDENTITY)
            }
        }
    }

    /// Returns a hash of the identities of all encodings.
    pub fn digest(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for encoding in self.encodings.iter() {
            hasher.update(self.identity(encoding).as_bytes());
            hasher.update(&[0]);
        }
        hasher.finalize()
    }

    /// Returns the copies to keep, besides those that stay. `copy` makes the copy of an
    /// encoding, or returns `None` if it is not worth keeping. As in WhiteNoise, Brotli comes
    /// first, and a content for which Brotli is not worth it gets no other copy.
    pub fn keep<E>(
        &self,
        staying: Encodings,
        mut copy: impl FnMut(Encoding) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Vec<Encoded>, E> {
        let mut kept = Vec::new();
        for encoding in self.encodings.without(staying).iter() {
            match copy(encoding)? {
                Some(bytes) => kept.push(Encoded { encoding, bytes }),
                None if encoding == Encoding::Brotli => break,
                None => {}
            }
        }
        Ok(kept)
    }
}
