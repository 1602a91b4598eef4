//! Reads the content of a file in STATIC_ROOT as far as `verify` needs it. Compares nothing.

use std::io;

use crate::disk;
use crate::model::{Asset, Fingerprint};

/// The content of a file.
pub(super) enum FileContent {
    /// A text that may have references.
    Text(Vec<u8>),
    /// Another content, which may be large and is not kept in memory.
    Other(Fingerprint),
}

impl FileContent {
    pub fn read(file: &Asset) -> io::Result<Self> {
        if file.is_scanned {
            disk::read(&file.source()).map(Self::Text)
        } else {
            let (file, _) = disk::open(&file.source())?;
            Fingerprint::of_reader(file).map(Self::Other)
        }
    }

    /// Returns the fingerprint of the content.
    pub fn fingerprint(&self) -> Fingerprint {
        match self {
            Self::Text(bytes) => Fingerprint::of(bytes),
            Self::Other(fingerprint) => *fingerprint,
        }
    }
}
