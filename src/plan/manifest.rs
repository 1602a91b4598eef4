//! The exact bytes of `staticfiles.json`, as Python's `json.dumps` writes
//! them, and what an existing one says. Knows no disk.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use md5::{Digest as _, Md5};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::model::{Fingerprint, LogicalPath};

/// The manifest that maps each key to its hashed path.
///
/// ```
/// use staticc::plan::manifest::to_json;
/// assert_eq!(
///     to_json(&mut []),
///     br#"{"paths": {}, "version": "1.1", "hash": "d75171398898"}"#
/// );
/// ```
pub fn to_json(entries: &mut [(&LogicalPath, &LogicalPath)]) -> Vec<u8> {
    let digest = hash(entries);
    let mut json = String::from("{\"paths\": {");
    for (index, (key, value)) in entries.iter().enumerate() {
        json.push_str(if index == 0 { "" } else { ", " });
        quote(&mut json, key.as_bytes());
        json.push_str(": ");
        quote(&mut json, value.as_bytes());
    }
    let _ = write!(json, r#"}}, "version": "1.1", "hash": "{digest}"}}"#);
    json.into_bytes()
}

/// Django's `manifest_hash`: that of the sorted paths. Sorts them.
fn hash(entries: &mut [(&LogicalPath, &LogicalPath)]) -> Fingerprint {
    entries.sort_by(|a, b| code_points(a.0.as_bytes()).cmp(code_points(b.0.as_bytes())));
    let mut md5 = Md5::new();
    md5.update("[");
    let mut text = String::new();
    for (index, (key, value)) in entries.iter().enumerate() {
        text.clear();
        text.push_str(if index == 0 { "[" } else { ", [" });
        quote(&mut text, key.as_bytes());
        text.push_str(", ");
        quote(&mut text, value.as_bytes());
        text.push(']');
        md5.update(&text);
    }
    md5.update("]");
    Fingerprint::from_digest(&md5.finalize().into())
}

/// What a manifest says.
#[derive(Debug, Default)]
pub struct Manifest {
    /// The hashed path of each key.
    pub paths: BTreeMap<LogicalPath, LogicalPath>,
    /// Whether the hash it holds is that of its paths.
    pub is_sound: bool,
}

impl Manifest {
    /// Reads a manifest as Django does; the error says why Django would
    /// refuse to load it.
    pub fn read(content: &[u8]) -> Result<Self, String> {
        let refuse = |error: serde_json::Error| {
            let what = if error.is_data() {
                "a manifest"
            } else {
                "JSON"
            };
            format!("is not {what} ({error})")
        };
        let stored: Stored = serde_json::from_slice(content).map_err(refuse)?;
        match stored.version.as_deref() {
            Some("1.0" | "1.1") => {}
            Some(version) => return Err(format!("has version \"{version}\", not \"1.1\"")),
            None => return Err("has no version".to_owned()),
        }
        let paths = stored.paths.0;
        // Version 1.0 had no hash.
        let is_sound = stored.hash.is_none_or(|stored| {
            let mut entries: Vec<_> = paths.iter().collect();
            stored == hash(&mut entries).as_str()
        });
        Ok(Self { paths, is_sound })
    }
}

/// The JSON of a manifest.
#[derive(serde::Deserialize)]
#[serde(expecting = "a JSON object")]
struct Stored {
    version: Option<String>,
    #[serde(default)]
    paths: Paths,
    hash: Option<String>,
}

/// The hashed path of each key. Of a key that is there twice, the last path counts, as in Python.
#[derive(Default)]
struct Paths(BTreeMap<LogicalPath, LogicalPath>);

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PathsVisitor;
        impl<'de> Visitor<'de> for PathsVisitor {
            type Value = Paths;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Paths, A::Error> {
                let mut paths = BTreeMap::new();
                while let Some((key, path)) = map.next_entry::<Path, Path>()? {
                    paths.insert(key.0, path.0);
                }
                Ok(Paths(paths))
            }
        }
        deserializer.deserialize_map(PathsVisitor)
    }
}

/// A path as JSON has it: bytes that are not UTF-8 are lone surrogates.
struct Path(LogicalPath);

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PathVisitor;
        impl Visitor<'_> for PathVisitor {
            type Value = Path;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a path")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Path, E> {
                self.visit_bytes(text.as_bytes())
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Path, E> {
                Ok(Path(LogicalPath::new(without_surrogates(bytes))))
            }
        }
        deserializer.deserialize_bytes(PathVisitor)
    }
}

/// Bytes for Python's lone surrogates U+DC80 to U+DCFF, which stand for them.
fn without_surrogates(mut bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    while let Some((&first, rest)) = bytes.split_first() {
        if let [0xed, high @ 0xb2..=0xb3, low @ 0x80..=0xbf, rest @ ..] = bytes {
            out.push((high & 0x03) << 6 | (low & 0x3f));
            bytes = rest;
        } else {
            out.push(first);
            bytes = rest;
        }
    }
    out
}

/// A string as `json.dumps` writes it with `ensure_ascii`.
fn quote(out: &mut String, bytes: &[u8]) {
    out.push('"');
    for point in code_points(bytes) {
        match char::from_u32(point) {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some(ascii @ ' '..='~') => out.push(ascii),
            Some(other) => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            None => {
                let _ = write!(out, "\\u{point:04x}");
            }
        }
    }
    out.push('"');
}

/// Code points as Python has them: bytes that are not UTF-8 are lone
/// surrogates.
fn code_points(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().chars().map(u32::from);
        valid.chain(chunk.invalid().iter().map(|&byte| 0xdc00 + u32::from(byte)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected bytes were made by Python's `json.dumps`.
    #[test]
    fn python_bytes() {
        let a = LogicalPath::new("é\u{1f600}\u{7f}/\n");
        let b = LogicalPath::new(b"x\xff.txt".to_vec());
        let c = LogicalPath::new("x\u{ffff}");
        let mut entries = [(&c, &a), (&b, &b), (&a, &c)];
        let text = String::from_utf8(to_json(&mut entries)).unwrap();
        assert!(
            text.starts_with(concat!(
                r#"{"paths": {"x\udcff.txt": "x\udcff.txt", "x\uffff": "\u00e9\ud83d\ude00"#,
                r#"\u007f/\n", "\u00e9\ud83d\ude00"#
            )),
            "{text}"
        );
    }

    #[test]
    fn what_is_written_is_read() {
        let key =
            LogicalPath::new(b"\xff \x80\xbf \xed\xb3\xbf \xc3\xa9 \xf0\x9f\x98\x80".to_vec());
        let path = LogicalPath::new("b");
        let manifest = Manifest::read(&to_json(&mut [(&key, &path)])).unwrap();
        assert!(manifest.is_sound);
        assert_eq!(manifest.paths, BTreeMap::from([(key, path)]));
        let changed = br#"{"version": "1.1", "paths": {"a": "b"}, "hash": "d75171398898"}"#;
        assert!(!Manifest::read(changed).unwrap().is_sound);
        let twice = br#"{"version": "1.1", "paths": {"a": "b", "a": "c"}}"#;
        let paths = Manifest::read(twice).unwrap().paths;
        assert!(paths.values().eq([&LogicalPath::new("c")]));
    }

    #[test]
    fn faults() {
        let fault = |content: &[u8]| Manifest::read(content).err();
        assert_eq!(fault(br#"{"version": "1.1", "paths": {}}"#), None);
        assert_eq!(fault(br#"{"version": "1.0"}"#), None);
        for refused in [
            &br#"{"version": "2"}"#[..],
            b"{}",
            b"{",
            b"[]",
            br#"{"version": "1.1", "paths": {"a": 1}}"#,
        ] {
            assert!(fault(refused).is_some());
        }
    }
}
