//! The settings of `[staticc.publish]`. Holds no credentials: they come from the environment.

use globset::GlobMatcher;

use crate::model::{Encoding, LogicalPath, Retention};
use crate::store::acl::ObjectAcl;
use crate::store::url::{Endpoint, StoreUrl};

/// How many requests are sent at a time if nothing else is set.
pub const DEFAULT_JOBS: u32 = 32;

/// How many releases stay in a store if nothing else is set.
pub const DEFAULT_KEEP: u32 = 5;

/// The header of plain names if nothing else is set.
pub const DEFAULT_CACHE_CONTROL: &str = "public, max-age=60";

#[derive(Clone, Debug)]
pub struct PublishSettings {
    pub store: Option<StoreUrl>,
    /// The server that speaks S3. `None` stands for that of the environment.
    pub endpoint: Option<Endpoint>,
    /// What the objects are. `None` stands for gzip where STATIC_ROOT has such copies.
    pub encoding: Option<ObjectEncoding>,
    /// Whether compressed copies are objects too.
    pub copies: bool,
    /// The header of plain names.
    pub cache_control: String,
    /// Who may read the objects. `None` leaves that to the store.
    pub acl: Option<ObjectAcl>,
    /// Files that are not published.
    pub exclude: Vec<GlobMatcher>,
    /// How many requests are sent at a time.
    pub jobs: u32,
    /// Which releases stay when the store is pruned.
    pub retention: Retention,
}

impl PublishSettings {
    /// Returns whether the file of this path is not published.
    pub fn excludes(&self, path: &LogicalPath) -> bool {
        let mut globs = self.exclude.iter();
        globs.any(|glob| glob.is_match(path.as_path()))
    }
}

/// The encoding of published objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectEncoding {
    /// Files as they are.
    Identity,
    /// Compressed copies, where there are some.
    Compressed(Encoding),
}
