//! The content of a source, and what earlier runs know of it. Reads nothing.

use std::path::Path;

use crate::model::{AssetId, ContentId, Fingerprint, Stamp};

/// Knows the contents of sources that earlier runs have read.
pub trait KnownContents: Sync {
    /// Returns the content of a source that still has this stamp, without its text.
    fn content(&self, asset: AssetId, source: &Path, stamp: &Stamp) -> Option<Content>;
}

#[derive(Clone, Debug)]
pub struct Content {
    /// `None` if the source was not read: the run only links it, or cannot read it.
    pub id: Option<ContentId>,
    /// The stamp at the time of reading.
    pub stamp: Stamp,
    /// `None` for adjustable assets, whose final text decides, and if the run needs
    /// no fingerprints.
    pub fingerprint: Option<Fingerprint>,
    /// `None` if the bytes are not kept in memory.
    pub bytes: Option<ContentBytes>,
}

/// Bytes of a source in memory.
#[derive(Clone, Debug)]
pub enum ContentBytes {
    /// Of an adjustable asset.
    Text(Vec<u8>),
    Raw(Box<[u8]>),
}

impl Content {
    pub fn bytes(&self) -> Option<&[u8]> {
        match self.bytes.as_ref()? {
            ContentBytes::Text(text) => Some(text),
            ContentBytes::Raw(bytes) => Some(bytes),
        }
    }

    /// Returns the text of an adjustable asset, if it is in memory.
    pub fn text(&self) -> Option<&[u8]> {
        match self.bytes.as_ref()? {
            ContentBytes::Text(text) => Some(text),
            ContentBytes::Raw(_) => None,
        }
    }
}
