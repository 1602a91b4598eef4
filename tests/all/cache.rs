//! The cache from outside: what is shared, what is counted, what a run with
//! nothing to do leaves alone, and the `cache` verb.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::tree::{files, staticc};

const SETTINGS: &str = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"static\"]\n\
    [staticc]\npython_path = []\n[staticc.cache]\ndir = \"../cache\"\n";

/// Projects side by side, each with `a.css` → `b.css` and a text.
fn projects(names: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for name in names {
        let project = directory.path().join(name);
        fs::create_dir_all(project.join("static")).unwrap();
        fs::write(project.join("settings.toml"), SETTINGS).unwrap();
        let css = |start: &str| format!("{start}\n{}", "a { color: red }\n".repeat(50));
        fs::write(project.join("static/a.css"), css("@import \"b.css\";")).unwrap();
        fs::write(project.join("static/b.css"), css("/* b */")).unwrap();
        fs::write(project.join("static/t.txt"), "text ".repeat(100)).unwrap();
    }
    directory
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    let output = staticc().current_dir(directory).args(arguments).output();
    output.unwrap()
}

fn collect(directory: &Path, flags: &[&str]) -> Vec<Value> {
    let arguments = [&["collect", "--noinput", "--format", "json"], flags].concat();
    let output = run(directory, &arguments);
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
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
fn projects_share_results() {
    let directory = projects(&["one", "two"]);
    // a.css before and after, b.css, t.txt; each .br and .gz.
    assert_eq!(counts(&collect(&directory.path().join("one"), &[])), (0, 8));
    assert_eq!(counts(&collect(&directory.path().join("two"), &[])), (8, 0));
}

#[test]
fn one_change_costs_that_file_and_its_dependants() {
    let directory = projects(&["one"]);
    let project = directory.path().join("one");
    collect(&project, &[]);
    let more = "b { color: blue }\n".repeat(50);
    fs::write(project.join("static/b.css"), more).unwrap();
    // b.css, and a.css with b.css's new name in it.
    assert_eq!(counts(&collect(&project, &[])), (0, 4));
}

#[test]
fn nothing_to_do_is_nothing_done() {
    let directory = projects(&["one"]);
    let project = directory.path().join("one");
    collect(&project, &[]);
    // Sources written just before the first run were too fresh to trust.
    collect(&project, &[]);
    let before = stamps(directory.path());
    let events = collect(&project, &[]);
    assert_eq!(counts(&events), (0, 0));
    let done = events.iter().find(|event| event["event"] == "done");
    assert_eq!(done.unwrap()["unmodified"], 3);
    assert_eq!(stamps(directory.path()), before);
}

/// Many processes, some of which throw out what others just made.
#[test]
fn many_processes_share_one_cache() {
    let names = ["one", "two", "three", "four", "five", "six"];
    let directory = projects(&names);
    let trees = |root: &str| -> Vec<BTreeMap<PathBuf, Vec<u8>>> {
        let tree = |name: &&str| files(&directory.path().join(name).join(root));
        names.iter().map(tree).collect()
    };
    std::thread::scope(|scope| {
        for (number, name) in names.iter().enumerate() {
            let project = directory.path().join(name);
            let size = format!("staticc.cache.max_size = \"{} KiB\"", 10 + number * 10);
            scope.spawn(move || {
                for round in 0..4 {
                    let text = format!("round {round} ").repeat(80);
                    fs::write(project.join("static/t.txt"), text).unwrap();
                    collect(&project, &["--set", &size]);
                }
            });
        }
    });
    for name in names {
        let flags = ["--no-cache", "--static-root", "alone"];
        collect(&directory.path().join(name), &flags);
    }
    for (together, alone) in trees("out").iter().zip(trees("alone")) {
        for (path, bytes) in alone {
            assert!(together.get(&path) == Some(&bytes), "{path:?}");
        }
    }
}

#[test]
fn without_cache_there_is_no_trace() {
    let directory = projects(&["one"]);
    collect(&directory.path().join("one"), &["--no-cache"]);
    assert!(!directory.path().join("cache").exists());
}

#[test]
fn a_cache_that_cannot_be_written_is_a_warning() {
    let directory = projects(&["one"]);
    fs::write(directory.path().join("cache"), "a file").unwrap();
    let events = collect(&directory.path().join("one"), &[]);
    let warnings = events.iter().filter(|event| event["event"] == "problem");
    let codes: Vec<&Value> = warnings.map(|event| &event["code"]).collect();
    assert_eq!(codes, ["cache-unusable"]);
    assert!(directory.path().join("one/out/staticfiles.json").exists());
}

#[test]
fn a_cache_is_neither_served_nor_collected() {
    let directory = projects(&["one"]);
    let project = directory.path().join("one");
    for (place, why) in [
        ("out/cache", "/out, which is served"),
        ("static/cache", "/static, which is collected"),
    ] {
        let output = run(&project, &["collect", "--cache-dir", place]);
        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        let start = format!("error: {place}: the cache is in ");
        assert!(error.starts_with(&start) && error.contains(why), "{error}");
        assert!(!project.join("out").exists());
    }
    // What is ignored is not collected.
    collect(&project, &["--cache-dir", "static/.cache"]);
}

#[test]
fn hard_links_have_one_inode() {
    let directory = projects(&["one"]);
    let project = directory.path().join("one");
    collect(&project, &["--link-mode", "hardlink"]);
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
    // The sources are nobody's links.
    assert_eq!(project.join("static/t.txt").metadata().unwrap().nlink(), 1);
    // A file that is lost comes back as a link to the other.
    fs::remove_file(out.join("t.txt")).unwrap();
    collect(&project, &["--link-mode", "hardlink"]);
    assert_eq!(out.join("t.txt").metadata().unwrap().nlink(), 2);
}

#[test]
fn every_link_mode_leaves_the_same_files() {
    let directory = projects(&["one"]);
    let project = directory.path().join("one");
    // Larger than what is read at once.
    fs::write(project.join("static/large.png"), vec![7; 300_000]).unwrap();
    let tree = |mode: &str| {
        collect(&project, &["--link-mode", mode, "--static-root", mode]);
        files(&project.join(mode))
    };
    let reflinked = tree("reflink");
    assert_eq!(reflinked[Path::new("large.png")], vec![7; 300_000]);
    assert!(tree("copy") == reflinked && tree("hardlink") == reflinked);
}

/// Compressed copies beside a link are like the file it leads to.
#[test]
fn a_second_run_with_links_writes_nothing() {
    let directory = projects(&["one"]);
    let project = directory.path().join("one");
    collect(&project, &["--link"]);
    let before = stamps(&project.join("out"));
    collect(&project, &["--link"]);
    assert_eq!(stamps(&project.join("out")), before);
}

#[test]
fn the_cache_is_looked_after() {
    let directory = projects(&["one"]);
    let project = directory.path().join("one");
    collect(&project, &[]);
    let said = |arguments: &[&str]| {
        let output = run(&project, arguments);
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.rsplit_once("cache: ").unwrap().1.to_owned()
    };
    assert_eq!(
        said(&["cache", "info"]),
        "10 entries, 40.0 KiB, at most 2.0 GiB\n"
    );
    let pruned = said(&["cache", "prune", "--max-size", "20 KiB"]);
    assert_eq!(pruned, "removed 6 entries, 24.0 KiB\n");
    assert_eq!(said(&["cache", "clear"]), "removed 4 entries, 16.0 KiB\n");
    assert!(!directory.path().join("cache").exists());
    assert_eq!(
        said(&["cache", "info"]),
        "0 entries, 0 B, at most 2.0 GiB\n"
    );
}
