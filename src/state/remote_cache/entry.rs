//! The key and the bytes of an entry of the remote cache: all compressed copies of one content
//! by one recipe. Pure.

use crate::encode::foreign::is_acceptable;
use crate::encode::spec::{CompressionSpec, Encoded};
use crate::model::{ContentId, Encoding};
use crate::state::cache::entry::{CacheKey, checksum};

/// What an entry is about.
#[derive(Clone, Copy)]
pub struct EntryOf<'a> {
    pub content: ContentId,
    /// The size of the content in bytes.
    pub size: u64,
    pub spec: &'a CompressionSpec,
}

/// The first bytes of an entry. The last one is the version of the format.
const MAGIC: &[u8; 8] = b"copies\0\x01";

/// The length of magic and checksum. The copies follow, each after its encoding and its length.
const HEADER: usize = MAGIC.len() + blake3::OUT_LEN;

/// The length of a copy's encoding and length.
const COPY_HEADER: usize = 1 + size_of::<u64>();

impl EntryOf<'_> {
    /// The key of the local cache, of all encodings together.
    fn cache_key(&self) -> CacheKey {
        CacheKey::new(self.content, self.spec.digest().to_hex().as_str())
    }

    /// Returns the name of the object.
    pub fn object_key(&self) -> String {
        let (group, name) = self.cache_key().path();
        format!("copies/{group}/{name}")
    }

    /// Returns the largest size that an entry can have: no copy is larger than its content.
    pub fn max_size(&self) -> u64 {
        let copies = self.spec.encodings.iter().count() as u64;
        let copy = self.size.saturating_add(COPY_HEADER as u64);
        copies.saturating_mul(copy).saturating_add(HEADER as u64)
    }

    pub fn write(&self, copies: &[Encoded]) -> Vec<u8> {
        let mut body = Vec::new();
        for copy in copies {
            body.push(tag(copy.encoding));
            body.extend_from_slice(&(copy.bytes.len() as u64).to_le_bytes());
            body.extend_from_slice(&copy.bytes);
        }
        let sum = checksum(&self.cache_key(), &body);
        [&MAGIC[..], sum.as_bytes(), &body].concat()
    }

    /// Returns the copies of an entry, or `None` if it is damaged, or an entry of something
    /// else. They are not compared with the content.
    pub fn read(&self, bytes: &[u8]) -> Option<Vec<Encoded>> {
        let (header, mut body) = bytes.split_at_checked(HEADER)?;
        let sum = checksum(&self.cache_key(), body);
        if !header.starts_with(MAGIC) || header[MAGIC.len()..] != *sum.as_bytes() {
            return None;
        }
        let mut copies: Vec<Encoded> = Vec::new();
        while !body.is_empty() {
            let (header, rest) = body.split_at_checked(COPY_HEADER)?;
            let (size, encoding) = (header[1..].try_into().ok()?, encoding(header[0])?);
            let size = usize::try_from(u64::from_le_bytes(size)).ok()?;
            let (copy, rest) = rest.split_at_checked(size)?;
            if copies.iter().any(|known| known.encoding == encoding) {
                return None;
            }
            let bytes = copy.to_vec();
            copies.push(Encoded { encoding, bytes });
            body = rest;
        }
        Some(copies)
    }

    /// Returns the copies of an entry if every one of them can take the place of a copy of this
    /// run. An entry without copies says nothing: only compressing shows that it is not worth it.
    pub fn accept(&self, bytes: &[u8], content: &[u8]) -> Option<Vec<Encoded>> {
        let copies = self.read(bytes)?;
        let is_good = |copy: &Encoded| {
            self.spec.encodings.contains(copy.encoding)
                && is_acceptable(copy.encoding, &copy.bytes, content, self.spec)
        };
        (!copies.is_empty() && copies.iter().all(is_good)).then_some(copies)
    }
}

/// Returns the byte that stands for an encoding.
fn tag(encoding: Encoding) -> u8 {
    match encoding {
        Encoding::Brotli => 1,
        Encoding::Gzip => 2,
        Encoding::Zstd => 3,
    }
}

fn encoding(byte: u8) -> Option<Encoding> {
    let mut encodings = Encoding::ALL.into_iter();
    encodings.find(|encoding| tag(*encoding) == byte)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{copies, entry_of};
    use super::*;

    fn spec() -> CompressionSpec {
        CompressionSpec {
            encodings: Encoding::ALL.into_iter().collect(),
            brotli_quality: 5,
            limit: 950_000,
        }
    }

    #[test]
    fn written_entries_are_read_and_accepted() {
        let (spec, content) = (spec(), b"static files ".repeat(100));
        let entry = entry_of(&content, &spec);
        let bytes = entry.write(&copies(&content, &spec));
        assert!(bytes.len() as u64 <= entry.max_size());
        assert_eq!(
            entry.accept(&bytes, &content),
            Some(copies(&content, &spec))
        );
        assert!(entry.object_key().starts_with("copies/"));
    }

    #[test]
    fn other_recipes_have_other_keys() {
        let (spec, content) = (spec(), b"content");
        let key = |spec: &CompressionSpec| entry_of(content, spec).object_key();
        let others = [
            CompressionSpec {
                brotli_quality: 6,
                ..spec.clone()
            },
            CompressionSpec {
                limit: 900_000,
                ..spec.clone()
            },
            CompressionSpec {
                encodings: [Encoding::Gzip].into_iter().collect(),
                ..spec.clone()
            },
        ];
        for other in &others {
            assert_ne!(key(&spec), key(other));
        }
        assert_ne!(key(&spec), entry_of(b"other", &spec).object_key());
    }

    /// Each byte flipped, each length cut off, and the entry of another content.
    #[test]
    fn damaged_entries_are_not_read() {
        let (spec, content) = (spec(), b"static files ".repeat(100));
        let entry = entry_of(&content, &spec);
        let whole = entry.write(&copies(&content, &spec));
        let flipped = (0..whole.len()).map(|at| {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            bytes
        });
        let cut = (0..whole.len()).map(|length| whole[..length].to_vec());
        let other = entry_of(b"other", &spec).write(&copies(&content, &spec));
        for damaged in flipped.chain(cut).chain([other, b"\0".repeat(100)]) {
            assert_eq!(entry.read(&damaged), None);
        }
    }

    /// Whoever writes in the cache can compute the checksum.
    #[test]
    fn forged_entries_are_not_accepted() {
        let (spec, content) = (spec(), b"static files ".repeat(100));
        let entry = entry_of(&content, &spec);
        let good = copies(&content, &spec);
        let of_other = copies(&b"dynamic file ".repeat(100), &spec);
        let swapped: Vec<Encoded> = [(Encoding::Gzip, 0), (Encoding::Brotli, 1)]
            .map(|(encoding, index): (Encoding, usize)| Encoded {
                encoding,
                bytes: good[index].bytes.clone(),
            })
            .into();
        for forged in [&[], &of_other[..], &swapped] {
            assert_eq!(entry.accept(&entry.write(forged), &content), None);
        }
        let twice = [good[1].clone(), good[1].clone()];
        assert_eq!(entry.read(&entry.write(&twice)), None);
        let one_bad = [good[0].clone(), of_other[1].clone()];
        assert_eq!(entry.accept(&entry.write(&one_bad), &content), None);
        let some = &good[..1];
        let accepted = entry.accept(&entry.write(some), &content);
        assert_eq!(accepted.as_deref(), Some(some));
    }

    #[test]
    fn copies_that_are_not_asked_for_are_not_accepted() {
        let content = b"static files ".repeat(100);
        let spec = CompressionSpec {
            encodings: [Encoding::Gzip].into_iter().collect(),
            ..spec()
        };
        let entry = entry_of(&content, &spec);
        let bytes = entry.write(&copies(&content, &super::tests::spec()));
        assert_eq!(entry.accept(&bytes, &content), None);
    }
}
