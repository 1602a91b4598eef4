//! One static file of a run, and its path under STATIC_ROOT. Holds paths only;
//! reads nothing.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::treatment::Treatment;

/// A `/`-separated path under STATIC_ROOT, in bytes. Python decodes file names
/// to text, with lone surrogates for bytes that are not UTF-8; here they stay
/// bytes. Reference-counted, because paths are cloned often.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LogicalPath(Arc<[u8]>);

impl LogicalPath {
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into().into())
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the path for the file system, relative to STATIC_ROOT.
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.0))
    }

    /// Returns the path with a suffix such as `.gz`.
    #[must_use]
    pub fn with_suffix(&self, suffix: &str) -> Self {
        Self([&self.0, suffix.as_bytes()].concat().into())
    }

    /// Returns the path as text; bytes that are not UTF-8 become U+FFFD.
    pub fn to_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// Whether Django rewrites references in the file: its name ends with `.css`
    /// or `.js`, in lower case.
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

/// The index of an asset in the run's list, which is in the order of the finders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetId(pub u32);

impl AssetId {
    /// Returns the id of the asset at an index. A run has far fewer than `u32::MAX`.
    pub fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One static file that takes part in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The manifest's key: prefix and path as Django joins them. It may have
    /// parts that are not canonical, as `./p/x.txt` does.
    pub key: LogicalPath,
    /// The path of the plain copy: the key without `.` and double slashes.
    pub path: LogicalPath,
    /// The path relative to its source directory, which Django prints.
    pub found_path: LogicalPath,
    /// The source directory, absolute.
    pub directory: Arc<Path>,
    pub treatment: Treatment,
    /// Whether the run looks for references in its text.
    pub is_scanned: bool,
}

impl Asset {
    /// Returns an asset that is treated as Django does.
    pub fn new(
        key: LogicalPath,
        path: LogicalPath,
        found_path: LogicalPath,
        directory: Arc<Path>,
    ) -> Self {
        Self {
            is_scanned: path.is_adjustable(),
            key,
            path,
            found_path,
            directory,
            treatment: Treatment::default(),
        }
    }

    /// Returns an asset whose key is a canonical path, and that is found under this path.
    pub fn at(path: LogicalPath, directory: Arc<Path>) -> Self {
        Self::new(path.clone(), path.clone(), path, directory)
    }

    /// Returns the absolute path of the source.
    pub fn source(&self) -> PathBuf {
        self.directory.join(self.found_path.as_path())
    }
}
