//! `staticc explain`: it describes what `collect` does. The snapshots hold how it prints
//! that.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;

use crate::support::project::{Outcome, Project};
use crate::support::tree;

/// The project that comes with the program.
fn demo() -> Project {
    let project = Project::new();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo");
    for part in ["static", "vendor", "polls"] {
        tree::copy(&demo.join(part), &project.path(part));
    }
    let settings = fs::read_to_string(demo.join("settings.toml")).unwrap();
    project.write("settings.toml", settings.replace("staticfiles\"", "out\""));
    project
}

/// The explanations of files.
fn explained(project: &Project, arguments: &[&str]) -> Vec<Value> {
    let run = project.verb(["explain", "--format", "json"]);
    let events = run.arguments(arguments).success().events().into_iter();
    let explanations = events.filter(|event| event["event"] == "explanation");
    explanations.collect()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn explain_equals_what_collect_writes() {
    for backend in [
        "whitenoise.storage.CompressedManifestStaticFilesStorage",
        "whitenoise.storage.CompressedStaticFilesStorage",
        "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
        "django.contrib.staticfiles.storage.StaticFilesStorage",
    ] {
        let project = demo();
        project.write("static/large.txt", "large ".repeat(1000));
        project.write("static/noise.bin", blake3::hash(b"noise").as_bytes());
        let backend = format!("STORAGES.staticfiles.BACKEND={backend:?}");
        let run = project.collect().arguments(["--set", &backend]);
        run.success();
        let files = project.files();
        let sources =
            ["static", "vendor", "polls/static"].map(|root| tree::files(&project.path(root)));
        let prefixes = ["", "vendor/", ""];
        let paths: Vec<String> = std::iter::zip(prefixes, &sources)
            .flat_map(|(prefix, files)| {
                let paths = files.keys();
                paths.map(move |path| format!("{prefix}{}", path.display()))
            })
            .collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let all = explained(&project, &[&["--set", &backend], &paths[..]].concat());
        assert_eq!(all.len(), paths.len());
        for (explanation, path) in all.iter().zip(paths) {
            assert_eq!(text(explanation, "path"), path);
            let served = text(&explanation["served"], "path");
            assert_eq!(explanation["hashed"].as_str().unwrap_or(path), served);
            let size = |path: &str| files.get(Path::new(path)).map(Vec::len);
            let number = |value: &Value| {
                value
                    .as_u64()
                    .map(|number| usize::try_from(number).unwrap())
            };
            assert_eq!(
                number(&explanation["served"]["size"]),
                size(served),
                "{path}"
            );
            for suffix in [".br", ".gz"] {
                let copies = explanation["served"]["copies"]
                    .as_array()
                    .into_iter()
                    .flatten();
                let mut own = copies.filter(|copy| text(copy, "suffix") == suffix);
                let copy = own.next().and_then(|copy| number(&copy["size"]));
                assert_eq!(copy, size(&format!("{served}{suffix}")), "{path}{suffix}");
            }
        }
        let hashed: Vec<&str> = all
            .iter()
            .map(|file| text(&file["served"], "path"))
            .collect();
        let by_hashed_path = explained(&project, &[&["--set", &backend], &hashed[..]].concat());
        assert_eq!(by_hashed_path, all);
    }
}

#[test]
fn explain_accepts_paths_of_sources() {
    let project = demo();
    symlink("static", project.path("link")).unwrap();
    let base = project.base().canonicalize().unwrap();
    let absolute = base.join("vendor/normalize/normalize.css");
    for (subject, path) in [
        ("static/css/site.css", "css/site.css"),
        ("./static/../static/css/site.css", "css/site.css"),
        ("link/css/site.css", "css/site.css"),
        (absolute.to_str().unwrap(), "vendor/normalize/normalize.css"),
        ("./css/site.css", "css/site.css"),
    ] {
        let all = explained(&project, &[subject]);
        assert_eq!(text(&all[0], "path"), path, "{subject}");
    }
}

/// A source in two source directories has two paths.
#[test]
fn explain_lists_both_paths_of_a_source() {
    let project = demo();
    let directories = r#"STATICFILES_DIRS=["static", "static/css"]"#;
    let all = explained(&project, &["--set", directories, "static/css/base.css"]);
    let paths: Vec<&str> = all.iter().map(|file| text(file, "path")).collect();
    assert_eq!(paths, ["css/base.css", "base.css"]);
}

#[test]
fn explain_writes_only_to_the_cache() {
    let project = demo();
    let before = tree::files(project.base());
    explained(&project, &["css/site.css", "--cache-dir", "cache"]);
    let cache = |path: &Path| path.starts_with("cache");
    let mut after = tree::files(project.base());
    assert!(after.keys().any(|path| cache(path)));
    after.retain(|path, _| !cache(path));
    assert_eq!(before, after);
}

#[test]
fn documentation_shows_the_output_of_explain() {
    let project = demo();
    let Outcome { out, .. } = project.verb(["explain", "polls/polls.css"]).success();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check.md");
    let page = fs::read_to_string(page).unwrap();
    let wanted = format!("$ staticc explain polls/polls.css\n{out}```\n");
    assert!(page.contains(&wanted), "{wanted}");
}

/// A file that everything refers to is explained in so many lines all the same.
#[test]
fn explain_lists_at_most_a_thousand_references() {
    let project = demo();
    project.write("static/many.css", "a{b:url(dot.svg)}".repeat(1003));
    project.write("static/dot.svg", "<svg/>");
    let all = explained(&project, &["many.css", "dot.svg"]);
    for (file, list, more) in [
        (&all[0], "references", "more_references"),
        (&all[1], "referrers", "more_referrers"),
    ] {
        assert_eq!(file[list].as_array().unwrap().len(), 1000);
        assert_eq!(file[more], 3);
    }
    let Outcome { out, .. } = project.verb(["explain", "many.css", "dot.svg"]).success();
    assert_eq!(out.matches("\n                 … and 3 more\n").count(), 2);
}
