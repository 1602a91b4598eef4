//! What a run may do with a remote cache, and what it did.

use serde::Serialize;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemoteAccess {
    ReadOnly,
    #[default]
    ReadWrite,
}

/// What a run did with a remote cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RemoteCacheSummary {
    /// Contents whose copies came from the cache.
    pub hits: usize,
    /// Contents that the cache was asked for in vain.
    pub misses: usize,
    /// Contents whose copies were written.
    pub written: usize,
    pub access: RemoteAccess,
}
