//! The settings of `[staticc.compression]`.

use globset::GlobMatcher;

use crate::model::Encoding;

#[derive(Clone, Debug)]
pub struct Compression {
    /// The compressed copies, in the order in which they are tried.
    pub encodings: Vec<Encoding>,
    /// From 0 to 11.
    pub brotli_quality: u32,
    /// The share of the original that a copy must save, from 0 to 1.
    pub min_saving: f64,
    /// The largest file, in bytes, that gets compressed copies.
    pub max_size: u64,
    /// The first rule that matches a path counts.
    pub rules: Vec<CompressionRule>,
}

/// An entry of `[[staticc.compression.rule]]`. A `None` is inherited.
#[derive(Clone, Debug)]
pub struct CompressionRule {
    /// Matches the logical path.
    pub path: GlobMatcher,
    pub encodings: Option<Vec<Encoding>>,
    pub brotli_quality: Option<u32>,
    pub min_saving: Option<f64>,
}
