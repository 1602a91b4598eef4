//! Owns the record of a check, for the next one: the stamps of the texts and templates
//! without problems, and what the texts refer to. Opens no file. A record that is
//! missing, damaged or of other inputs reads as an empty one.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::collect_record::body;
use super::inputs_digest::InputsDigest;
use super::path_hash::{PathHash, hash_path};
use crate::model::{AssetId, Stamp};

/// A text without problems.
#[derive(Debug)]
pub struct CleanText {
    pub id: AssetId,
    pub stamp: Stamp,
    pub targets: Vec<AssetId>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct CheckRecord {
    inputs: InputsDigest,
    /// The stamp and the targets of each text, by asset.
    texts: BTreeMap<u32, (Stamp, Vec<u32>)>,
    templates: BTreeMap<PathHash, Stamp>,
}

/// The first bytes of a record. The last one is the version of the format.
const MAGIC: &[u8] = b"staticc check\x01";

impl CheckRecord {
    pub fn new(inputs: InputsDigest) -> Self {
        Self {
            inputs,
            ..Self::default()
        }
    }

    /// Reads a record. One of other inputs reads as an empty one.
    pub fn read(bytes: &[u8], inputs: &InputsDigest) -> Self {
        let parse = || {
            let record: Self = postcard::from_bytes(body(bytes, MAGIC)?).ok()?;
            (record.inputs == *inputs).then_some(record)
        };
        parse().unwrap_or_else(|| Self::new(*inputs))
    }

    pub fn write(&self) -> io::Result<Vec<u8>> {
        let mut bytes = postcard::to_extend(self, MAGIC.to_vec()).map_err(io::Error::other)?;
        let checksum = blake3::hash(&bytes[MAGIC.len()..]);
        bytes.extend_from_slice(checksum.as_bytes());
        Ok(bytes)
    }

    /// Returns the targets of a text that was clean with this stamp.
    pub fn targets(&self, text: AssetId, stamp: &Stamp) -> Option<Vec<AssetId>> {
        let (clean, targets) = self.texts.get(&text.0)?;
        (clean == stamp).then(|| targets.iter().copied().map(AssetId).collect())
    }

    /// Returns whether a template was clean with this stamp.
    pub fn has_template(&self, path: &Path, stamp: &Stamp) -> bool {
        let hash = hash_path(path.as_os_str().as_encoded_bytes());
        self.templates.get(&hash) == Some(stamp)
    }

    /// Takes the templates of another record, which a check without templates keeps.
    pub fn keep_templates(&mut self, other: &Self) {
        self.templates.clone_from(&other.templates);
    }

    pub fn add_text(&mut self, text: &CleanText) {
        let targets = text.targets.iter().map(|target| target.0).collect();
        self.texts.insert(text.id.0, (text.stamp, targets));
    }

    pub fn add_template(&mut self, path: &Path, stamp: Stamp) {
        let hash = hash_path(path.as_os_str().as_encoded_bytes());
        self.templates.insert(hash, stamp);
    }
}
