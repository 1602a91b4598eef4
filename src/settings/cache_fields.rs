//! Reads the table `[staticc.cache]`. Does not know how settings depend on each other.

use super::CacheSettings;
use super::choices::REMOTE_ACCESS;
use super::fields::size;
use super::layers::Layers;
use super::publish_fields::{endpoint, parsed};
use super::reader::Section;
use crate::store::url::StoreUrl;

pub fn cache(table: &Section<'_>, layers: &Layers) -> CacheSettings {
    let default = CacheSettings::default();
    let remote = parsed(table, "remote", StoreUrl::parse);
    CacheSettings {
        dir: table.text("dir").map(|dir| layers.resolve(dir)),
        max_size: size(table).unwrap_or(default.max_size),
        remote_endpoint: endpoint(table, "remote_endpoint", remote.as_ref()),
        remote,
        remote_access: table
            .word("remote_access", &REMOTE_ACCESS)
            .unwrap_or_default(),
    }
}
