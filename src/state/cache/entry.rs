//! The bytes of a cache entry, and the key it is stored under. Pure.

use crate::model::ContentId;

/// Identifies a result by the content and everything else that it depends on.
pub struct CacheKey(blake3::Hash);

impl CacheKey {
    /// `identity` names the encoder, its parameters and its version.
    pub fn new(content: ContentId, identity: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(content.as_bytes());
        hasher.update(identity.as_bytes());
        Self(hasher.finalize())
    }

    /// Returns the directory and the name of the entry: `ab`, `cdef…`.
    pub fn path(&self) -> (String, String) {
        let mut directory = self.0.to_hex().to_string();
        let name = directory.split_off(2);
        (directory, name)
    }
}

/// The result of compressing a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CachedCopy {
    Copy(Vec<u8>),
    /// The copy saves too little to be kept.
    NotWorthKeeping,
}

impl CachedCopy {
    pub fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Copy(bytes) => Some(bytes),
            Self::NotWorthKeeping => None,
        }
    }
}

impl From<Option<Vec<u8>>> for CachedCopy {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        bytes.map_or(Self::NotWorthKeeping, Self::Copy)
    }
}

/// The first bytes of an entry. The last one is the version of the format.
const MAGIC: &[u8; 8] = b"staticc\x01";

/// The length of magic and checksum. A byte that tells whether there is a copy follows,
/// then the copy.
const HEADER: usize = MAGIC.len() + blake3::OUT_LEN;

/// The bytes of an entry that are not those of the copy.
pub(super) const OVERHEAD: u64 = HEADER as u64 + 1;

pub(super) fn write(key: &CacheKey, cached: &CachedCopy) -> Vec<u8> {
    let body = match cached {
        CachedCopy::Copy(bytes) => [&[1], &bytes[..]].concat(),
        CachedCopy::NotWorthKeeping => vec![0],
    };
    [&MAGIC[..], checksum(key, &body).as_bytes(), &body].concat()
}

/// Returns `None` if the entry is damaged, or not the entry of this key.
pub(super) fn read(mut bytes: Vec<u8>, key: &CacheKey) -> Option<CachedCopy> {
    let (header, body) = bytes.split_at_checked(HEADER)?;
    let checksum = checksum(key, body);
    let is_whole = header.starts_with(MAGIC) && header[MAGIC.len()..] == *checksum.as_bytes();
    match body.first().filter(|_| is_whole)? {
        0 => Some(CachedCopy::NotWorthKeeping),
        1 => {
            bytes.drain(..=HEADER);
            Some(CachedCopy::Copy(bytes))
        }
        _ => None,
    }
}

/// Includes the key, so that an entry with the name of another one counts as damaged.
pub fn checksum(key: &CacheKey, body: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.0.as_bytes());
    hasher.update(body);
    hasher.finalize()
}
