//! The settings of `[staticc.cache]`. Holds no credentials: they come from the environment.

use std::path::PathBuf;

use crate::model::RemoteAccess;
use crate::store::url::{Endpoint, StoreUrl};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    /// `None` stands for the user's cache directory.
    pub dir: Option<PathBuf>,
    /// The largest size in bytes.
    pub max_size: u64,
    /// The store of the remote cache.
    pub remote: Option<StoreUrl>,
    /// The server of the remote cache that speaks S3. `None` stands for that of the environment.
    pub remote_endpoint: Option<Endpoint>,
    pub remote_access: RemoteAccess,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            dir: None,
            max_size: 2 << 30,
            remote: None,
            remote_endpoint: None,
            remote_access: RemoteAccess::default(),
        }
    }
}
