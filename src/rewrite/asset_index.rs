//! The assets and their directories, by the names that references use. Knows no URLs.

use std::collections::{HashMap, HashSet};

use crate::model::{Asset, AssetId};

pub(super) struct AssetIndex<'a> {
    assets: &'a [Asset],
    by_key: HashMap<&'a [u8], AssetId>,
    /// Assets whose path is not spelled as their key.
    odd: HashMap<&'a [u8], AssetId>,
    directories: HashSet<&'a [u8]>,
}

impl<'a> AssetIndex<'a> {
    pub fn new(assets: &'a [Asset]) -> Self {
        let mut by_key = HashMap::with_capacity(assets.len());
        let mut odd = HashMap::new();
        let mut directories = HashSet::from([b".".as_slice()]);
        for (id, asset) in (0..).map(AssetId).zip(assets) {
            by_key.entry(asset.key.as_bytes()).or_insert(id);
            if asset.path != asset.key {
                odd.entry(asset.path.as_bytes()).or_insert(id);
            }
            let mut path = asset.path.as_bytes();
            while let Some(slash) = memchr::memrchr(b'/', path) {
                path = &path[..slash];
                if !directories.insert(path) {
                    break;
                }
            }
        }
        Self {
            assets,
            by_key,
            odd,
            directories,
        }
    }

    pub fn asset(&self, id: AssetId) -> &'a Asset {
        &self.assets[id.index()]
    }

    /// Returns the asset with this key in the manifest.
    pub fn with_key(&self, key: &[u8]) -> Option<AssetId> {
        self.by_key.get(key).copied()
    }

    /// Returns the asset whose plain copy is at a path.
    pub fn at_path(&self, path: &[u8]) -> Option<AssetId> {
        let spelled = self.by_key.get(path);
        let same = spelled.filter(|id| self.asset(**id).path.as_bytes() == path);
        let found = match (same, self.odd.get(path)) {
            (Some(same), Some(odd)) => same.min(odd),
            (same, odd) => same.or(odd)?,
        };
        Some(*found)
    }

    /// Returns whether there are assets below a path.
    pub fn has_directory(&self, path: &[u8]) -> bool {
        self.directories.contains(path)
    }
}
