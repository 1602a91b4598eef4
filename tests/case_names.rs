//! `cargo test chain-6` runs the fixture case `chain-6` and nothing else: no name of a
//! test function contains the name of a case, apart from a few English words.

use std::fs;
use std::path::Path;

use regex::Regex;

use crate::support::fixtures::{self, cases};
use crate::support::test_names::selection;

/// Cases whose names are words that test functions and rooms need as well. For these,
/// type `cargo test case/links/`.
const ENGLISH_WORDS: &[&str] = &[
    "apps", "clear", "compress", "link", "links", "missing", "plain", "prefixes",
];

/// The test functions of the program and of this binary, each with its file.
fn test_functions() -> Vec<String> {
    let test = Regex::new(r"#\[test\]\s+(?:#\[[^\n]*\]\s+)*fn (\w+)").unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = ["src", "tests"].map(|directory| walkdir::WalkDir::new(root.join(directory)));
    let files = entries
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().into_path());
    let sources = files.filter(|path| path.extension().is_some_and(|suffix| suffix == "rs"));
    let mut functions = Vec::new();
    for path in sources {
        let text = fs::read_to_string(&path).unwrap();
        let file = path.strip_prefix(root).unwrap().display();
        functions.extend(
            test.captures_iter(&text)
                .map(|name| format!("{file} {}", &name[1])),
        );
    }
    functions
}

#[test]
fn no_test_function_has_the_name_of_a_fixture() {
    let functions = test_functions();
    assert!(functions.len() > 150, "only {} found", functions.len());
    for case in cases() {
        let name = fixtures::name(&case);
        if !ENGLISH_WORDS.contains(&&name[..]) {
            let same: Vec<_> = functions
                .iter()
                .filter(|test| test.contains(&name))
                .collect();
            assert!(
                same.is_empty(),
                "cargo test {name} runs these as well: {same:#?}"
            );
        }
    }
}

#[test]
fn whole_name_of_a_fixture_selects_it_alone() {
    assert_eq!(selection("chain-6"), "case/chain-6/");
    assert_eq!(selection("link-broken"), "case/link-broken/");
    assert_eq!(selection("chain-"), "chain-");
    assert_eq!(selection("snapshot/link-loop"), "snapshot/link-loop");
}
