//! The kinds of compressed copies and the names they go by. Knows no
//! encoder.

/// A kind of compressed copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// `.br`
    Brotli,
    /// `.gz`
    Gzip,
    /// `.zst`
    Zstd,
}

impl Encoding {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Zstd];

    /// What the copy's name has after the file's.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }
}
