//! The Django releases whose behavior staticc reproduces. Does not know what
//! differs between them (see `rewrite::rules`).

use std::fmt;
use std::str::FromStr;

/// A feature release of Django.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DjangoVersion {
    V4_2,
    V5_0,
    V5_1,
    V5_2,
    V6_0,
    V6_1,
}

impl DjangoVersion {
    /// All versions, the oldest first.
    pub const ALL: [Self; 6] = [
        Self::V4_2,
        Self::V5_0,
        Self::V5_1,
        Self::V5_2,
        Self::V6_0,
        Self::V6_1,
    ];

    /// The version of a project that states none.
    pub const NEWEST: Self = Self::V6_1;

    /// Returns the feature release of a version such as `"5.2.8"`, if it is known.
    pub fn of(version: &str) -> Option<Self> {
        let mut parts = version.split('.');
        let release = [parts.next()?, parts.next()?].join(".");
        release.parse().ok()
    }

    /// Returns the version as users write it in settings: `6.1`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V4_2 => "4.2",
            Self::V5_0 => "5.0",
            Self::V5_1 => "5.1",
            Self::V5_2 => "5.2",
            Self::V6_0 => "6.0",
            Self::V6_1 => "6.1",
        }
    }
}

impl fmt::Display for DjangoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DjangoVersion {
    type Err = ();

    /// Parses `5.2`; a version that is not known is an error.
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|version| version.as_str() == text)
            .ok_or(())
    }
}
