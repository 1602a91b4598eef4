//! The cache from outside: what is shared, what is counted, what a run with
//! nothing to do leaves alone, and the `cache` verb.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::project::Project;
use crate::support::tree::files;

const SETTINGS: &str = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"static\"]\n\
    [staticc]\npython_path = []\n[staticc.cache]\ndir = \"../cache\"\n";

/// Projects side by side, each with `a.css` → `b.css` and a text.
fn projects(names: &[&str]) -> Project {
    let css = |start: &str| format!("{start}\n{}", "a { color: red }\n".repeat(50));
    names.iter().fold(Project::empty(), |all, name| {
        all.file(&format!("{name}/settings.toml"), SETTINGS)
            .file(&format!("{name}/static/a.css"), css("@import \"b.css\";"))
            .file(&format!("{name}/static/b.css"), css("/* b */"))
            .file(&format!("{name}/static/t.txt"), "text ".repeat(100))
    })
}

/// Collects one of the projects. Returns the events.
fn collect(projects: &Project, name: &str, flags: &[&str]) -> Vec<Value> {
    let run = projects.collect().within(name);
    let outcome = run
        .arguments(["--format", "json"])
        .arguments(flags)
        .success();
    outcome.events()
}

/// How many compressed copies were found and made.
fn counts(events: &[Value]) -> (u64, u64) {
    let cache = events.iter().find(|event| event["event"] == "cache");
    cache.map_or((0, 0), |cache| {
        let count = |key: &str| cache[key].as_u64().unwrap();
        (count("found"), count("made"))
    })
}

/// Inode, time and size of everything below a directory.
fn stamps(directory: &Path) -> BTreeMap<PathBuf, (u64, i64, i64, u64)> {
    walkdir::WalkDir::new(directory)
        .into_iter()
        .map(Result::unwrap)
        .map(|entry| {
            let found = entry.metadata().unwrap();
            let stamp = (found.ino(), found.ctime(), found.ctime_nsec(), found.len());
            (entry.into_path(), stamp)
        })
        .collect()
}

#[test]
fn projects_share_compressed_copies() {
    let projects = projects(&["one", "two"]);
    // a.css before and after, b.css, t.txt; each .br and .gz.
    assert_eq!(counts(&collect(&projects, "one", &[])), (0, 8));
    assert_eq!(counts(&collect(&projects, "two", &[])), (8, 0));
}

#[test]
fn changed_file_and_its_dependents_are_compressed_again() {
    let projects = projects(&["one"]);
    let project = projects.path("one");
    collect(&projects, "one", &[]);
    let more = "b { color: blue }\n".repeat(50);
    fs::write(project.join("static/b.css"), more).unwrap();
    // b.css, and a.css with b.css's new name in it.
    assert_eq!(counts(&collect(&projects, "one", &[])), (0, 4));
}

#[test]
fn run_without_changes_writes_nothing() {
    let projects = projects(&["one"]);
    collect(&projects, "one", &[]);
    // Sources written just before the first run were too fresh to trust.
    collect(&projects, "one", &[]);
    let before = stamps(projects.base());
    let events = collect(&projects, "one", &[]);
    assert_eq!(counts(&events), (0, 0));
    let done = events.iter().find(|event| event["event"] == "done");
    assert_eq!(done.unwrap()["unmodified"], 3);
    assert_eq!(stamps(projects.base()), before);
}

/// Many processes, some of which throw out what others just made.
#[test]
fn processes_share_one_cache_at_the_same_time() {
    let names = ["one", "two", "three", "four", "five", "six"];
    let projects = projects(&names);
    let trees = |root: &str| -> Vec<BTreeMap<PathBuf, Vec<u8>>> {
        let tree = |name: &&str| files(&projects.path(name).join(root));
        names.iter().map(tree).collect()
    };
    std::thread::scope(|scope| {
        for (number, name) in names.iter().enumerate() {
            let (projects, text_file) = (&projects, format!("{name}/static/t.txt"));
            let size = format!("staticc.cache.max_size = \"{} KiB\"", 10 + number * 10);
            scope.spawn(move || {
                for round in 0..4 {
                    let text = format!("round {round} ").repeat(80);
                    projects.write(&text_file, text);
                    collect(projects, name, &["--set", &size]);
                }
            });
        }
    });
    for name in names {
        let flags = ["--no-cache", "--static-root", "alone"];
        collect(&projects, name, &flags);
    }
    for (together, alone) in trees("out").iter().zip(trees("alone")) {
        for (path, bytes) in alone {
            assert!(together.get(&path) == Some(&bytes), "{path:?}");
        }
    }
}

#[test]
fn no_cache_flag_leaves_no_cache() {
    let projects = projects(&["one"]);
    collect(&projects, "one", &["--no-cache"]);
    assert!(!projects.path("cache").exists());
}

#[test]
fn cache_that_cannot_be_written_is_a_warning() {
    let projects = projects(&["one"]);
    fs::write(projects.path("cache"), "a file").unwrap();
    let events = collect(&projects, "one", &[]);
    let warnings = events.iter().filter(|event| event["event"] == "problem");
    let codes: Vec<&Value> = warnings.map(|event| &event["code"]).collect();
    assert_eq!(codes, ["cache-unusable"]);
    assert!(projects.path("one/out/staticfiles.json").exists());
}

#[test]
fn cache_in_a_served_or_collected_directory_is_refused() {
    let projects = projects(&["one"]);
    let project = projects.path("one");
    for (place, why) in [
        ("out/cache", "/out, which is served"),
        ("static/cache", "/static, which is collected"),
    ] {
        let run = projects.collect().within("one");
        let outcome = run
            .arguments(["--cache-dir", place])
            .failure(2)
            .stderr([why]);
        let start = format!("error: {place}: the cache is in ");
        assert!(outcome.error.starts_with(&start), "{}", outcome.error);
        assert!(!project.join("out").exists());
    }
    // What is ignored is not collected.
    collect(&projects, "one", &["--cache-dir", "static/.cache"]);
}

#[test]
fn hard_link_mode_gives_equal_files_one_inode() {
    let projects = projects(&["one"]);
    let project = projects.path("one");
    collect(&projects, "one", &["--link-mode", "hardlink"]);
    let out = project.join("out");
    let inodes = |suffix: &str| -> Vec<u64> {
        let entries = fs::read_dir(&out).unwrap().map(Result::unwrap);
        let named = entries.filter(|entry| {
            let name = entry.file_name().into_string().unwrap();
            name.starts_with("t.") && name.ends_with(suffix)
        });
        named.map(|entry| entry.metadata().unwrap().ino()).collect()
    };
    for suffix in [".txt", ".txt.br", ".txt.gz"] {
        let inodes = inodes(suffix);
        assert!(
            inodes.len() == 2 && inodes[0] == inodes[1],
            "{suffix}: {inodes:?}"
        );
    }
    // No source is linked to.
    assert_eq!(project.join("static/t.txt").metadata().unwrap().nlink(), 1);
    // A file that is lost comes back as a link to the other.
    fs::remove_file(out.join("t.txt")).unwrap();
    collect(&projects, "one", &["--link-mode", "hardlink"]);
    assert_eq!(out.join("t.txt").metadata().unwrap().nlink(), 2);
}

#[test]
fn every_link_mode_leaves_the_same_files() {
    let projects = projects(&["one"]);
    let project = projects.path("one");
    // Larger than what is read at once.
    fs::write(project.join("static/large.png"), vec![7; 300_000]).unwrap();
    let tree = |mode: &str| {
        collect(
            &projects,
            "one",
            &["--link-mode", mode, "--static-root", mode],
        );
        files(&project.join(mode))
    };
    let reflinked = tree("reflink");
    assert_eq!(reflinked[Path::new("large.png")], vec![7; 300_000]);
    assert!(tree("copy") == reflinked && tree("hardlink") == reflinked);
}

/// Compressed copies beside a link are like the file it leads to.
#[test]
fn second_run_with_links_writes_nothing() {
    let projects = projects(&["one"]);
    let project = projects.path("one");
    collect(&projects, "one", &["--link"]);
    let before = stamps(&project.join("out"));
    collect(&projects, "one", &["--link"]);
    assert_eq!(stamps(&project.join("out")), before);
}

/// The release is not evicted, and so it does not count. `cache clear` removes it.
#[test]
fn cache_verbs_report_prune_and_clear() {
    let projects = projects(&["one"]);
    collect(&projects, "one", &[]);
    let printed = |arguments: &[&str]| {
        let outcome = projects.verb(arguments).within("one").success();
        outcome.out.rsplit_once("cache: ").unwrap().1.to_owned()
    };
    assert_eq!(
        printed(&["cache", "info"]),
        "9 entries, 36.0 KiB, at most 2.0 GiB\n"
    );
    let pruned = printed(&["cache", "prune", "--max-size", "20 KiB"]);
    assert_eq!(pruned, "removed 5 entries, 20.0 KiB\n");
    assert_eq!(
        printed(&["cache", "clear"]),
        "removed 5 entries, 20.0 KiB\n"
    );
    assert!(!projects.path("cache").exists());
    assert_eq!(
        printed(&["cache", "info"]),
        "0 entries, 0 B, at most 2.0 GiB\n"
    );
}
