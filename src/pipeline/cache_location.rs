//! Chooses the cache's directory, and refuses one that the project serves or
//! collects. Does not know what the cache holds.

use std::path::Path;

use crate::model::{Code, Problem};
use crate::settings::{CacheSettings, Settings};
use crate::state::cache::Cache;

/// Where the command line places the cache.
pub struct CacheLocation<'a> {
    /// The value of `--cache-dir`.
    pub flag: Option<&'a Path>,
    pub directory: &'a Path,
}

impl CacheLocation<'_> {
    /// Returns the cache of the command line, the settings or the user, in this order.
    pub fn open(&self, settings: &CacheSettings) -> Cache {
        let flag = self.flag.map(|flag| self.directory.join(flag));
        let directory = flag
            .or_else(|| settings.dir.clone())
            .or_else(Cache::default_directory);
        Cache::new(directory, settings.max_size)
    }
}

/// Fails if the cache is where its files are served or collected.
pub fn check(cache: &Cache, settings: &Settings) -> Result<(), Problem> {
    let Some(directory) = cache.directory() else {
        return Ok(());
    };
    let (parent, effect) = if directory.starts_with(&settings.static_root) {
        (settings.static_root.clone(), "is served")
    } else if let Some(source) = settings.source_around(directory) {
        (source, "is collected")
    } else {
        return Ok(());
    };
    let message = format!("the cache is in {}, which {effect}", parent.display());
    Err(Problem::error(Code::MisplacedCache, message)
        .in_file(directory)
        .help("name another directory with --cache-dir or in [staticc.cache]"))
}
