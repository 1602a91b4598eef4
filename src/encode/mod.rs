//! Bytes → compressed bytes, and whether they are worth keeping. PURE:
//! knows no paths and no files. The rules are WhiteNoise's
//! (`whitenoise/compress.py`): brotli first; a content on which brotli does
//! not pay gets no other copy; every other encoding is judged by itself.

use std::io::Write as _;

use crate::nouns::{Encoding, Encodings};

/// What compressed copies a file wants.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Recipe {
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

impl Recipe {
    /// Everything that the bytes of one copy depend on besides the content,
    /// the encoders' versions too.
    pub fn identity(&self, encoding: Encoding) -> String {
        let limit = self.limit;
        match encoding {
            Encoding::Brotli => {
                let quality = self.brotli_quality;
                format!("{BROTLI} quality {quality} window {BROTLI_WINDOW} limit {limit}")
            }
            Encoding::Gzip => format!("{DEFLATE} level {GZIP_LEVEL} limit {limit}"),
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
/// use staticc::encode::{Recipe, encode};
/// use staticc::nouns::Encoding::{Brotli, Gzip};
/// let recipe = Recipe { encodings: [Brotli, Gzip].into_iter().collect(), brotli_quality: 11, limit: 950_000 };
/// assert_eq!(encode(b"", &recipe, Gzip), None);
/// assert!(encode(&[b'x'; 1000], &recipe, Gzip).is_some());
/// ```
pub fn encode(content: &[u8], recipe: &Recipe, encoding: Encoding) -> Option<Vec<u8>> {
    if content.is_empty() {
        return None;
    }
    let bytes = match encoding {
        Encoding::Brotli => brotli(content, recipe.brotli_quality, recipe.limit),
        Encoding::Gzip => gzip(content, recipe.limit),
        Encoding::Zstd => zstd::bulk::compress(content, ZSTD_LEVEL).ok(),
    };
    bytes.filter(|bytes| pays(content.len(), bytes.len(), recipe.limit))
}

/// The encoders; a test holds that these are the versions in use.
const BROTLI: &str = "brotli 9.1.1 brotlic 0.8.2";
const DEFLATE: &str = "libdeflater 1.26.1 flate2 1.1.10 libz-sys 1.1.31";
const ZSTD: &str = "zstd 0.14.3";

/// Whether a copy of this size is worth keeping. Sizes in bytes.
fn pays(original: usize, compressed: usize, limit: u32) -> bool {
    compressed as u128 * 1_000_000 <= original as u128 * u128::from(limit)
}

/// The window of the `brotli` Python package, as a power of two.
const BROTLI_WINDOW: u8 = 22;

/// How far from the limit (in millionths) the two brotli encoders may
/// disagree on whether a copy pays. They are a few bytes apart.
const NEAR_BROTLI: u32 = 100_000;

/// Quality 0 to 11. Near the limit the reference encoder decides, since it
/// is what WhiteNoise asks.
fn brotli(content: &[u8], quality: u32, limit: u32) -> Option<Vec<u8>> {
    const BUFFER: usize = 64 * 1024;
    let mut out = Vec::new();
    let window = u32::from(BROTLI_WINDOW);
    let mut encoder = brotli::CompressorWriter::new(&mut out, BUFFER, quality, window);
    encoder.write_all(content).ok()?;
    drop(encoder);
    if is_near(content.len(), out.len(), limit, NEAR_BROTLI) {
        return reference_brotli(content, quality);
    }
    Some(out)
}

/// What Python's `brotli` package makes.
fn reference_brotli(content: &[u8], quality: u32) -> Option<Vec<u8>> {
    let encoder = brotlic::BrotliEncoderOptions::new()
        .quality(brotlic::Quality::new(u8::try_from(quality).ok()?).ok()?)
        .window_size(brotlic::WindowSize::new(BROTLI_WINDOW).ok()?)
        .size_hint(u32::try_from(content.len()).unwrap_or(0))
        .build()
        .ok()?;
    let mut writer = brotlic::CompressorWriter::with_encoder(encoder, Vec::new());
    writer.write_all(content).ok()?;
    writer.into_inner().ok()
}

/// Whether a size is within `distance` (in millionths of the original) of
/// the limit, or within the few bytes that headers make.
fn is_near(original: usize, compressed: usize, limit: u32, distance: u32) -> bool {
    const HEADERS: u128 = 16;
    let part = |millionths: u32| original as u128 * u128::from(millionths) / 1_000_000;
    part(limit).abs_diff(compressed as u128) <= part(distance) + HEADERS
}

/// Gzip without time and name: libdeflate's bytes. Near the limit zlib at
/// level 9 decides, since it is what WhiteNoise asks.
fn gzip(content: &[u8], limit: u32) -> Option<Vec<u8>> {
    let level = libdeflater::CompressionLvl::new(GZIP_LEVEL).ok()?;
    let mut compressor = libdeflater::Compressor::new(level);
    let mut out = vec![0; compressor.gzip_compress_bound(content.len())];
    let size = compressor.gzip_compress(content, &mut out).ok()?;
    out.truncate(size);
    if is_near(content.len(), size, limit, NEAR) {
        let judge = zlib(content)?;
        if !pays(content.len(), judge.len(), limit) {
            return None;
        }
        if judge.len() < out.len() {
            return Some(judge);
        }
    }
    Some(out)
}

/// libdeflate's level: see the table in the documentation.
const GZIP_LEVEL: i32 = 10;

/// How far from the limit (in millionths) two deflate encoders may disagree
/// on whether a copy pays.
const NEAR: u32 = 150_000;

/// What Python's `gzip` module makes at level 9.
fn zlib(content: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = flate2::GzBuilder::new()
        .operating_system(255)
        .write(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).ok()?;
    encoder.finish().ok()
}

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
        for name in [BROTLI, DEFLATE, ZSTD] {
            let words: Vec<&str> = name.split(' ').collect();
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
