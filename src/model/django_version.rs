//! Which Django's behaviour is asked for. Owns the list of known versions;
//! does not know what differs between them (see `rewrite::rules`).

use std::fmt;
use std::str::FromStr;

/// A Django feature release whose behaviour staticc reproduces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DjangoVersion {
    /// Django 4.2.
    V4_2,
    /// Django 5.0.
    V5_0,
    /// Django 5.1.
    V5_1,
    /// Django 5.2.
    V5_2,
    /// Django 6.0.
    V6_0,
    /// Django 6.1.
    V6_1,
}

impl DjangoVersion {
    /// All known versions, oldest first.
    pub const ALL: [Self; 6] = [
        Self::V4_2,
        Self::V5_0,
        Self::V5_1,
        Self::V5_2,
        Self::V6_0,
        Self::V6_1,
    ];

    /// The version used when nothing says otherwise.
    pub const NEWEST: Self = Self::V6_1;

    /// The release of a version such as `"5.2.8"`, if its rules are known.
    pub fn of(version: &str) -> Option<Self> {
        let mut parts = version.split('.');
        let release = [parts.next()?, parts.next()?].join(".");
        release.parse().ok()
    }

    /// The name as written in settings: `"6.1"`.
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

    /// Reads `"5.2"`; anything but a known feature release is an error.
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|version| version.as_str() == text)
            .ok_or(())
    }
}
