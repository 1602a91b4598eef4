//! Gzip without time and name: libdeflate's bytes, which are smaller than
//! zlib's, where zlib's would be kept, since it is zlib that WhiteNoise asks
//! whether a copy pays.

use std::io::Write as _;

use super::pays;

/// The crates, and what else the bytes depend on.
pub(super) const IDENTITY: &str = "libdeflater 1.26.1 flate2 1.1.10 libz-sys 1.1.31, level 10";

/// libdeflate's level: see `docs/encoders.md`.
const LEVEL: i32 = 10;

/// How far from the limit (in millionths of the original) the two encoders
/// may disagree on whether a copy pays.
const NEAR: u32 = 150_000;

/// A copy; `None` if zlib's would not pay.
pub(super) fn encode(content: &[u8], limit: u32) -> Option<Vec<u8>> {
    let level = libdeflater::CompressionLvl::new(LEVEL).ok()?;
    let mut compressor = libdeflater::Compressor::new(level);
    let mut out = vec![0; compressor.gzip_compress_bound(content.len())];
    let size = compressor.gzip_compress(content, &mut out).ok()?;
    out.truncate(size);
    if is_near(content.len(), size, limit) {
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

/// Whether a size is near the limit, or within the few bytes that headers
/// make.
fn is_near(original: usize, compressed: usize, limit: u32) -> bool {
    const HEADERS: u128 = 16;
    let part = |millionths: u32| original as u128 * u128::from(millionths) / 1_000_000;
    part(limit).abs_diff(compressed as u128) <= part(NEAR) + HEADERS
}

/// What Python's `gzip` module makes at level 9.
fn zlib(content: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = flate2::GzBuilder::new()
        .operating_system(255)
        .write(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).ok()?;
    encoder.finish().ok()
}
