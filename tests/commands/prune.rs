//! `staticc prune` and `collect --prune`: what goes and what stays.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::project::{Project, Run};
use crate::support::tree::files;

/// A project whose CSS file changes from release to release.
fn project() -> Project {
    let project = Project::new();
    project.write("src/a.png", "png");
    project
}

impl Project {
    /// Runs with a cache of the project's own.
    fn run_with_cache(&self, arguments: &[&str]) -> Run<'_> {
        let run = self.verb(arguments);
        match arguments[0] {
            "verify" => run,
            _ => run.arguments(["--cache-dir", "cache"]),
        }
    }

    /// Collects a release. Returns its fingerprinted files and their copies.
    fn release(&self, color: &str, flags: &[&str]) -> BTreeSet<PathBuf> {
        let css = format!("a {{ color: {color}; background: url(a.png) }}\n").repeat(20);
        self.write("src/a.css", css);
        let run = self.run_with_cache(&["collect", "--noinput"]);
        run.arguments(flags).success();
        let name = if flags.is_empty() || flags[0] != "--set" {
            "staticfiles.json"
        } else {
            "b.json"
        };
        let manifest = fs::read(self.out(name)).unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
        let paths = manifest["paths"].as_object().unwrap().values();
        let hashed: Vec<&str> = paths.map(|path| path.as_str().unwrap()).collect();
        let of = |path: &Path| {
            hashed
                .iter()
                .any(|hashed| path.to_str().unwrap().starts_with(hashed))
        };
        self.paths().into_iter().filter(|path| of(path)).collect()
    }

    fn paths(&self) -> BTreeSet<PathBuf> {
        self.files().into_keys().collect()
    }

    fn prune(&self, flags: &[&str]) -> String {
        let run = self.run_with_cache(&["prune"]);
        let outcome = run.arguments(flags).success();
        self.run_with_cache(&["verify"]).success();
        outcome.out + &outcome.error
    }
}

#[test]
fn prune_removes_only_what_no_recent_release_names() {
    let project = project();
    let [red, green, blue] = ["red", "green", "blue"].map(|color| project.release(color, &[]));
    let before = project.paths();
    assert!(red.len() >= 4 && before.is_superset(&red) && before.is_superset(&green));
    let printed = project.prune(&["--keep", "2", "--dry-run"]);
    assert_eq!(project.paths(), before);
    for gone in red.difference(&blue) {
        assert!(
            printed.contains(&format!("Pretending to delete '{}'", gone.display())),
            "{printed}"
        );
    }
    assert!(printed.contains("3 files of 1 old release"), "{printed}");
    project.prune(&["--keep", "2"]);
    let old: BTreeSet<_> = red.difference(&green).cloned().collect();
    assert_eq!(project.paths(), before.difference(&old).cloned().collect());
    // The next ones are green's; the age protects them.
    project.prune(&["--older-than", "1h"]);
    assert!(project.paths().is_superset(&green));
    project.prune(&["--older-than", "0s"]);
    let old: BTreeSet<_> = green.difference(&blue).cloned().collect();
    assert!(project.paths().is_disjoint(&old) && project.paths().is_superset(&blue));
    assert!(project.paths().contains(Path::new("a.css")));
}

#[test]
fn prune_keeps_a_release_that_is_live_again() {
    let project = project();
    let red = project.release("red", &[]);
    let green = project.release("green", &[]);
    assert_eq!(project.release("red", &[]), red);
    project.prune(&["--keep", "1"]);
    assert!(project.paths().is_superset(&red));
    assert!(!project.paths().is_superset(&green));
}

#[test]
fn prune_keeps_files_that_changed_since() {
    let project = project();
    let red = project.release("red", &[]);
    let ours = red
        .iter()
        .find(|path| path.extension().unwrap() == "css")
        .unwrap();
    project.release("green", &[]);
    let place = project.out(ours);
    fs::write(&place, "changed").unwrap();
    for copy in ["css.br", "css.gz"] {
        fs::remove_file(place.with_extension(copy)).unwrap();
    }
    fs::write(project.out("a.0123456789ab.css"), "changed").unwrap();
    project.prune(&["--keep", "1"]);
    assert!(project.paths().contains(ours));
    assert!(project.paths().contains(Path::new("a.0123456789ab.css")));
}

/// Without knowing what is in force nothing goes.
#[test]
fn prune_stops_at_a_damaged_manifest_or_release() {
    let project = project();
    project.release("red", &[]);
    project.release("green", &[]);
    let before = project.paths();
    let manifest = fs::read(project.out("staticfiles.json")).unwrap();
    fs::write(project.out("staticfiles.json"), "{").unwrap();
    project.run_with_cache(&["prune", "--keep", "1"]).failure(1);
    fs::write(project.out("staticfiles.json"), manifest).unwrap();
    let mut releases = files(&project.path("cache/releases")).into_keys();
    let oldest = project
        .path("cache/releases")
        .join(releases.next().unwrap());
    fs::write(oldest, "damaged").unwrap();
    let run = project.run_with_cache(&["prune", "--keep", "2"]);
    run.failure(1).stderr(["recent release"]);
    assert_eq!(project.paths(), before);
    // What is in force needs no remembering, and what is old no more.
    project.prune(&["--keep", "1"]);
    assert_eq!(project.paths(), before);
}

#[test]
fn collect_prunes_after_writing_the_manifest() {
    let project = project();
    let red = project.release("red", &[]);
    let green = project.release("green", &["--prune"]);
    assert!(project.paths().is_superset(&red));
    let blue = project.release("blue", &["--prune", "--keep", "1"]);
    let old: BTreeSet<_> = (&red | &green).difference(&blue).cloned().collect();
    assert!(project.paths().is_disjoint(&old) && project.paths().is_superset(&blue));
    let keep = ["collect", "--noinput", "--keep", "1"];
    project.run_with_cache(&keep).failure(2);
    let without = ["collect", "--noinput", "--no-cache", "--prune"];
    project.run_with_cache(&without).failure(2);
}

/// Red, green, red again without a cache (or killed before it was recorded), blue.
#[test]
fn prune_keeps_a_release_that_was_live_without_a_record() {
    let project = project();
    let red = project.release("red", &[]);
    let green = project.release("green", &[]);
    let css = fs::read_to_string(project.path("src/a.css")).unwrap();
    project.write("src/a.css", css.replace("green", "red"));
    let without = ["collect", "--noinput", "--no-cache"];
    project.verb(without).success();
    let blue = project.release("blue", &[]);
    project.prune(&["--keep", "2"]);
    assert!(project.paths().is_superset(&red) && project.paths().is_superset(&blue));
    assert!(!project.paths().is_superset(&green));
}

/// Two sites at one path, as in two containers with one cache.
#[test]
fn prune_ignores_releases_of_another_static_root() {
    let project = project();
    let red = project.release("red", &[]);
    let green = project.release("green", &[]);
    fs::rename(project.path("out"), project.path("first")).unwrap();
    for color in ["white", "grey", "black"] {
        project.release(color, &[]);
    }
    fs::remove_dir_all(project.path("out")).unwrap();
    fs::rename(project.path("first"), project.path("out")).unwrap();
    project.prune(&["--keep", "2"]);
    assert!(project.paths().is_superset(&red) && project.paths().is_superset(&green));
}

/// Two settings, one STATIC_ROOT, a manifest each.
#[test]
fn prune_keeps_what_another_manifest_names() {
    let project = project();
    let red = project.release(
        "red",
        &[
            "--set",
            "STORAGES.staticfiles.OPTIONS.manifest_name='b.json'",
        ],
    );
    project.release("red", &[]);
    project.release("green", &[]);
    project.prune(&["--keep", "1"]);
    assert!(project.paths().is_superset(&red));
}

/// Django's own files are not ours to remove.
#[test]
fn prune_keeps_files_of_other_programs() {
    let project = project();
    let red = project.release("red", &[]);
    fs::remove_dir_all(project.path("cache")).unwrap();
    project.release("green", &[]);
    project.prune(&["--keep", "1"]);
    assert!(project.paths().is_superset(&red));
}

/// What the cache evicts must not take the history of releases with it.
#[test]
fn prune_knows_old_releases_after_the_cache_is_pruned() {
    let project = project();
    let colors = ["red", "green", "blue", "grey"];
    let releases = colors.map(|color| project.release(color, &[]));
    let (live, old) = releases.split_last().unwrap();
    let evict = ["cache", "prune", "--max-size", "1"];
    project.run_with_cache(&evict).success();
    assert_eq!(&project.release("grey", &[]), live);
    project.prune(&["--keep", "1"]);
    let remaining = project.paths();
    assert!(remaining.is_superset(live));
    for release in old {
        let gone: BTreeSet<_> = release.difference(live).cloned().collect();
        assert!(
            !gone.is_empty() && remaining.is_disjoint(&gone),
            "{remaining:?}"
        );
    }
}

/// A source is removed, and a text still names it: its fingerprinted file is only of the first
/// release.
#[test]
fn prune_keeps_a_leftover_that_a_recent_text_refers_to() {
    let project = Project::new()
        .file("src/old.png", "old")
        .file("src/a.css", "a{b:url(old.png)}")
        .file("src/gone.png", "gone");
    project.run_with_cache(&["collect", "--noinput"]).success();
    let is_old = |path: &&PathBuf| path.to_str().unwrap().starts_with("old.");
    let old: BTreeSet<_> = project.paths().iter().filter(is_old).cloned().collect();
    assert_eq!(old.len(), 2);
    fs::remove_file(project.path("src/old.png")).unwrap();
    fs::remove_file(project.path("src/gone.png")).unwrap();
    let collect = ["collect", "--noinput", "--prune", "--keep", "1"];
    let run = project.run_with_cache(&collect).success();
    run.stderr(["[leftover-reference]"]);
    project.verb(["verify"]).success();
    assert!(project.paths().is_superset(&old));
    let fingerprinted = |name: &str| {
        let mut paths = project.paths().into_iter();
        paths.find(|path| {
            let path = path.to_str().unwrap();
            path.starts_with(name) && path.split('.').count() > 2
        })
    };
    assert_eq!(fingerprinted("gone."), None);
    // Once no text refers to it, it goes.
    project.write("src/a.css", "a{}");
    project.run_with_cache(&collect).success();
    assert_eq!(fingerprinted("old."), None);
}

/// A module names a fingerprinted file by hand, and only an old release has that file.
#[test]
fn prune_keeps_what_a_recent_module_names_by_its_fingerprint() {
    let project = Project::new()
        .file("src/old.png", "old")
        .file("src/a.mjs", "");
    let browser = ["--set", "staticc.references='browser'"];
    let collect = [&["collect", "--noinput"], &browser[..]].concat();
    project.run_with_cache(&collect).success();
    let is_fingerprinted = |path: &&str| path.starts_with("old.") && path.len() > "old.png".len();
    let paths = project.paths();
    let mut names = paths.iter().filter_map(|path| path.to_str());
    let name = names.find(is_fingerprinted).unwrap();
    fs::remove_file(project.path("src/old.png")).unwrap();
    let module = format!("new URL('{name}', import.meta.url)");
    project.write("src/a.mjs", module);
    let prune = [&collect[..], &["--prune", "--keep", "1"]].concat();
    project.run_with_cache(&prune).success();
    assert!(project.paths().contains(Path::new(name)));
    // Once no module names it, it goes.
    project.write("src/a.mjs", "");
    project.run_with_cache(&prune).success();
    assert!(!project.paths().contains(Path::new(name)));
}
