//! `docs/problems.md` against the codes and against what runs print: each code
//! has its section, each section a code, and its example is true.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;
use staticc::model::Code;
use staticc::report::catalogue::sections;

/// Examples that are in no snapshot: of verbs without formats, and what no test
/// brings about, since it needs a terminal, a signal, another user, a full disk
/// or a mistake of ours.
const UNSEEN: &[&str] = &[
    "cache-unusable",
    "cancelled",
    "cannot-hold",
    "cannot-write",
    "interrupted",
    "more-problems",
    "no-cache",
    "no-text",
    "not-held",
    "not-locked",
    "source-changed",
    "standard-output",
    "unknown-verb",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn sections_are_the_codes_in_order() {
    let headings: Vec<&str> = sections().map(|(heading, _)| heading).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(headings, codes);
    assert!(codes.is_sorted(), "{codes:?}");
}

/// A code that no problem has would be documented for nothing.
#[test]
fn each_code_is_used() {
    let name = Regex::new(r"\bCode::([A-Z]\w+)").unwrap();
    let entries = walkdir::WalkDir::new(root().join("src")).into_iter();
    let files = entries.map(|entry| entry.unwrap().into_path());
    let sources = files.filter(|path| path.extension().is_some_and(|suffix| suffix == "rs"));
    let used: BTreeSet<String> = sources
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let names = name.captures_iter(code);
            names.map(|name| name[1].to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let unused = Code::ALL.iter().map(|code| format!("{code:?}"));
    let unused: Vec<String> = unused.filter(|code| !used.contains(code)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn sections_have_a_title_a_reason_and_a_remedy() {
    for (code, section) in sections() {
        let paragraphs: Vec<&str> = section.split("\n\n").collect();
        assert!(paragraphs.len() >= 3, "{code}");
        // The first one is a title elsewhere.
        assert!(!paragraphs[0].contains('\n'), "{code}");
    }
}

/// `STATICC_BLESS=1` takes them from the snapshots, which must be there.
#[test]
fn examples_equal_their_snapshots() {
    let bless = std::env::var_os("STATICC_BLESS").is_some();
    let path = root().join("docs/problems.md");
    let mut text = fs::read_to_string(&path).unwrap();
    for (code, section) in sections() {
        let (_, example) = section.split_once("```text\n").expect(code);
        let (example, _) = example.split_once("```").expect(code);
        assert!(example.contains(&format!("[{code}]\n")), "{code}");
        if UNSEEN.contains(&code) {
            continue;
        }
        let printed = example_of(code);
        if bless && !printed.is_empty() {
            text = text.replace(example, &printed);
        } else {
            assert_eq!(example, printed, "{code}");
        }
    }
    if bless {
        fs::write(path, text).unwrap();
    }
}

/// The first problem with this code in the snapshot of its name.
fn example_of(code: &str) -> String {
    let snapshot = root().join(format!("tests/snapshots/{code}.text"));
    let snapshot = fs::read_to_string(snapshot).unwrap_or_default();
    let (_, errors) = snapshot.split_once("--- error\n").unwrap_or_default();
    let first = |line: &&str| line.ends_with(&format!("[{code}]"));
    let mut lines = errors.lines().skip_while(|line| !first(line));
    let head = lines.next().into_iter();
    let rest = lines.take_while(|line| line.starts_with(' '));
    let lines = head.chain(rest).map(|line| format!("{line}\n"));
    lines.collect::<String>().replace("{dir}", "/project")
}
