//! What holds of names, patterns, URLs and manifests whatever bytes they are
//! made of. `cargo xtask python-parity` compares with Python.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::select;
use staticc::model::{Fingerprint, LogicalPath};
use staticc::plan::manifest::{Manifest, to_json};
use staticc::pystd::urllib::{percent_decode, unquote};
use staticc::rewrite::resolve::hashed_path;
use staticc::sources::ignore_patterns::IgnorePatterns;

const FINGERPRINT: &str = "0123456789ab";

/// What makes names lead elsewhere.
const PIECES: [&[u8]; 20] = [
    b"..",
    b".",
    b"/",
    b"//",
    b"\\",
    b"%2e%2E",
    b"%2F",
    b"%5c",
    b"%00",
    b"?",
    b"#",
    b";",
    b":",
    b"a:",
    b" ",
    b"\n",
    b"\x1f",
    b"\xc2\xa0",
    b"\xff",
    b"a.css",
];

/// Any bytes, and mostly such pieces in a row.
fn name() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => select(&PIECES[..]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

/// Everything before the last slash.
fn directory(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|&byte| byte == b'/');
    &path[..end.unwrap_or(0)]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn hashed_path_never_leads_out_of_static_root(key in name()) {
        if let Some(hashed) = hashed_path(&LogicalPath::new(key), FINGERPRINT.as_bytes()) {
            for part in hashed.as_bytes().split(|&byte| byte == b'/') {
                prop_assert!(!matches!(part, b"" | b"." | b".."), "{hashed}");
            }
            prop_assert!(!hashed.as_bytes().contains(&b'\\'), "{hashed}");
        }
    }

    #[test]
    fn hashed_path_stays_in_the_directory_of_its_key(key in r"([a-z0-9_é.-]{0,3}[a-zé]/){0,4}[a-z0-9_é.-]{0,6}[a-zé]") {
        let key = LogicalPath::new(key);
        let hashed = hashed_path(&key, FINGERPRINT.as_bytes()).unwrap();
        prop_assert_eq!(directory(hashed.as_bytes()), directory(key.as_bytes()));
        prop_assert_eq!(hashed.to_text().replacen(&format!(".{FINGERPRINT}"), "", 1), key.to_text());
    }

    #[test]
    fn any_pattern_can_be_matched_with_any_name(pattern in r"[*?\[\]!^a-d/\-\\é]{0,12}|\PC*", name in name()) {
        let _ = IgnorePatterns::new(&[&pattern]).match_name(&name);
    }

    #[test]
    fn name_matches_itself_and_its_beginning(name in "[a-z0-9.é]{1,8}", more in name()) {
        let longer = [name.as_bytes(), &more].concat();
        let beginning = IgnorePatterns::new(&[format!("{name}*")]);
        prop_assert!(beginning.match_name(&longer));
        prop_assert!(IgnorePatterns::new(&[&name]).match_name(name.as_bytes()));
    }

    #[test]
    fn percent_encoded_bytes_decode_to_themselves(bytes in prop::collection::vec(any::<u8>(), 0..40), text in r"\PC*") {
        let encode = |bytes: &[u8]| -> String {
            bytes.iter().map(|byte| format!("%{byte:02x}")).collect()
        };
        prop_assert_eq!(percent_decode(encode(&bytes).as_bytes()), &bytes[..]);
        let encoded = encode(text.as_bytes());
        prop_assert_eq!(&unquote(encoded.as_bytes())[..], text.as_bytes());
    }

    #[test]
    fn percent_decoding_never_lengthens(bytes in name()) {
        prop_assert!(percent_decode(&bytes).len() <= bytes.len());
        if !bytes.contains(&b'%') {
            prop_assert_eq!(&unquote(&bytes)[..], &bytes[..]);
        }
    }

    #[test]
    fn manifest_holds_the_paths_it_was_made_of(paths in prop::collection::btree_map(r"\PC*|[\x00-\x7f]*", r"\PC*", 0..8)) {
        let logical: Vec<(LogicalPath, LogicalPath)> = paths
            .iter()
            .map(|(key, value)| (LogicalPath::new(&key[..]), LogicalPath::new(&value[..])))
            .collect();
        let json = to_json(&mut logical.iter().map(|(key, value)| (key, value)).collect::<Vec<_>>());
        prop_assert!(json.is_ascii());
        let read: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let read: BTreeMap<String, String> = serde_json::from_value(read["paths"].clone()).unwrap();
        prop_assert_eq!(read, paths);
    }

    #[test]
    fn manifest_of_any_names_is_readable(names in prop::collection::btree_set(name(), 0..8)) {
        let names: Vec<LogicalPath> = names.into_iter().map(LogicalPath::new).collect();
        let json = to_json(&mut names.iter().map(|name| (name, name)).collect::<Vec<_>>());
        let read = Manifest::read(&json).unwrap();
        prop_assert!(read.is_sound);
        prop_assert_eq!(read.paths.into_keys().collect::<Vec<_>>(), names);
    }
}

/// Where each star could begin anywhere, trying them all would take for ever.
#[test]
fn pattern_of_many_stars_is_matched_quickly() {
    let start = Instant::now();
    for pattern in ["*a".repeat(200), "*?".repeat(200), "*[!b]".repeat(200)] {
        let patterns = IgnorePatterns::new(&[pattern + "z"]);
        assert!(!patterns.match_name(&[b'a'; 5_000]));
    }
    assert!(start.elapsed() < Duration::from_secs(4));
    assert_eq!(FINGERPRINT.len(), Fingerprint::LEN);
}
