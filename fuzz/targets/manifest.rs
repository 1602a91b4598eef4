//! Reads input as a manifest, and writes a manifest of the paths in it. What
//! staticc writes must be readable and hold the same paths.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use staticc::model::LogicalPath;
use staticc::plan::manifest::{Manifest, to_json};

fuzz_target!(|data: &[u8]| {
    let _ = Manifest::read(data);
    let mut paths = data.split(|&byte| byte == 0);
    let mut written = BTreeMap::new();
    while let (Some(key), Some(value)) = (paths.next(), paths.next()) {
        written.insert(LogicalPath::new(key), LogicalPath::new(value));
    }
    let mut entries: Vec<_> = written.iter().collect();
    let json = to_json(&mut entries);
    assert!(json.is_ascii());
    let read = Manifest::read(&json).expect("a manifest of staticc is readable");
    assert!(read.is_sound);
    assert_eq!(read.paths, written);
});
