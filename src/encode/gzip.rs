//! Compresses with gzip, without time and name. The bytes are libdeflate's, which are fewer
//! than zlib's. A copy exists exactly where WhiteNoise, which uses zlib, keeps one.

use std::io::Write as _;

use super::saving::saves_enough;

/// Names the encoder in the identity of a compressed copy.
pub(super) const IDENTITY: &str = "libdeflater 1.26.1 flate2 1.1.10 libz-sys 1.1.31, level 10";

/// The header of both encoders: no time, no name, the best compression, and no system.
pub(super) const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];

/// The level of libdeflate, see `docs/encoders.md`.
const LEVEL: i32 = 10;

/// How far from the limit the two encoders may differ in whether a copy is kept, in
/// millionths of the original.
const MAX_DIFFERENCE: u32 = 150_000;

/// Returns `None` if the copy of zlib saves too little.
pub(super) fn encode(content: &[u8], limit: u32) -> Option<Vec<u8>> {
    let level = libdeflater::CompressionLvl::new(LEVEL).ok()?;
    let mut compressor = libdeflater::Compressor::new(level);
    let mut out = vec![0; compressor.gzip_compress_bound(content.len())];
    let size = compressor.gzip_compress(content, &mut out).ok()?;
    out.truncate(size);
    if is_near(content.len(), size, limit) {
        let by_zlib = zlib(content)?;
        if !saves_enough(content.len(), by_zlib.len(), limit) {
            return None;
        }
        if by_zlib.len() < out.len() {
            return Some(by_zlib);
        }
    }
    Some(out)
}

/// Returns whether zlib may decide otherwise. Small files differ by their headers.
fn is_near(original: usize, compressed: usize, limit: u32) -> bool {
    const HEADERS: u128 = 16;
    let part = |millionths: u32| original as u128 * u128::from(millionths) / 1_000_000;
    part(limit).abs_diff(compressed as u128) <= part(MAX_DIFFERENCE) + HEADERS
}

/// Compresses as Python's `gzip` module does at level 9.
fn zlib(content: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = flate2::GzBuilder::new()
        .operating_system(255)
        .write(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_copy_has_the_header() {
        let content = b"static files ".repeat(1000);
        assert!(encode(&content, 950_000).unwrap().starts_with(&HEADER));
        assert!(zlib(&content).unwrap().starts_with(&HEADER));
    }
}
