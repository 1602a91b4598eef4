//! `staticc prune --store`, with directories. `cargo xtask stores` prunes servers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::support::project::{Project, Run};
use crate::support::store::{project, publish, published, store_url};
use crate::support::tree;

fn prune<'p>(project: &'p Project, flags: &[&str]) -> Run<'p> {
    let store = store_url(project);
    project.verb(["prune", "--store", &store]).arguments(flags)
}

/// Releases 1 to `count`, each with a style sheet, a script and a file of its own.
fn releases(count: usize) -> Project {
    let project = project();
    for number in 1..=count {
        project.write(
            "src/css/site.css",
            format!("a {{ order: {number} }}\n").repeat(50),
        );
        project.write(&format!("src/{number}.txt"), "");
        if number > 1 {
            fs::remove_file(project.path(format!("src/{}.txt", number - 1))).unwrap();
        }
        fs::remove_dir_all(project.path("out")).unwrap();
        project.collect().success();
        publish(&project, &[]).success();
    }
    project
}

fn store_files(project: &Project) -> BTreeMap<PathBuf, Vec<u8>> {
    tree::files(&project.path("store"))
}

/// The pointer to the current release.
fn pointer(project: &Project) -> Value {
    let path = project.path("store/.staticc/current");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The keys of all documents and kept bytes.
fn documents(project: &Project, directory: &str) -> Vec<String> {
    let all = store_files(project).into_keys();
    let text = all.map(|path| path.to_str().unwrap().to_owned());
    let prefix = format!(".staticc/{directory}/");
    text.filter(|path| path.starts_with(&prefix)).collect()
}

/// Asserts that the store has the current release whole.
fn assert_whole(project: &Project) {
    let store = store_url(project);
    project
        .verb(["verify", "--store", &store])
        .success()
        .empty_stderr();
}

#[test]
fn prune_deletes_what_only_old_releases_name() {
    let project = releases(4);
    let before = published(&project);
    let out = prune(&project, &["--keep", "2", "-v2"]).success().out;
    assert!(out.contains("Deleting '1.txt'"), "{out}");
    assert!(out.contains("2 old releases"), "{out}");
    assert!(out.contains("2 releases kept"), "{out}");
    let after = published(&project);
    let gone: Vec<&String> = before
        .keys()
        .filter(|key| !after.contains_key(*key))
        .collect();
    let is_old = |key: &str| key.starts_with("1.") || key.starts_with("2.");
    let texts = gone.iter().filter(|key| is_old(key)).count();
    let styles = gone
        .iter()
        .filter(|key| key.starts_with("css/site."))
        .count();
    // Two texts under two names, and two style sheets.
    assert_eq!((texts, styles, gone.len()), (4, 2, 6), "{gone:?}");
    assert_eq!(documents(&project, "releases").len(), 2);
    // The manifests of the releases that stay.
    assert_eq!(documents(&project, "objects").len(), 2);
    assert_whole(&project);
    let again = prune(&project, &["--keep", "2"]).success().out;
    assert!(again.starts_with("0 objects of 0 old releases"), "{again}");
    publish(&project, &["--rollback"]).success();
    assert_whole(&project);
}

#[test]
fn dry_run_deletes_nothing_and_lists_the_same() {
    let project = releases(3);
    let before = store_files(&project);
    let dry = prune(&project, &["--keep", "1", "-n"]).success().out;
    assert_eq!(store_files(&project), before);
    let real = prune(&project, &["--keep", "1", "-v2"]).success().out;
    assert_eq!(
        dry.replace("Pretending to delete", "Deleting")
            .replace("would be ", ""),
        real
    );
}

#[test]
fn settings_say_how_many_releases_stay() {
    let project = releases(7);
    let store = store_url(&project);
    let run = |flags: &[&str]| {
        let run = project.verb(["prune", "--store", &store, "-n"]);
        run.arguments(flags).success().out
    };
    assert!(run(&[]).contains("2 old releases"), "{}", run(&[]));
    let three = ["--set", "staticc.publish.keep=3"];
    assert!(run(&three).contains("4 old releases"));
    let young = ["--set", "staticc.publish.older_than=\"1 day\"", "--keep=1"];
    assert!(run(&young).contains("0 old releases"));
    // The store of the settings.
    let set = format!("staticc.publish.store=\"{store}\"");
    let run = project.verb(["prune", "--store", "-n", "--set", &set]);
    assert!(run.success().out.contains("2 old releases"));
}

#[test]
fn a_release_that_is_current_again_stays() {
    let project = releases(4);
    publish(&project, &["--rollback=1"]).success();
    prune(&project, &["--keep", "1"]).success();
    assert_whole(&project);
    let names = documents(&project, "releases");
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(names[0].contains("/00000001-"), "{names:?}");
}

#[test]
fn what_no_release_names_stays() {
    let project = releases(3);
    project.write("store/of-nobody.txt", "");
    project.write("store/.staticc/objects/of-nobody", "");
    prune(&project, &["--keep", "1"]).success();
    assert!(project.path("store/of-nobody.txt").exists());
    assert!(project.path("store/.staticc/objects/of-nobody").exists());
}

/// A document that names other documents must not have them deleted.
#[test]
fn hostile_release_deletes_no_document() {
    let project = releases(2);
    let digest = "0f".repeat(32);
    let text = format!(
        r#"{{"version":1,"number":1,"created":"","headers":[{{"content-type":"","cache-control":""}}],
           "objects":{{".staticc/current":{{"size":1,"blake3":"{digest}","role":"plain","headers":0}}}}}}"#
    );
    let name = blake3::hash(text.as_bytes()).to_hex()[..32].to_owned();
    let file = format!("store/.staticc/releases/00000001-20200102T030405Z-{name}.json");
    project.write(&file, text);
    let run = prune(&project, &["--keep", "1"]).success();
    run.stderr(["warning", "[damaged-release]", ".staticc/current"]);
    assert!(project.path(file).exists());
    assert_whole(&project);
}

#[test]
fn damaged_recent_release_stops_pruning() {
    let project = releases(3);
    let before = store_files(&project);
    let names = documents(&project, "releases");
    fs::write(project.path(format!("store/{}", names[1])), "{}").unwrap();
    let run = prune(&project, &["--keep", "2"]).failure(1);
    run.stderr(["[damaged-release]", &names[1], "nothing is deleted"]);
    let objects = published(&project);
    assert!(
        objects
            .keys()
            .all(|key| before.contains_key(Path::new(key)))
    );
    assert_eq!(
        objects.len(),
        before
            .keys()
            .filter(|key| !key.starts_with(".staticc"))
            .count()
    );
    // The next run of anybody does not wait.
    publish(&project, &["--rollback=1"]).success();
}

#[test]
fn store_without_releases_is_an_error() {
    let project = project();
    prune(&project, &[])
        .failure(1)
        .stderr(["[no-releases]", "publish first"]);
    publish(&project, &[]).success();
    fs::write(project.path("store/.staticc/current"), "{").unwrap();
    let run = prune(&project, &[]).failure(1);
    run.stderr(["[damaged-release]", "nothing is deleted", "publish again"]);
}

/// The number of a prune is used up, so that a publisher that began before fails.
#[test]
fn prune_takes_a_number_and_leaves_no_claims() {
    let project = releases(3);
    prune(&project, &["--keep", "1"]).success();
    assert_eq!(documents(&project, "claims"), Vec::<String>::new());
    assert_eq!(pointer(&project)["number"], 4);
    assert_eq!(pointer(&project).get("pruned"), None);
    // Its content was in release 1, whose objects are gone.
    project.write("src/css/site.css", "a { order: 1 }\n".repeat(50));
    project.write("src/1.txt", "");
    project.collect().success();
    let out = publish(&project, &[]).success().out;
    assert!(out.contains("as release 5"), "{out}");
    assert_whole(&project);
}

#[test]
fn rollback_to_a_pruned_release_says_so() {
    let project = releases(3);
    prune(&project, &["--keep", "2"]).success();
    let run = publish(&project, &["--rollback=1"]).failure(1);
    run.stderr(["no release 1", "it was pruned", "[no-releases]"]);
    publish(&project, &["--rollback"]).success();
    let run = publish(&project, &["--rollback"]).failure(1);
    run.stderr(["no earlier release"]);
}

#[test]
fn claim_of_a_publisher_stops_pruning_and_the_other_way_round() {
    let project = releases(3);
    let before = store_files(&project);
    let claim = "store/.staticc/claims/00000004-1.json";
    let text = r#"{"version":1,"content":"0","claimed":"then","publisher":"ci"}"#;
    project.write(claim, text);
    let run = prune(&project, &["--keep", "1"]).failure(1);
    run.stderr(["[publish-claimed]", "by ci"]);
    project.write(
        claim,
        r#"{"version":1,"content":"prune 1","claimed":"then"}"#,
    );
    project.write("src/new.txt", "");
    project.collect().success();
    let run = publish(&project, &[]).failure(1);
    run.stderr(["[publish-claimed]", "to prune"]);
    let run = prune(&project, &["--keep", "1"]).failure(1);
    run.stderr(["[publish-claimed]", "to prune"]);
    let after = store_files(&project);
    assert!(before.keys().all(|key| after.contains_key(key)));
}

/// What a publisher has left half done is sent again, although a prune came between.
#[test]
fn prune_keeps_in_mind_that_plain_names_are_in_doubt() {
    let project = releases(3);
    let text = r#"{"version":1,"content":"0","claimed":"then","abandoned":true}"#;
    project.write("store/.staticc/claims/00000004-1.json", text);
    project.write("store/b.png", "of the failed release");
    prune(&project, &["--keep", "1"]).success();
    assert_eq!(documents(&project, "releases").len(), 1);
    project.write("src/new.txt", "");
    project.collect().success();
    publish(&project, &[]).success();
    assert_eq!(published(&project)["b.png"], b"picture");
    assert_whole(&project);
}

/// A publisher that has sent its fingerprinted objects before a prune, and claims after one that
/// was killed, sends them again.
#[test]
fn publisher_after_a_killed_prune_sends_again_what_may_be_gone() {
    let project = releases(2);
    // The killed run.
    let claim = "store/.staticc/claims/00000003-1.json";
    project.write(
        claim,
        r#"{"version":1,"content":"prune 1","claimed":"then"}"#,
    );
    let hour_ago = SystemTime::now() - Duration::from_secs(2 * 3600);
    let file = fs::File::options().write(true).open(project.path(claim));
    file.unwrap().set_modified(hour_ago).unwrap();
    project.write("src/new.txt", "new");
    project.collect().success();
    let outcome = publish(&project, &["--format", "json", "-v2"]).success();
    let events = outcome.events();
    let sent = events.iter().filter(|line| line["event"] == "published");
    let paths: Vec<&str> = sent.map(|line| line["path"].as_str().unwrap()).collect();
    let new = paths
        .iter()
        .filter(|path| path.starts_with("new.") && **path != "new.txt");
    // Before the claim, and after it.
    assert_eq!(new.count(), 2, "{paths:?}");
    let done = events
        .iter()
        .find(|line| line["event"] == "publishing-done");
    assert_eq!(done.unwrap()["sent"], 3);
    assert_whole(&project);
}
