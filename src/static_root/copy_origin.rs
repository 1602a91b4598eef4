//! Finds the entry of the cache that a compressed copy in STATIC_ROOT comes from. Changes
//! nothing.

use std::io;
use std::path::{Path, PathBuf};

use crate::disk;
use crate::model::{Encoding, LogicalPath};
use crate::plan::compression::CompressionSpecs;
use crate::settings::Settings;
use crate::state::cache::Cache;
use crate::state::cache::copy::entry_of_copy;

pub struct CopyOrigin<'a> {
    pub cache: &'a Cache,
    specs: CompressionSpecs<'a>,
}

impl<'a> CopyOrigin<'a> {
    pub fn new(cache: &'a Cache, settings: &'a Settings) -> Self {
        let specs = CompressionSpecs::new(settings);
        Self { cache, specs }
    }

    /// Returns the file of the entry that has the same bytes as the compressed copy of a path,
    /// and is used for its content.
    pub fn entry(
        &self,
        path: &LogicalPath,
        content: &Path,
        encoding: Encoding,
        copy: &Path,
    ) -> Option<PathBuf> {
        let spec = self.specs.of_path(path).ok()?;
        let content_id = || -> io::Result<blake3::Hash> {
            let (content, _) = disk::open(content)?;
            Ok(blake3::Hasher::new().update_reader(content)?.finalize())
        };
        entry_of_copy(self.cache, content_id().ok()?, spec, encoding, copy)
    }
}
