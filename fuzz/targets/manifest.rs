//! Any bytes as a manifest, and any paths in one: ours is always readable,
//! and says the paths it was made of.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use serde::de::{Deserialize, Deserializer, Visitor};
use staticc::nouns::LogicalPath;
use staticc::output::manifest::{fault, to_json};

fuzz_target!(|data: &[u8]| {
    let _ = fault(data);
    let mut paths = data.split(|&byte| byte == 0);
    let mut written = BTreeMap::new();
    while let (Some(key), Some(value)) = (paths.next(), paths.next()) {
        written.insert(LogicalPath::new(key), LogicalPath::new(value));
    }
    let mut entries: Vec<_> = written.iter().collect();
    let json = to_json(&mut entries);
    assert!(json.is_ascii());
    assert_eq!(fault(&json), None);
    let Manifest { paths } = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(paths.len(), written.len());
    for (key, value) in &written {
        assert_eq!(paths[&wtf8(key)], wtf8(value));
    }
});

#[derive(serde::Deserialize)]
struct Manifest {
    paths: BTreeMap<Text, Text>,
}

/// A string with lone surrogates in it, three bytes each.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Text(Vec<u8>);

/// The string that Python makes of a file name.
fn wtf8(path: &LogicalPath) -> Text {
    let mut text = Vec::new();
    for chunk in path.as_bytes().utf8_chunks() {
        text.extend_from_slice(chunk.valid().as_bytes());
        for byte in chunk.invalid() {
            text.extend([0xed, 0xb0 | (byte >> 6), 0x80 | (byte & 0x3f)]);
        }
    }
    Text(text)
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Text;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Text, E> {
                Ok(Text(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}
