//! The layout of the source: which room may import which. Imports point one
//! way, down this list.

use std::fs;
use std::path::Path;

/// The rooms in order: each may import those before it.
const ROOMS: &[&str] = &[
    "model",
    "disk",
    "pystd",
    "rewrite",
    "encode",
    "apps",
    "settings",
    "django_project",
    "sources",
    "plan",
    "state",
    "static_root",
    "check",
    "report",
    "cli",
    "pipeline",
    "commands",
];

#[test]
fn imports_point_down_the_list_of_rooms() {
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
        let position = |name: &str| ROOMS.iter().position(|known| *known == name);
        let Some(own) = position(room) else {
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
            if position(imported).is_some_and(|other| other > own) {
                wrong.push(format!("{relative} imports {imported}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_has_a_header() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in walkdir::WalkDir::new(&src) {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|suffix| suffix == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("//! "), "{}", path.display());
        }
    }
}
