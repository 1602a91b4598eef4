//! Compresses with Brotli, to the bytes of Python's `brotli` package. Several threads share
//! a huge content.

use std::io::Write as _;

use brotli::enc::threading::{Owned, SendAlloc};
use brotli::enc::{
    BrotliEncoderMaxCompressedSizeMulti, BrotliEncoderParams, StandardAlloc, UnionHasher,
    compress_multi,
};

/// Names the encoder in the identity of a compressed copy.
pub(super) const IDENTITY: &str =
    "brotlic 0.8.2 brotlic-sys 0.2.2 brotli 9.1.1, window 22, up to 4 parts of 4 MiB";

/// The window of the Python package, as a power of two.
const WINDOW: u8 = 22;

/// The size of the parts of a huge content, in bytes. Without parts, one huge file leaves all
/// cores but one idle. The encoder of a part sees those before it, and the copy is about 0.2 %
/// larger. The number of parts depends on the size only, so that the bytes are repeatable.
const PART: usize = 4 << 20;

/// More parts would need too much memory.
const PARTS: usize = 4;

/// Compresses with a quality from 0 to 11. Returns `None` if memory is lacking.
pub(super) fn encode(content: &[u8], quality: u32) -> Option<Vec<u8>> {
    let parts = (content.len() / PART).clamp(1, PARTS);
    if parts == 1 {
        whole(content, quality)
    } else {
        in_parts(content, quality, parts)
    }
}

fn whole(content: &[u8], quality: u32) -> Option<Vec<u8>> {
    let encoder = brotlic::BrotliEncoderOptions::new()
        .quality(brotlic::Quality::new(u8::try_from(quality).ok()?).ok()?)
        .window_size(brotlic::WindowSize::new(WINDOW).ok()?)
        .build()
        .ok()?;
    let mut writer = brotlic::CompressorWriter::with_encoder(encoder, Vec::new());
    writer.write_all(content).ok()?;
    writer.into_inner().ok()
}

fn in_parts(content: &[u8], quality: u32, parts: usize) -> Option<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: i32::try_from(quality).ok()?,
        lgwin: i32::from(WINDOW),
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut out = vec![0; BrotliEncoderMaxCompressedSizeMulti(content.len(), parts)];
    let memory = || SendAlloc::new(StandardAlloc::default(), UnionHasher::Uninit);
    let mut memories: Vec<_> = std::iter::repeat_with(memory).take(parts).collect();
    let mut content = Owned::new(Bytes(content.to_vec()));
    let size = compress_multi(&params, &mut content, &mut out, &mut memories[..]).ok()?;
    out.truncate(size);
    Some(out)
}

/// Bytes as the `brotli` crate's threads take them.
struct Bytes(Vec<u8>);

impl brotli::SliceWrapper<u8> for Bytes {
    fn slice(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All threads together make one copy, the same every time.
    #[test]
    fn a_huge_content_is_one_copy() {
        let line = |number: usize| format!("line {number} of a huge text\n");
        let content: String = (0..330_000).map(line).collect();
        assert!(content.len() > 2 * PART);
        let copy = encode(content.as_bytes(), 5).unwrap();
        assert_eq!(Some(&copy), encode(content.as_bytes(), 5).as_ref());
        let mut decoded = Vec::new();
        brotli::BrotliDecompress(&mut copy.as_slice(), &mut decoded).unwrap();
        assert_eq!(decoded, content.as_bytes());
    }
}
