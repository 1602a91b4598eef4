//! Compresses with Zstandard, by the `zstd` crate.

/// Names the encoder in the identity of a compressed copy.
pub(super) const IDENTITY: &str = "zstd 0.14.3";

/// The highest level without a large window.
pub(super) const LEVEL: i32 = 19;

pub(super) fn encode(content: &[u8]) -> Option<Vec<u8>> {
    ::zstd::bulk::compress(content, LEVEL).ok()
}
