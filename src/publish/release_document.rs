//! The releases that `staticc publish` keeps in a store, below `.staticc/`: their names and
//! their bytes, written and read. What is read may be of anybody. Sends nothing.

use std::collections::{BTreeMap, HashSet};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::published_object::{ObjectRole, PublishedObject};
use crate::store::headers::ObjectHeaders;

/// What the keys of all documents begin with.
pub const NAMESPACE: &str = ".staticc/";

/// The directory of releases.
pub const RELEASES: &str = ".staticc/releases";

/// The largest release that is read, in bytes: some two million objects.
pub const MAX_RELEASE_SIZE: u64 = 512 << 20;

/// The largest number of a release. No store gets there; a document may say so.
const MAX_NUMBER: u64 = u64::MAX / 2;

/// The version of the documents that this version of staticc writes and reads.
pub(super) const VERSION: u32 = 1;

/// How many hexadecimal digits of a release's digest its name has.
const DIGITS: usize = 32;

/// All objects of one release. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseDocument {
    /// 1 for the first release of a store.
    pub number: u64,
    /// In RFC 3339.
    pub created: String,
    /// Who published it, as `STATICC_PUBLISHER` says.
    pub publisher: Option<String>,
    /// The objects of the release, by key.
    pub objects: BTreeMap<String, ReleaseObject>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseObject {
    /// The size of the object in bytes, as the store has it.
    pub size: u64,
    /// The BLAKE3 hash of these bytes, in hexadecimal digits.
    pub digest: String,
    pub role: ObjectRole,
    pub headers: ObjectHeaders,
}

impl From<&PublishedObject> for ReleaseObject {
    fn from(object: &PublishedObject) -> Self {
        Self {
            size: object.size,
            digest: object.digest.clone(),
            role: object.role,
            headers: object.headers.clone(),
        }
    }
}

impl ReleaseDocument {
    /// Returns an object for each content that no fingerprinted object holds. The store has its
    /// bytes at [`kept_key`] too.
    pub fn kept_objects(&self) -> Vec<&ReleaseObject> {
        let is_fingerprinted = |object: &&ReleaseObject| object.role == ObjectRole::Fingerprinted;
        let objects = self.objects.values();
        let (held, others): (Vec<_>, Vec<_>) = objects.partition(is_fingerprinted);
        let mut known: HashSet<&str> = held.iter().map(|object| &object.digest[..]).collect();
        let mut kept = others;
        kept.retain(|object| known.insert(&object.digest));
        kept
    }
}

/// The JSON of a release. Many objects have the same headers, which are a list of their own.
#[derive(Serialize, Deserialize)]
struct StoredRelease {
    version: u32,
    number: u64,
    created: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    publisher: Option<String>,
    headers: Vec<ObjectHeaders>,
    objects: BTreeMap<String, StoredObject>,
}

#[derive(Serialize, Deserialize)]
struct StoredObject {
    size: u64,
    blake3: String,
    role: ObjectRole,
    /// The index in the list of headers.
    headers: usize,
}

impl ReleaseDocument {
    pub fn to_json(&self) -> Vec<u8> {
        let mut headers: Vec<ObjectHeaders> = Vec::new();
        let stored_objects = self.objects.iter().map(|(key, object)| {
            let known = headers.iter().position(|known| *known == object.headers);
            let index = known.unwrap_or_else(|| {
                headers.push(object.headers.clone());
                headers.len() - 1
            });
            let stored = StoredObject {
                size: object.size,
                blake3: object.digest.clone(),
                role: object.role,
                headers: index,
            };
            (key.clone(), stored)
        });
        let objects = stored_objects.collect();
        let stored = StoredRelease {
            version: VERSION,
            number: self.number,
            created: self.created.clone(),
            publisher: self.publisher.clone(),
            headers,
            objects,
        };
        // Nothing in it can fail.
        serde_json::to_vec(&stored).unwrap_or_default()
    }

    /// Reads a release. The error says what is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let stored: StoredRelease = read_json(bytes)?;
        check_version(stored.version)?;
        check_number(stored.number)?;
        let objects = stored.objects.into_iter().map(|(key, object)| {
            // Both become keys that are read and deleted.
            if key.starts_with(NAMESPACE) || !is_digest(&object.blake3) {
                return Err(format!("has an object that cannot be one: {key:?}"));
            }
            let known = stored.headers.get(object.headers);
            let headers = known.ok_or("lacks headers of its objects")?.clone();
            let object = ReleaseObject {
                size: object.size,
                digest: object.blake3,
                role: object.role,
                headers,
            };
            Ok((key, object))
        });
        Ok(Self {
            number: stored.number,
            created: stored.created,
            publisher: stored.publisher,
            objects: objects.collect::<Result<_, String>>()?,
        })
    }
}

/// Returns the name of a release with these bytes.
pub fn release_name(number: u64, created: &str, bytes: &[u8]) -> String {
    let time: String = created
        .chars()
        .filter(|character| !matches!(character, '-' | ':'))
        .collect();
    format!("{number:08}-{time}-{}", digits(bytes))
}

/// Returns the number in the name of a release.
pub fn number_of(name: &str) -> Option<u64> {
    let number = name.split_once('-')?.0.parse().ok();
    number.filter(|&number| check_number(number).is_ok())
}

/// Returns the moment in the name of a release.
///
/// ```
/// use staticc::publish::release_document::created_in;
/// let created = created_in("00000007-20260102T030405Z-0").unwrap();
/// assert_eq!(humantime::format_rfc3339(created).to_string(), "2026-01-02T03:04:05Z");
/// assert_eq!(created_in("00000007-0"), None);
/// ```
pub fn created_in(name: &str) -> Option<SystemTime> {
    let digits = name.split('-').nth(1)?;
    let part = |start, end| digits.get(start..end);
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(9, 11)?, part(11, 13)?, part(13, 15)?);
    let text = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
    humantime::parse_rfc3339(&text).ok()
}

/// Returns the number that users write: `7` or `00000007`.
pub fn release_number(text: &str) -> Option<u64> {
    text.parse().ok()
}

/// Returns the key of bytes that no fingerprinted object holds.
pub fn kept_key(digest: &str) -> String {
    format!(".staticc/objects/{digest}")
}

/// Returns whether a release of this name has these bytes.
pub fn has_name(name: &str, bytes: &[u8]) -> bool {
    let digest = name.rsplit_once('-').map(|(_, digest)| digest);
    digest == Some(digits(bytes).as_str())
}

/// Returns the key of a release.
pub fn release_key(name: &str) -> String {
    format!("{RELEASES}/{name}.json")
}

/// Returns whether a text is a whole BLAKE3 hash in hexadecimal digits.
fn is_digest(text: &str) -> bool {
    text.len() == 2 * blake3::OUT_LEN && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn digits(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..DIGITS].to_owned()
}

/// Returns the digest of all objects.
pub fn content_digest(objects: &[PublishedObject]) -> String {
    let mut hasher = blake3::Hasher::new();
    for object in objects {
        let headers = &object.headers;
        let encoding = headers.content_encoding.as_deref().unwrap_or_default();
        for part in [
            &object.key[..],
            &object.digest,
            &headers.content_type,
            encoding,
            &headers.cache_control,
        ] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}

/// Returns a moment as documents have it.
pub fn to_rfc3339(moment: SystemTime) -> String {
    humantime::format_rfc3339_seconds(moment).to_string()
}

pub(super) fn read_json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("cannot be read: {error}"))
}

/// The number of the next release must be a number, too.
pub(super) fn check_number(number: u64) -> Result<(), String> {
    if number <= MAX_NUMBER {
        return Ok(());
    }
    Err(format!("has the number {number}, which is too large"))
}

pub(super) fn check_version(version: u32) -> Result<(), String> {
    if version == VERSION {
        return Ok(());
    }
    Err(format!(
        "has version {version}, which this staticc does not know"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release() -> ReleaseDocument {
        let object = |cache_control: &str| ReleaseObject {
            size: 3,
            digest: "0f".repeat(32),
            role: ObjectRole::Plain,
            headers: ObjectHeaders {
                content_type: "text/css".to_owned(),
                content_encoding: None,
                cache_control: cache_control.to_owned(),
            },
        };
        let objects = [("a.css", "x"), ("b.css", "y"), ("c.css", "x")];
        let objects = objects.map(|(key, cache)| (key.to_owned(), object(cache)));
        ReleaseDocument {
            number: 7,
            created: "2026-01-02T03:04:05Z".to_owned(),
            publisher: None,
            objects: objects.into_iter().collect(),
        }
    }

    #[test]
    fn release_that_is_written_is_read() {
        let json = release().to_json();
        assert_eq!(ReleaseDocument::read(&json), Ok(release()));
        let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(value["headers"].as_array().unwrap().len(), 2);
        assert_eq!(value["objects"]["c.css"]["headers"], 0);
    }

    #[test]
    fn release_is_checked_against_its_name() {
        let json = release().to_json();
        let name = release_name(7, "2026-01-02T03:04:05Z", &json);
        assert!(name.starts_with("00000007-20260102T030405Z-"), "{name}");
        assert_eq!(number_of(&name), Some(7));
        assert!(has_name(&name, &json));
        assert!(!has_name(&name, b"{}"));
        assert!(!has_name("x", &json));
    }

    #[test]
    fn numbers_without_a_next_one_are_refused() {
        let largest = ReleaseDocument {
            number: u64::MAX,
            ..release()
        };
        assert!(ReleaseDocument::read(&largest.to_json()).is_err());
        assert_eq!(number_of("18446744073709551615-20260102T030405Z-00"), None);
    }

    #[test]
    fn documents_of_others_are_refused() {
        for bytes in [
            &b"{"[..],
            b"[]",
            br#"{"version": 2, "number": 1, "created": "", "headers": [], "objects": {}}"#,
        ] {
            assert!(ReleaseDocument::read(bytes).is_err());
        }
        let digest = "0f".repeat(32);
        let read = |key: &str, digest: &str, headers: &str| {
            let text = format!(
                r#"{{"version": 1, "number": 1, "created": "", "headers": {headers}, "objects":
                    {{"{key}": {{"size": 1, "blake3": "{digest}", "role": "plain", "headers": 0}}}}}}"#
            );
            ReleaseDocument::read(text.as_bytes())
        };
        let headers = r#"[{"content-type": "", "cache-control": ""}]"#;
        assert!(read("a", &digest, headers).is_ok());
        for (key, digest, headers) in [
            ("a", &digest[..], "[]"),
            ("a", "../current", headers),
            (".staticc/current", &digest, headers),
        ] {
            assert!(read(key, digest, headers).is_err(), "{key} {digest}");
        }
    }
}
