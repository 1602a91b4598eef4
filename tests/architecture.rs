//! Holds the architecture of `src/`: a room imports only rooms that stand before it
//! in the documentation of `src/lib.rs`, and no imports form a circle, neither
//! between rooms nor between the files of a room.

mod imports;
mod rooms;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rooms::{Sources, circles, declared_rooms, documented_rooms};

/// Each file below `src/` with its text, by its path there.
fn files() -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let entries = walkdir::WalkDir::new(&src).sort_by_file_name().into_iter();
    let paths = entries.map(|entry| entry.unwrap().into_path());
    let sources = paths.filter(|path| path.extension().is_some_and(|suffix| suffix == "rs"));
    let read = |path: std::path::PathBuf| {
        let relative = path.strip_prefix(&src).unwrap().to_str().unwrap();
        (relative.to_owned(), fs::read_to_string(&path).unwrap())
    };
    sources.map(read).collect()
}

fn lib() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    fs::read_to_string(path).unwrap()
}

/// All files but those above the rooms.
fn sources() -> Sources {
    let files = files();
    let in_rooms = files
        .iter()
        .filter(|(path, _)| !matches!(&path[..], "lib.rs" | "main.rs"));
    Sources::new(in_rooms.map(|(path, text)| (&path[..], &text[..])))
}

#[test]
fn documentation_lists_every_room() {
    let documented = documented_rooms(&lib());
    assert!(documented.len() > 10, "{documented:?}");
    let documented: BTreeSet<String> = documented.into_iter().collect();
    assert_eq!(documented, declared_rooms(&lib()));
}

#[test]
fn rooms_import_only_rooms_before_them() {
    let wrong = sources().wrong_imports(&documented_rooms(&lib()));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rooms_form_no_circle() {
    let imports = sources().rooms();
    assert!(
        imports.len() > 10,
        "only {} rooms import others",
        imports.len()
    );
    assert_eq!(circles(&imports), BTreeSet::new());
}

#[test]
fn files_of_a_room_form_no_circle() {
    let imports = sources().files();
    assert!(
        imports.len() > 50,
        "only {} files import others",
        imports.len()
    );
    assert_eq!(circles(&imports), BTreeSet::new());
}

#[test]
fn every_file_has_a_header() {
    for (path, text) in files() {
        assert!(text.starts_with("//! "), "{path}");
    }
}

/// No other room can open a connection.
#[test]
fn only_the_room_of_stores_uses_the_network() {
    let crates = ["object_store", "reqwest", "rustls", "tokio"];
    let network = crates.map(|name| format!("{name}::"));
    let networks = ["std::net::Tcp", "std::net::Udp", "UnixStream"];
    for (path, text) in files() {
        let uses = |name: &&str| text.contains(&name[..]);
        let found = network
            .iter()
            .map(String::as_str)
            .chain(networks)
            .find(uses);
        assert!(
            path.starts_with("store/") || found.is_none(),
            "{path}: {found:?}"
        );
    }
}

// What follows tries the checks above on made-up sources.

fn order(rooms: &[&str]) -> Vec<String> {
    rooms.iter().map(ToString::to_string).collect()
}

#[test]
fn import_that_points_up_is_found() {
    let wrong = |text: &str| {
        let sources = Sources::new([
            ("plan.rs", ""),
            ("model/mod.rs", "pub mod name;"),
            ("model/name.rs", text),
        ]);
        sources.wrong_imports(&order(&["model", "plan"]))
    };
    let expected = ["model/name.rs imports plan, which stands after model"];
    for text in [
        "use crate::plan::Plan;",
        "use crate::{disk, plan::{self, Plan}};",
        "use super::super::plan;",
        "fn f() -> crate::plan::Plan { todo!() }",
        "pub use crate::plan::Plan; struct A(Plan);",
    ] {
        assert_eq!(wrong(text), expected, "{text}");
    }
    for text in [
        "// use crate::plan::Plan;",
        "const A: &str = \"use crate::plan::Plan;\";",
        "use plan::Plan;",
        "use super::Name;",
        "#[cfg(test)]\nmod tests { use crate::plan::Plan; }",
    ] {
        assert_eq!(wrong(text), [""; 0], "{text}");
    }
}

#[test]
fn file_in_no_room_is_found() {
    let sources = Sources::new([("model.rs", ""), ("odd.rs", "use crate::model::Name;")]);
    let wrong = sources.wrong_imports(&order(&["model"]));
    assert_eq!(wrong, ["odd.rs is in no known room"]);
}

#[test]
fn circle_between_rooms_is_found() {
    let sources = Sources::new([
        ("model.rs", "use crate::plan::Plan;"),
        ("plan.rs", "use crate::state::State;"),
        ("state.rs", "use crate::model::Name;"),
        ("check.rs", "use crate::model::Name;"),
    ]);
    let circle = order(&["model", "plan", "state"]);
    assert_eq!(circles(&sources.rooms()), BTreeSet::from([circle]));
}

#[test]
fn circle_between_files_is_found() {
    let found = |one: &str, other: &str, root: &str| {
        let sources = Sources::new([
            ("plan/mod.rs", root),
            ("plan/a.rs", one),
            ("plan/b.rs", other),
        ]);
        circles(&sources.files())
    };
    let between = |names: &[&str]| BTreeSet::from([order(names)]);
    let root = "pub mod a; pub mod b; pub use a::A; pub use b::{B, C as D};";
    for (one, other) in [
        ("use super::b::B;", "use super::a::A;"),
        ("use crate::plan::b;", "use crate::plan::{a::A};"),
        // Through the re-exports of mod.rs.
        ("use super::B;", "use super::A;"),
        ("use crate::plan::{D, x};", "fn f(a: &super::A) {}"),
        ("use super::*;", "use super::A;"),
    ] {
        assert_eq!(
            found(one, other, root),
            between(&["plan/a.rs", "plan/b.rs"]),
            "{one} {other}"
        );
    }
    assert_eq!(found("use super::B;", "", root), BTreeSet::new());
    let testing = "#[cfg(test)]\nmod tests { use super::super::a::A; }";
    assert_eq!(found("use super::B;", testing, root), BTreeSet::new());
    // A mod.rs with code of its own is a file like the others.
    let with_code = "mod a; use a::A; pub struct Root(A);";
    let circle = between(&["plan/a.rs", "plan/mod.rs"]);
    assert_eq!(found("use super::Root;", "", with_code), circle);
    let with_call = "mod a; pub struct Root; fn f() { a::g() }";
    assert_eq!(found("use super::Root;", "", with_call), circle);
    let only_passes_on = "mod a; pub use a::A; pub struct Root;";
    assert_eq!(
        found("use super::Root;", "", only_passes_on),
        BTreeSet::new()
    );
}

#[test]
fn rooms_are_read_from_the_documentation() {
    let lib = "//! # Rooms\n//!\n//! - [`model`]: holds values.\n//! - [`plan`]: plans.\n\npub mod plan;\nmod model;\n";
    assert_eq!(documented_rooms(lib), ["model", "plan"]);
    assert_eq!(
        declared_rooms(lib),
        BTreeSet::from(["model", "plan"].map(str::to_owned))
    );
}
