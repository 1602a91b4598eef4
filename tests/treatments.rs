//! Files that are not treated as others are: `no_rewrite`, `no_hash` and `prehashed`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::project::{Project, REQUIRED_SETTINGS};

/// A project that collects `src/`, with more lines of settings.
pub fn project(top: &str, staticc: &str) -> Project {
    let dirs = "STATICFILES_DIRS = [\"src\"]\n";
    Project::empty().settings(format!(
        "{REQUIRED_SETTINGS}{dirs}{top}\n[staticc]\npython_path = [\".\"]\n{staticc}\n"
    ))
}

const KEEP_ONLY_HASHED: &str = "WHITENOISE_KEEP_ONLY_HASHED_FILES = true";

/// The paths of the manifest.
pub fn manifest(project: &Project) -> Value {
    let text = fs::read(project.out("staticfiles.json")).unwrap();
    serde_json::from_slice::<Value>(&text).unwrap()["paths"].take()
}

/// The fingerprinted file of a path, as the manifest names it.
pub fn hashed(project: &Project, path: &str) -> String {
    manifest(project)[path].as_str().unwrap().to_owned()
}

/// The text of the file that the manifest names for a path.
pub fn text(project: &Project, path: &str) -> String {
    fs::read_to_string(project.out(hashed(project, path))).unwrap()
}

/// The names of all files in STATIC_ROOT.
pub fn names(project: &Project) -> Vec<String> {
    let files = project.files().into_keys();
    files
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}

fn leaflet(top: &str, staticc: &str) -> Project {
    let long = "a { color: red }\n".repeat(60);
    project(top, staticc)
        .file(
            "src/lib/lib.css",
            format!("a {{ b: url(i.png) c: url(gone.png) }}\n{long}"),
        )
        .file("src/lib/i.png", "i")
        .file("src/site.css", "@import 'lib/lib.css'; a { b: url(j.png) }")
        .file("src/j.png", "j")
}

#[test]
fn no_rewrite_keeps_the_text_and_hashes_the_name() {
    for top in ["", KEEP_ONLY_HASHED] {
        let project = leaflet(top, "no_rewrite = [\"lib/*.css\"]");
        project.collect().success().empty_stderr();
        let source = fs::read_to_string(project.path("src/lib/lib.css")).unwrap();
        assert_eq!(text(&project, "lib/lib.css"), source);
        let name = hashed(&project, "lib/lib.css");
        assert_ne!(name, "lib/lib.css");
        let site = text(&project, "site.css");
        assert!(site.contains(&format!("url(\"{name}\")")), "{site}");
        project.verb(["verify"]).success().empty_stderr();
        // Nothing is left to do.
        let before = project.static_root();
        project.collect().success().empty_stderr();
        assert_eq!(project.static_root(), before);
    }
}

#[test]
fn no_hash_keeps_the_plain_name_only() {
    for top in ["", KEEP_ONLY_HASHED] {
        let project = leaflet(top, "no_hash = [\"lib/**\"]");
        project.collect().success().empty_stderr();
        assert_eq!(hashed(&project, "lib/lib.css"), "lib/lib.css");
        assert_eq!(hashed(&project, "lib/i.png"), "lib/i.png");
        let source = fs::read_to_string(project.path("src/lib/lib.css")).unwrap();
        assert_eq!(text(&project, "lib/lib.css"), source);
        let names = names(&project);
        let of_lib: Vec<&String> = names
            .iter()
            .filter(|name| name.starts_with("lib/"))
            .collect();
        let expected = ["i.png", "lib.css", "lib.css.br", "lib.css.gz"];
        assert_eq!(
            of_lib,
            expected
                .map(|name| format!("lib/{name}"))
                .iter()
                .collect::<Vec<_>>()
        );
        assert_eq!(names.contains(&"site.css".to_owned()), top.is_empty());
        // The reference of another file keeps its URL, too.
        let site = text(&project, "site.css");
        assert!(
            site.starts_with("@import 'lib/lib.css'; a { b: url(\"j."),
            "{site}"
        );
        project.verb(["verify"]).success().empty_stderr();
        let before = project.static_root();
        project.collect().success().empty_stderr();
        assert_eq!(project.static_root(), before);
    }
}

#[test]
fn no_hash_file_that_changes_is_replaced_with_its_copies() {
    let project = leaflet(KEEP_ONLY_HASHED, "no_hash = [\"lib/**\"]");
    project.collect().success();
    let site = hashed(&project, "site.css");
    project.write("src/lib/lib.css", "b { color: blue }\n".repeat(60));
    project.collect().success();
    assert_eq!(hashed(&project, "site.css"), site);
    assert!(text(&project, "lib/lib.css").starts_with("b {"));
    project.verb(["verify"]).success().empty_stderr();
}

#[test]
fn hash_returns_when_the_glob_is_gone() {
    let project = leaflet(KEEP_ONLY_HASHED, "no_hash = [\"lib/**\"]");
    let project = project.file("src/lib/gone.png", "g");
    project.collect().success();
    let arguments = ["collect", "--noinput", "--set", "staticc.no_hash=[]"];
    project.verb(arguments).success().empty_stderr();
    assert_ne!(hashed(&project, "lib/lib.css"), "lib/lib.css");
    assert!(!names(&project).contains(&"lib/lib.css".to_owned()));
    let verify = ["verify", "--set", "staticc.no_hash=[]"];
    project.verb(verify).success().empty_stderr();
}

#[test]
fn no_hash_source_map_of_django_4_2_keeps_its_comment() {
    let project = project("", "django = \"4.2\"\nno_hash = [\"*.map\"]")
        .file("src/a.js", "1\n//# sourceMappingURL=a.js.map")
        .file("src/a.js.map", "{}");
    project.collect().success().empty_stderr();
    assert!(text(&project, "a.js").ends_with("//# sourceMappingURL=a.js.map"));
}

#[test]
fn treatment_is_explained_and_found() {
    let project = leaflet(
        "",
        "no_hash = [\"lib/*.png\"]\nno_rewrite = [\"lib/*.css\"]",
    );
    let explain = project.verb(["explain", "lib/i.png", "lib/lib.css"]);
    let out = explain.success().out;
    for line in [
        "treatment      staticc.no_hash keeps its name",
        "hashed path    none: it keeps its name",
        "treatment      staticc.no_rewrite keeps its text",
        "rewritten      no: its text stays",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    let found = project.verb(["find", "lib/i.png"]).success();
    assert!(
        found
            .out
            .contains("(collected; staticc.no_hash keeps its name)")
    );
}

#[test]
fn no_hash_counts_before_the_other_treatments() {
    let globs = "[\"lib/i.png\"]";
    let staticc = format!("no_rewrite = {globs}\nno_hash = {globs}\nprehashed = {globs}");
    let project = leaflet("", &staticc);
    project.collect().failure(1).no_stderr(["unused-glob"]);
    let out = project.verb(["explain", "lib/i.png"]).success().out;
    assert!(out.contains("staticc.no_hash"), "{out}");
}

#[test]
fn treatments_mean_nothing_without_fingerprints() {
    let backend =
        "[STORAGES.staticfiles]\nBACKEND = \"whitenoise.storage.CompressedStaticFilesStorage\"";
    let project = leaflet(backend, "no_hash = [\"lib/**\"]");
    project.collect().success().empty_stderr();
    let out = project.verb(["explain", "lib/i.png"]).success().out;
    assert!(!out.contains("treatment"), "{out}");
    assert!(Path::new(&project.out("lib/i.png")).exists());
}

#[test]
fn unused_glob_is_reported() {
    let project = leaflet("", "no_rewrite = [\"lib/*.css\", \"gone/**\"]");
    project
        .collect()
        .success()
        .stderr(["unused-glob", "gone/**"]);
    project.verb(["check"]).success().stderr(["unused-glob"]);
}

const BUNDLE: &str = "assets/app-Bf3_x9Kq.js";

fn bundle(top: &str, staticc: &str) -> Project {
    let text = format!("{}import './rest-Zk2-81aX.js'\n", "call();\n".repeat(100));
    project(top, staticc)
        .file(&format!("src/{BUNDLE}"), text)
        .file("src/assets/rest-Zk2-81aX.js", "1")
        .file("src/site.css", "a { b: url(assets/logo-0a1b2c3d.png) }")
        .file("src/assets/logo-0a1b2c3d.png", "logo")
}

const PREHASHED: &str = "prehashed = [\"assets/*-????????.*\"]";

#[test]
fn prehashed_file_keeps_its_name_and_has_no_second_copy() {
    for top in ["", KEEP_ONLY_HASHED] {
        let project = bundle(top, PREHASHED);
        project.collect().success().empty_stderr();
        assert_eq!(hashed(&project, BUNDLE), BUNDLE);
        let names = names(&project);
        let of_bundle = names.iter().filter(|name| name.starts_with("assets/app"));
        let suffixes: Vec<&str> = of_bundle.map(|name| &name[BUNDLE.len()..]).collect();
        assert_eq!(suffixes, ["", ".br", ".gz"]);
        assert!(text(&project, "site.css").contains("url(assets/logo-0a1b2c3d.png)"));
        project.verb(["verify"]).success().empty_stderr();
        let before = project.static_root();
        let second = project.collect().success().out;
        let unmodified = if top.is_empty() { 4 } else { 3 };
        assert!(
            second.contains(&format!("{unmodified} unmodified")),
            "{second}"
        );
        assert_eq!(project.static_root(), before);
        let out = project.verb(["explain", BUNDLE]).success().out;
        assert!(out.contains("staticc.prehashed says that its name has a hash"));
    }
}

#[test]
fn prehashed_name_with_another_content_is_an_error() {
    let project = bundle("", PREHASHED);
    project.collect().success();
    project.write(&format!("src/{BUNDLE}"), "changed()");
    for arguments in [
        &["collect", "--noinput"][..],
        &["collect", "--noinput", "--no-cache"],
    ] {
        let run = project.verb(arguments).failure(1);
        run.stderr(["src/assets/app-Bf3_x9Kq.js", "[prehashed-changed]"]);
    }
    // STATIC_ROOT is gone, and the release is remembered.
    fs::remove_dir_all(project.path("out")).unwrap();
    project.collect().failure(1).stderr(["[prehashed-changed]"]);
    // Somebody who does not use the name for ever may change the content.
    let arguments = ["collect", "--noinput", "--set", "staticc.prehashed=[]"];
    project.verb(arguments).success();
}

#[test]
fn plain_file_may_become_a_prehashed_one() {
    let project = bundle("", "");
    project.collect().success();
    project.write(&format!("src/{BUNDLE}"), "changed()");
    let arguments = ["collect", "--noinput", "--set", PREHASHED];
    let set = format!("staticc.{PREHASHED}");
    project.verb([&arguments[..3], &[&set]].concat()).success();
}

#[test]
fn prune_removes_prehashed_files_of_old_releases() {
    let project = bundle(KEEP_ONLY_HASHED, PREHASHED);
    project.collect().success();
    fs::remove_file(project.path(format!("src/{BUNDLE}"))).unwrap();
    project.collect().success();
    assert!(project.out(BUNDLE).exists());
    project.verb(["prune", "--keep", "1"]).success();
    let names = names(&project);
    assert!(
        !names.iter().any(|name| name.starts_with(BUNDLE)),
        "{names:?}"
    );
    assert!(names.contains(&"assets/logo-0a1b2c3d.png".to_owned()));
    project.verb(["verify"]).success().empty_stderr();
}

#[test]
fn manifest_of_a_bundler_counts_for_browsers_only() {
    let manifest = format!(
        r#"{{"main.ts": {{"file": "{BUNDLE}", "name": "app", "src": "main.ts"}},
            "rest.ts": {{"file": "assets/rest-Zk2-81aX.js", "src": "rest.ts"}},
            "plain.ts": {{"file": "assets/plain.js", "name": "plain"}}}}"#
    );
    for place in ["src/.vite/manifest.json", "src/manifest.json"] {
        let project = bundle("", "references = \"browser\"")
            .file(place, &manifest)
            .file("src/assets/plain.js", "1");
        project.collect().success();
        assert_eq!(hashed(&project, BUNDLE), BUNDLE);
        assert_ne!(hashed(&project, "assets/plain.js"), "assets/plain.js");
        let out = project.verb(["explain", BUNDLE]).success().out;
        let line = format!("{place} says that its name has a hash");
        assert!(out.contains(&line), "{out}");
        let set = [
            "collect",
            "--noinput",
            "--set",
            "staticc.references='django'",
        ];
        project.verb(set).success();
        assert_ne!(hashed(&project, BUNDLE), BUNDLE);
    }
}
