//! The settings of `[staticc.cache]`.

use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    /// `None` stands for the user's cache directory.
    pub dir: Option<PathBuf>,
    /// The largest size in bytes.
    pub max_size: u64,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            dir: None,
            max_size: 2 << 30,
        }
    }
}
