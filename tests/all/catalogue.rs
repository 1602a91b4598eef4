//! `docs/problems.md` against the source: each code has its section, and each
//! section a code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;
use staticc::report::catalogue::sections;

/// Sections that were written before their problem. Each goes from here once
/// the source has it.
const COMING: &[&str] = &["directory-twice", "missing-static", "root-inside-source"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All codes that the source has, tests apart.
fn codes() -> BTreeSet<String> {
    let code = Regex::new(r#"Problem::(?:error|warning|info)\(\s*"([^"]+)""#).unwrap();
    let entries = walkdir::WalkDir::new(root().join("src")).into_iter();
    let files = entries.map(|entry| entry.unwrap().into_path());
    let sources = files.filter(|path| path.extension().is_some_and(|suffix| suffix == "rs"));
    sources
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            let found = code.captures_iter(text);
            found.map(|it| it[1].to_owned()).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn each_code_has_a_section_and_each_section_a_code() {
    let described: Vec<&str> = sections().map(|(code, _)| code).collect();
    assert!(described.is_sorted(), "{described:?}");
    let mut wanted = codes();
    for coming in COMING {
        assert!(wanted.insert((*coming).to_owned()), "{coming} has come");
    }
    let described: BTreeSet<String> = described.into_iter().map(str::to_owned).collect();
    assert_eq!(described, wanted);
}

#[test]
fn sections_say_what_why_and_how() {
    for (code, section) in sections() {
        let paragraphs: Vec<&str> = section.split("\n\n").collect();
        assert!(paragraphs.len() >= 3, "{code}");
        // The first one is a title elsewhere.
        assert!(!paragraphs[0].contains('\n'), "{code}");
    }
}
