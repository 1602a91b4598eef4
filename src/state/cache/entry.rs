//! The bytes of one entry of the cache, and the key it is under. PURE: knows
//! no files.

use crate::model::ContentId;

/// What identifies a result: the content and everything else it depends on.
pub struct Key(blake3::Hash);

impl Key {
    /// The key of one copy of a content; `identity` names the encoder, its
    /// parameters and its version.
    pub fn new(content: ContentId, identity: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(content.as_bytes());
        hasher.update(identity.as_bytes());
        Self(hasher.finalize())
    }

    /// The directory and the name of the entry.
    pub(super) fn name(&self) -> (String, String) {
        let mut group = self.0.to_hex().to_string();
        let name = group.split_off(2);
        (group, name)
    }
}

/// Every entry begins so; the number is that of the format.
const MAGIC: &[u8; 8] = b"staticc\x01";

/// Magic and checksum, before what an entry says.
const HEAD: usize = MAGIC.len() + blake3::OUT_LEN;

/// The bytes of an entry: magic, checksum, whether the copy pays, the copy.
pub(super) fn write(key: &Key, copy: Option<&[u8]>) -> Vec<u8> {
    let body = [&[u8::from(copy.is_some())], copy.unwrap_or_default()].concat();
    [&MAGIC[..], checksum(key, &body).as_bytes(), &body].concat()
}

/// What an entry says: the copy, or that it does not pay. `None` if it is not
/// whole, or not the entry of this key.
#[expect(clippy::option_option, reason = "not known, known not to pay, known")]
pub(super) fn read(mut bytes: Vec<u8>, key: &Key) -> Option<Option<Vec<u8>>> {
    let (head, body) = bytes.split_at_checked(HEAD)?;
    let whole = head.starts_with(MAGIC) && head[MAGIC.len()..] == *checksum(key, body).as_bytes();
    let pays = match body.first().filter(|_| whole)? {
        0 => false,
        1 => true,
        _ => return None,
    };
    bytes.drain(..=HEAD);
    Some(pays.then_some(bytes))
}

/// Covers the key too: an entry under another one's name is damaged.
fn checksum(key: &Key, body: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.0.as_bytes());
    hasher.update(body);
    hasher.finalize()
}
