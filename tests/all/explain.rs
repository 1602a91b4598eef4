//! `staticc explain`: what it says is what collect does. How it is told is in
//! the snapshots.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;

use crate::site::Site;
use crate::tree;

/// The project that comes with the program.
fn demo() -> Site {
    let site = Site::new();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo");
    for part in ["static", "vendor", "polls"] {
        tree::copy(&demo.join(part), &site.path(part));
    }
    let settings = fs::read_to_string(demo.join("settings.toml")).unwrap();
    site.write("settings.toml", settings.replace("staticfiles\"", "out\""));
    site
}

/// What is said of files.
fn explained(site: &Site, arguments: &[&str]) -> Vec<Value> {
    let (code, out, error) = site.run(&[&["explain", "--format", "json"], arguments].concat());
    assert_eq!(code, 0, "{out}{error}");
    let lines = out.lines().map(|line| serde_json::from_str(line).unwrap());
    lines
        .filter(|it: &Value| it["event"] == "explanation")
        .collect()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn paths_sizes_and_copies_are_those_that_collect_makes() {
    for backend in [
        "whitenoise.storage.CompressedManifestStaticFilesStorage",
        "whitenoise.storage.CompressedStaticFilesStorage",
        "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
        "django.contrib.staticfiles.storage.StaticFilesStorage",
    ] {
        let site = demo();
        site.write("static/large.txt", "large ".repeat(1000));
        site.write("static/noise.bin", blake3::hash(b"noise").as_bytes());
        let backend = format!("STORAGES.staticfiles.BACKEND={backend:?}");
        let (code, _, error) = site.run(&["collect", "--noinput", "--set", &backend]);
        assert_eq!(code, 0, "{error}");
        let files = site.files();
        let sources =
            ["static", "vendor", "polls/static"].map(|root| tree::files(&site.path(root)));
        let prefixes = ["", "vendor/", ""];
        let paths: Vec<String> = std::iter::zip(prefixes, &sources)
            .flat_map(|(prefix, files)| {
                let paths = files.keys();
                paths.map(move |path| format!("{prefix}{}", path.display()))
            })
            .collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let all = explained(&site, &[&["--set", &backend], &paths[..]].concat());
        assert_eq!(all.len(), paths.len());
        for (explanation, path) in all.iter().zip(paths) {
            assert_eq!(text(explanation, "path"), path);
            let served = text(&explanation["served"], "path");
            assert_eq!(explanation["hashed"].as_str().unwrap_or(path), served);
            let size = |path: &str| files.get(Path::new(path)).map(Vec::len);
            let told = |value: &Value| value.as_u64().map(|it| usize::try_from(it).unwrap());
            assert_eq!(told(&explanation["served"]["size"]), size(served), "{path}");
            for suffix in [".br", ".gz"] {
                let copies = explanation["served"]["copies"]
                    .as_array()
                    .into_iter()
                    .flatten();
                let mut own = copies.filter(|it| text(it, "suffix") == suffix);
                let copy = own.next().and_then(|it| told(&it["size"]));
                assert_eq!(copy, size(&format!("{served}{suffix}")), "{path}{suffix}");
            }
        }
        let hashed: Vec<&str> = all.iter().map(|it| text(&it["served"], "path")).collect();
        let again = explained(&site, &[&["--set", &backend], &hashed[..]].concat());
        assert_eq!(again, all, "asked by fingerprinted path");
    }
}

#[test]
fn sources_are_found_from_where_one_is() {
    let site = demo();
    symlink("static", site.path("link")).unwrap();
    let base = site.base().canonicalize().unwrap();
    let absolute = base.join("vendor/normalize/normalize.css");
    for (subject, path) in [
        ("static/css/site.css", "css/site.css"),
        ("./static/../static/css/site.css", "css/site.css"),
        ("link/css/site.css", "css/site.css"),
        (absolute.to_str().unwrap(), "vendor/normalize/normalize.css"),
        ("./css/site.css", "css/site.css"),
    ] {
        let all = explained(&site, &[subject]);
        assert_eq!(text(&all[0], "path"), path, "{subject}");
    }
}

/// A source in two source directories has two paths.
#[test]
fn a_source_with_two_paths() {
    let site = demo();
    let directories = r#"STATICFILES_DIRS=["static", "static/css"]"#;
    let all = explained(&site, &["--set", directories, "static/css/base.css"]);
    let paths: Vec<&str> = all.iter().map(|it| text(it, "path")).collect();
    assert_eq!(paths, ["css/base.css", "base.css"]);
}

#[test]
fn nothing_is_written_but_to_the_cache() {
    let site = demo();
    let before = tree::files(site.base());
    explained(&site, &["css/site.css", "--cache-dir", "cache"]);
    let cache = |path: &Path| path.starts_with("cache");
    let mut after = tree::files(site.base());
    assert!(after.keys().any(|path| cache(path)));
    after.retain(|path, _| !cache(path));
    assert_eq!(before, after);
}

#[test]
fn the_documentation_says_what_is_said() {
    let site = demo();
    let (_, out, _) = site.run(&["explain", "polls/polls.css"]);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check.md");
    let page = fs::read_to_string(page).unwrap();
    let wanted = format!("$ staticc explain polls/polls.css\n{out}```\n");
    assert!(page.contains(&wanted), "{wanted}");
}

/// A file that everything refers to is explained in so many lines all the same.
#[test]
fn not_all_of_many_links_are_listed() {
    let site = demo();
    site.write("static/many.css", "a{b:url(dot.svg)}".repeat(1003));
    site.write("static/dot.svg", "<svg/>");
    let all = explained(&site, &["many.css", "dot.svg"]);
    for (it, list, more) in [
        (&all[0], "references", "more_references"),
        (&all[1], "referrers", "more_referrers"),
    ] {
        assert_eq!(it[list].as_array().unwrap().len(), 1000);
        assert_eq!(it[more], 3);
    }
    let (_, out, _) = site.run(&["explain", "many.css", "dot.svg"]);
    assert_eq!(out.matches("\n                 … and 3 more\n").count(), 2);
}
