//! The encodings of compressed copies, and the suffixes of their names. Knows no
//! encoder.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Encoding {
    Brotli,
    Gzip,
    Zstd,
}

impl Encoding {
    /// In the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Zstd];

    /// Returns what follows the file's name in the name of the copy.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }

    /// Returns the value of the header `Content-Encoding`.
    pub fn header(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// A set of encodings, as a bit mask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Encodings(u8);

impl Encodings {
    pub fn contains(self, encoding: Encoding) -> bool {
        self.0 & (1 << encoding as u8) != 0
    }

    pub fn insert(&mut self, encoding: Encoding) {
        self.0 |= 1 << encoding as u8;
    }

    /// Returns the encodings that are not in `others`.
    #[must_use]
    pub fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Returns the encodings of both.
    #[must_use]
    pub fn union(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Returns the encodings that are in both.
    #[must_use]
    pub fn intersection(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    pub fn iter(self) -> impl Iterator<Item = Encoding> {
        Encoding::ALL
            .into_iter()
            .filter(move |&encoding| self.contains(encoding))
    }

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
    /// The file is larger than this `staticc.compression.max_size`, in bytes.
    Size(#[serde(skip)] u64),
    /// The file cannot be read.
    Unreadable,
}
