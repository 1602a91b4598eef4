//! Bytes → compressed bytes, and whether they are worth keeping. PURE:
//! knows no paths and no files. The rules are WhiteNoise's
//! (`whitenoise/compress.py`): brotli first; a content on which brotli does
//! not pay gets no other copy; every other encoding is judged by itself.

use std::io::Write as _;

use crate::nouns::Encoding;

/// What compressed copies a file wants.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Recipe {
    /// Which, in the order they are tried.
    pub encodings: Vec<Encoding>,
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

/// The copies worth keeping.
///
/// ```
/// use staticc::encode::{Recipe, encode};
/// use staticc::nouns::Encoding;
/// let recipe = Recipe { encodings: vec![Encoding::Brotli, Encoding::Gzip], brotli_quality: 11, limit: 950_000 };
/// assert_eq!(encode(b"", &recipe), vec![]);
/// assert_eq!(encode(&[b'x'; 1000], &recipe).len(), 2);
/// ```
pub fn encode(content: &[u8], recipe: &Recipe) -> Vec<Encoded> {
    let mut kept = Vec::new();
    if content.is_empty() {
        return kept;
    }
    for &encoding in &recipe.encodings {
        let bytes = match encoding {
            Encoding::Brotli => brotli(content, recipe.brotli_quality, recipe.limit),
            Encoding::Gzip => gzip(content, recipe.limit),
            Encoding::Zstd => zstd(content),
        };
        match bytes.filter(|bytes| pays(content.len(), bytes.len(), recipe.limit)) {
            Some(bytes) => kept.push(Encoded { encoding, bytes }),
            None if encoding == Encoding::Brotli => break,
            None => {}
        }
    }
    kept
}

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

/// Zstandard at the highest level without a large window.
fn zstd(content: &[u8]) -> Option<Vec<u8>> {
    const LEVEL: i32 = 19;
    zstd::bulk::compress(content, LEVEL).ok()
}
