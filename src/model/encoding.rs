//! The kinds of compressed copies and the names they go by. Knows no
//! encoder.

use serde::{Deserialize, Serialize};

/// A kind of compressed copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Encoding {
    /// `.br`
    Brotli,
    /// `.gz`
    Gzip,
    /// `.zst`
    Zstd,
}

impl Encoding {
    /// All kinds, in the order they are tried.
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

/// Some of the kinds, in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Encodings(u8);

impl Encodings {
    /// Whether a kind is among them.
    pub fn contains(self, encoding: Encoding) -> bool {
        self.0 & (1 << encoding as u8) != 0
    }

    /// Adds a kind.
    pub fn insert(&mut self, encoding: Encoding) {
        self.0 |= 1 << encoding as u8;
    }

    /// Those that are not among the others.
    #[must_use]
    pub fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Encoding> {
        Encoding::ALL
            .into_iter()
            .filter(move |&encoding| self.contains(encoding))
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Encoding> for Encodings {
    fn from_iter<I: IntoIterator<Item = Encoding>>(encodings: I) -> Self {
        let mut all = Self::default();
        encodings
            .into_iter()
            .for_each(|encoding| all.insert(encoding));
        all
    }
}

/// Why a path gets no compressed copies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoCompressionReason {
    /// The storage backend makes no compressed copies.
    Backend,
    /// WHITENOISE_SKIP_COMPRESS_EXTENSIONS has this extension.
    Extension(#[serde(skip)] String),
    /// `[staticc.compression]` turns all encodings off.
    Settings,
    /// The file cannot be read.
    Unreadable,
}
