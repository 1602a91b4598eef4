//! The layout of the source: which room may import which. Imports point one
//! way, down this list.

use std::fs;
use std::path::Path;

/// Each room and what it may import.
const ROOMS: &[(&str, &[&str])] = &[
    ("nouns", &[]),
    ("disk", &[]),
    ("rewrite", &["nouns"]),
    ("encode", &["nouns"]),
    ("settings", &["nouns", "disk", "rewrite"]),
    ("django", &["nouns", "disk", "rewrite", "settings"]),
    ("sources", &["nouns", "disk", "rewrite", "settings"]),
    (
        "output",
        &["nouns", "disk", "rewrite", "encode", "settings", "sources"],
    ),
    (
        "check",
        &["nouns", "disk", "rewrite", "settings", "sources", "output"],
    ),
    ("report", &["nouns"]),
    ("cli", &[]),
    (
        "commands",
        &[
            "nouns", "disk", "rewrite", "encode", "settings", "django", "sources", "output",
            "check", "report", "cli",
        ],
    ),
];

#[test]
fn imports_point_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for entry in walkdir::WalkDir::new(&src) {
        let path = entry.unwrap().into_path();
        let relative = path
            .strip_prefix(&src)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        if !relative.ends_with(".rs") || matches!(&relative[..], "main.rs" | "lib.rs") {
            continue;
        }
        let room = relative.split(['/', '.']).next().unwrap();
        let allowed = ROOMS.iter().find(|(name, _)| *name == room);
        let Some((_, allowed)) = allowed else {
            wrong.push(format!("{relative} is in no known room"));
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("crate::") {
            let rest = &text[at + "crate::".len()..];
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap();
            let imported = &rest[..end];
            if imported != room && !allowed.contains(&imported) {
                wrong.push(format!("{relative} imports {imported}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_owns() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in walkdir::WalkDir::new(&src) {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|suffix| suffix == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("//! "), "{}", path.display());
        }
    }
}
