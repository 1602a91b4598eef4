//! What the last check found clean, for the next one: the stamps of texts and
//! templates with nothing wrong in them, and what the texts refer to. Owns
//! the record's bytes; opens nothing. A record that is missing, damaged or of
//! another world is an empty one.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::collect_record::{InputsDigest, Name, body, name};
use crate::model::{AssetId, Stamp};

/// What was clean.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Record {
    world: InputsDigest,
    /// By asset number.
    texts: BTreeMap<u32, (Stamp, Vec<u32>)>,
    templates: BTreeMap<Name, Stamp>,
}

/// Every record begins so; the number is that of the format.
const MAGIC: &[u8] = b"staticc check\x01";

impl Record {
    /// Nothing is clean yet.
    pub fn new(world: InputsDigest) -> Self {
        Self {
            world,
            ..Self::default()
        }
    }

    /// The record in these bytes if it is of this world, else an empty one.
    pub fn read(bytes: &[u8], world: &InputsDigest) -> Self {
        let parse = || {
            let record: Self = postcard::from_bytes(body(bytes, MAGIC)?).ok()?;
            (record.world == *world).then_some(record)
        };
        parse().unwrap_or_else(|| Self::new(*world))
    }

    /// The bytes to keep.
    pub fn write(&self) -> io::Result<Vec<u8>> {
        let mut bytes = postcard::to_extend(self, MAGIC.to_vec()).map_err(io::Error::other)?;
        let checksum = blake3::hash(&bytes[MAGIC.len()..]);
        bytes.extend_from_slice(checksum.as_bytes());
        Ok(bytes)
    }

    /// What a text refers to, if it was clean with this stamp.
    pub fn targets(&self, text: AssetId, stamp: &Stamp) -> Option<Vec<AssetId>> {
        let (clean, targets) = self.texts.get(&text.0)?;
        (clean == stamp).then(|| targets.iter().copied().map(AssetId).collect())
    }

    /// Whether a template was clean with this stamp.
    pub fn has_template(&self, path: &Path, stamp: &Stamp) -> bool {
        self.templates
            .get(&name(path.as_os_str().as_encoded_bytes()))
            == Some(stamp)
    }

    /// What another record has of templates holds still.
    pub fn keep_templates(&mut self, other: &Self) {
        self.templates.clone_from(&other.templates);
    }

    /// A text is clean.
    pub fn add_text(&mut self, text: AssetId, stamp: Stamp, targets: &[AssetId]) {
        let targets = targets.iter().map(|target| target.0).collect();
        self.texts.insert(text.0, (stamp, targets));
    }

    /// A template is clean.
    pub fn add_template(&mut self, path: &Path, stamp: Stamp) {
        self.templates
            .insert(name(path.as_os_str().as_encoded_bytes()), stamp);
    }
}
