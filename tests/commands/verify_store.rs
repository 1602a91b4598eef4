//! `staticc verify --store` and `staticc publish --verify`, with directories.

use std::fs;

use crate::support::project::{Project, Run};
use crate::support::store::{project, publish, published, release, store_url};

fn verify(project: &Project) -> Run<'_> {
    let store = store_url(project);
    project.verb(["verify", "--store", &store])
}

/// Changes a store in a way that `verify` must see, and `publish --verify` must mend.
fn breaks(expected: &[&str], damage: impl Fn(&Project)) {
    let project = project();
    publish(&project, &[]).success();
    let before = published(&project);
    verify(&project).success().empty_stderr();
    damage(&project);
    // A publishing that trusts the release does not see it.
    let out = publish(&project, &[]).success().out;
    assert!(out.starts_with("Nothing to publish"), "{out}");
    let outcome = verify(&project).failure(1);
    outcome
        .stderr(expected.iter().copied())
        .stderr(["staticc publish --verify"]);
    let out = publish(&project, &["--verify"]).success().out;
    assert!(out.contains("as release 2"), "{out}");
    assert_eq!(published(&project), before);
    verify(&project).success().empty_stderr();
    let out = publish(&project, &["--verify"]).success().out;
    assert!(out.starts_with("Nothing to publish"), "{out}");
}

#[test]
fn verify_counts_what_it_reads() {
    let project = project();
    publish(&project, &[]).success();
    let out = verify(&project).success().out;
    // Seven objects, and the bytes of the manifest and of the style sheet, which are kept.
    assert!(out.starts_with("9 objects ("), "{out}");
    assert!(out.contains("3 manifest entries of release 1"), "{out}");
    assert!(out.contains("12 requests: no errors."), "{out}");
}

#[test]
fn missing_objects_are_found_and_sent_again() {
    breaks(&["b.png is not in the store [missing-object]"], |project| {
        fs::remove_file(project.path("store/b.png")).unwrap();
    });
    breaks(&["[missing-object]", "release 1 needs it"], |project| {
        let digest = blake3::hash(b"picture").to_hex();
        let objects = release(project)["objects"].clone();
        let objects = objects.as_object().unwrap();
        let is_hashed = |key: &&String| {
            objects[*key]["blake3"] == digest.as_str() && objects[*key]["role"] == "fingerprinted"
        };
        let hashed = objects.keys().find(is_hashed).unwrap();
        fs::remove_file(project.path(format!("store/{hashed}"))).unwrap();
    });
}

#[test]
fn other_bytes_are_found_and_sent_again() {
    let size = [
        "b.png has another size",
        "it has 1 bytes instead of 7",
        "[wrong-object]",
    ];
    breaks(&size, |project| project.write("store/b.png", "x"));
    let content = ["b.png has other bytes than in release 1 [wrong-object]"];
    breaks(&content, |project| project.write("store/b.png", "PICTURE"));
    breaks(&["staticfiles.json has another size"], |project| {
        project.write("store/staticfiles.json", "{}");
    });
}

#[test]
fn kept_bytes_are_found_and_sent_again() {
    breaks(&[".staticc/objects/", "[missing-object]"], |project| {
        fs::remove_dir_all(project.path("store/.staticc/objects")).unwrap();
    });
}

#[test]
fn all_problems_are_reported_at_once() {
    let project = project();
    publish(&project, &[]).success();
    fs::remove_file(project.path("store/b.png")).unwrap();
    project.write("store/app.js.map", "");
    let outcome = verify(&project).failure(1).stderr(["app.js.map", "b.png"]);
    assert!(outcome.out.contains("2 errors"), "{}", outcome.out);
}

#[test]
fn dry_run_with_verify_sends_nothing() {
    let project = project();
    publish(&project, &[]).success();
    fs::remove_file(project.path("store/b.png")).unwrap();
    let out = publish(&project, &["--verify", "-n"]).success().out;
    assert!(out.contains("Pretending to publish 'b.png'"), "{out}");
    assert!(!project.path("store/b.png").exists());
}

#[test]
fn names_that_the_manifest_has_and_the_release_lacks_are_errors() {
    let project = project();
    // What is excluded now was not in the release; what is not any more, should be.
    let exclude = ["--set", "staticc.publish.exclude=[\"**/*.map\"]"];
    publish(&project, &exclude).success();
    verify(&project).arguments(exclude).success();
    let outcome = verify(&project).failure(1);
    outcome.stderr(["staticfiles.json names app.js.map", "[missing-object]"]);
    publish(&project, &[]).success();
    verify(&project).success();
}

#[test]
fn store_without_a_sound_release_is_an_error() {
    let project = project();
    verify(&project)
        .failure(1)
        .stderr(["[no-releases]", "publish first"]);
    publish(&project, &[]).success();
    fs::remove_dir_all(project.path("store/.staticc/releases")).unwrap();
    verify(&project)
        .failure(1)
        .stderr(["[damaged-release]", "publish again"]);
    // Nothing is known of the store: all is sent.
    publish(&project, &["--verify"]).success();
    verify(&project).success();
}
