//! The pages of the documentation: links lead somewhere, the README stays short,
//! and what the pages say of `src/` is there. `problem_catalogue.rs` has
//! `docs/problems.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The Markdown files at the top of the repository and below `docs/`.
fn pages() -> Vec<PathBuf> {
    let docs = walkdir::WalkDir::new(root().join("docs")).into_iter();
    let docs = docs.map(|entry| entry.unwrap().into_path());
    let top = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root().join(name));
    let pages = docs.filter(|path| path.extension().is_some_and(|suffix| suffix == "md"));
    pages.chain(top).collect()
}

/// The text without blocks of code.
fn prose(text: &str) -> String {
    let mut in_code = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The targets of links and pictures, without those of other sites.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let targets = prose.split("](").skip(1);
    let targets = targets.filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()));
    targets.filter(|target| !target.contains("://")).collect()
}

/// The anchors that GitHub gives the headings of a page.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let title = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter_map(|character| match character {
            ' ' => Some('-'),
            '-' | '_' => Some(character),
            _ => character.is_alphanumeric().then_some(character),
        });
        kept.collect()
    };
    headings.map(anchor).collect()
}

/// Why a link of a page leads nowhere.
fn fault(page: &Path, link: &str) -> Option<String> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = match file {
        "" => page.to_owned(),
        _ => page.parent().unwrap().join(file),
    };
    if !target.exists() {
        return Some(format!("{}: no file {link}", page.display()));
    }
    let found = anchor.is_empty() || {
        let text = fs::read_to_string(&target).unwrap();
        anchors(&text).contains(anchor)
    };
    (!found).then(|| format!("{}: no heading {link}", page.display()))
}

/// What stands between backticks on a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[test]
fn links_lead_to_files_and_headings() {
    let mut count = 0;
    let mut faults = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let links = links(&text);
        count += links.len();
        faults.extend(links.iter().filter_map(|link| fault(&page, link)));
    }
    assert!(count > 50, "only {count} links");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn index_links_every_page() {
    let index = links(&read("docs/README.md"));
    for page in pages() {
        let name = page.file_name().unwrap().to_str().unwrap();
        let listed = index.iter().any(|link| link.ends_with(name));
        assert!(listed, "docs/README.md does not link {name}");
    }
}

#[test]
fn readme_is_short() {
    let readme = read("README.md");
    assert!(readme.lines().count() <= 150);
    let long = readme.lines().find(|line| line.chars().count() > 120);
    assert_eq!(long, None);
}

#[test]
fn pages_have_short_lines() {
    for page in pages() {
        let text = prose(&fs::read_to_string(&page).unwrap());
        let is_long = |line: &&str| !line.starts_with('|') && line.chars().count() > 120;
        let long = text.lines().find(is_long);
        assert_eq!(long, None, "{}", page.display());
    }
}

#[test]
fn types_of_the_glossary_exist() {
    let sources: Vec<String> = walkdir::WalkDir::new(root().join("src"))
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let glossary = read("docs/glossary.md");
    let names = glossary.lines().flat_map(quoted);
    let is_type = |name: &&str| {
        let camel = name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
        camel
            && name
                .chars()
                .all(|character| character.is_alphanumeric() || character == ':')
    };
    let names: Vec<&str> = names.filter(is_type).collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        let name = name.split("::").next().unwrap();
        let kinds = ["struct", "enum", "trait", "type"].map(|kind| format!("{kind} {name}"));
        let defines = |text: &String| {
            let ends = kinds.iter().flat_map(|kind| text.split(&kind[..]).skip(1));
            ends.map(|rest| rest.chars().next())
                .any(|end| !end.is_some_and(char::is_alphanumeric))
        };
        assert!(sources.iter().any(defines), "no type {name} in src/");
    }
}

/// `architecture.rs` compares the rooms of `src/lib.rs` with `src/`.
#[test]
fn room_map_lists_the_rooms_in_order() {
    let lib = read("src/lib.rs");
    let rooms = lib.lines().filter_map(|line| {
        let (room, _) = line.strip_prefix("//! - [`")?.split_once('`')?;
        Some(room.to_owned())
    });
    let rooms: Vec<String> = rooms.collect();
    assert!(rooms.len() > 10, "{rooms:?}");
    let page = read("docs/architecture.md");
    let listed = page.lines().filter_map(|line| {
        let (room, _) = line.strip_prefix("| `src/")?.split_once('`')?;
        Some(
            room.trim_end_matches('/')
                .trim_end_matches(".rs")
                .to_owned(),
        )
    });
    assert_eq!(listed.collect::<Vec<_>>(), rooms);
}

/// Paths with a directory, such as `src/model/code.rs`.
#[test]
fn files_that_pages_name_exist() {
    for name in ["CONTRIBUTING.md", "docs/architecture.md", "docs/proof.md"] {
        let text = prose(&read(name));
        let paths = text.lines().flat_map(quoted);
        let is_path = |path: &&str| {
            let tops = [
                "src/",
                "tests/",
                "xtask/",
                "docs/",
                "fixtures/",
                ".ci/",
                "fuzz/",
            ];
            tops.iter().any(|top| path.starts_with(top)) && !path.contains(['*', '<', ' '])
        };
        for path in paths.filter(is_path) {
            assert!(root().join(path).exists(), "{name} names {path}");
        }
    }
}

/// A tag may be moved to other code, a commit not.
#[test]
fn github_action_names_other_actions_by_commit() {
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    let uses: Vec<&str> = action
        .lines()
        .filter(|line| line.contains("uses:"))
        .collect();
    assert!(!uses.is_empty());
    let pinned = Regex::new(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$").unwrap();
    for line in uses {
        assert!(pinned.is_match(line), "{line}");
    }
}
