//! One static file taking part, and its path under STATIC_ROOT. Holds
//! paths only: an `Asset` can read nothing.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// A `/`-separated path under STATIC_ROOT. Bytes, as file names are; equal
/// to Django's text where that is UTF-8 (its lone surrogates are our bytes
/// that are not UTF-8). Shared: a million paths are cloned often.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LogicalPath(Arc<[u8]>);

impl LogicalPath {
    /// The path with exactly these bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into().into())
    }

    /// The bytes of the path.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as the operating system takes it, relative to STATIC_ROOT.
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.0))
    }

    /// The path with more bytes at its end (`".gz"`).
    #[must_use]
    pub fn with_suffix(&self, suffix: &str) -> Self {
        Self([&self.0, suffix.as_bytes()].concat().into())
    }

    /// The path for people; bytes that are not UTF-8 become U+FFFD.
    pub fn to_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// Whether Django rewrites references in such a file: `*.css` and
    /// `*.js`, in lower case only.
    pub fn is_adjustable(&self) -> bool {
        self.0.ends_with(b".css") || self.0.ends_with(b".js")
    }
}

impl fmt::Display for LogicalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// Serializes the path as text for JSON; bytes that are not UTF-8 are lost.
impl Serialize for LogicalPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An asset's number in the run, in the order found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetId(pub u32);

impl AssetId {
    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One static file that takes part in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The manifest's key: prefix and found path as Django joins them, with
    /// odd spellings (`./p/x.txt`) kept.
    pub key: LogicalPath,
    /// Where the plain copy goes: the key without `.` and double slashes.
    pub path: LogicalPath,
    /// The path relative to its source directory, which Django prints.
    pub found_path: LogicalPath,
    /// The source directory, absolute.
    pub directory: Arc<Path>,
}

impl Asset {
    /// Absolute path of the file.
    pub fn source(&self) -> PathBuf {
        self.directory.join(self.found_path.as_path())
    }
}
