//! Reads the table `[staticc.cache]`. Does not know how settings depend on each other.

use super::CacheSettings;
use super::choices::REMOTE_ACCESS;
use super::fields::size;
use super::layers::Layers;
use super::publish_fields::parsed;
use super::reader::Section;
use crate::store::url::{Endpoint, StoreKind, StoreUrl};

pub fn cache(table: &Section<'_>, layers: &Layers) -> CacheSettings {
    let default = CacheSettings::default();
    let remote = parsed(table, "remote", StoreUrl::parse);
    let is_other = |remote: &StoreUrl| remote.kind != StoreKind::S3;
    if let Some((_, span)) = table.placed_text("remote_endpoint")
        && remote.as_ref().is_some_and(is_other)
    {
        let wanted = "left out: only s3:// has an endpoint in the settings";
        table.refuse("remote_endpoint", span, wanted);
    }
    CacheSettings {
        dir: table.text("dir").map(|dir| layers.resolve(dir)),
        max_size: size(table).unwrap_or(default.max_size),
        remote,
        remote_endpoint: parsed(table, "remote_endpoint", Endpoint::parse),
        remote_access: table
            .word("remote_access", &REMOTE_ACCESS)
            .unwrap_or_default(),
    }
}
