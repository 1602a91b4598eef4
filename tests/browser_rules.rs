//! `references = "browser"`: which references are rewritten, and the names of cycles.

use std::collections::BTreeMap;
use std::fs;

use crate::support::project::Project;
use crate::treatments::{hashed, manifest, names, project, text};

const KEEP_ONLY_HASHED: &str = "WHITENOISE_KEEP_ONLY_HASHED_FILES = true";
const BROWSER: &str = "references = \"browser\"";

fn browser(files: &[(&str, &str)]) -> Project {
    browser_with("", "", files)
}

fn browser_with(top: &str, staticc: &str, files: &[(&str, &str)]) -> Project {
    let project = project(top, &format!("{BROWSER}\n{staticc}"));
    for (path, content) in files {
        project.write(&format!("src/{path}"), content);
    }
    project
}

/// The text with `{path}` for the last part of the fingerprinted path.
fn expected(project: &Project, text: &str) -> String {
    let mut expected = text.to_owned();
    for (key, value) in manifest(project).as_object().unwrap() {
        let name = value.as_str().unwrap().rsplit('/').next().unwrap();
        expected = expected.replace(&format!("{{{key}}}"), name);
    }
    expected
}

#[track_caller]
fn assert_rewritten(path: &str, text_of_file: &str, rewritten: &str) {
    let others = [
        "lib/b.js",
        "lib/c.mjs",
        "i.png",
        "lib/w.wasm",
        "app.css",
        "m.map",
    ];
    for top in ["", KEEP_ONLY_HASHED] {
        let mut files: Vec<_> = others.iter().map(|other| (*other, "x")).collect();
        files.retain(|(other, _)| *other != path);
        files.push((path, text_of_file));
        let project = browser_with(top, "", &files);
        project.collect().success().empty_stderr();
        assert_eq!(text(&project, path), expected(&project, rewritten));
        project.verb(["verify"]).success().empty_stderr();
        let before = project.static_root();
        project.collect().success().empty_stderr();
        assert_eq!(project.static_root(), before);
    }
}

#[test]
fn modules_are_rewritten_and_nothing_else_changes() {
    assert_rewritten(
        "a.js",
        "import {x} from './lib/b.js' ; export * from \"/static/lib/b.js\"\n\
         import 'lit'; // import './lib/b.js'\n\
         const c = () => import(`./lib/c.mjs`), s = \"import './lib/b.js'\";\n\
         new Worker(new URL('lib/b.js?worker#x', import.meta.url));\n\
         fetch(new URL( \"./lib/w.wasm\" , import.meta.url )); register('/static/lib/b.js')\n\
         import.meta.resolve('./lib/c.mjs') //# sourceMappingURL=m.map",
        "import {x} from './lib/{lib/b.js}' ; export * from \"/static/lib/{lib/b.js}\"\n\
         import 'lit'; // import './lib/b.js'\n\
         const c = () => import(`./lib/{lib/c.mjs}`), s = \"import './lib/b.js'\";\n\
         new Worker(new URL('lib/{lib/b.js}?worker#x', import.meta.url));\n\
         fetch(new URL( \"./lib/{lib/w.wasm}\" , import.meta.url )); register('/static/lib/b.js')\n\
         import.meta.resolve('./lib/{lib/c.mjs}') //# sourceMappingURL={m.map}",
    );
}

#[test]
fn style_sheets_are_rewritten_by_tokens() {
    assert_rewritten(
        "lib/a.css",
        "@import '../app.css' layer(x); /* url(gone.png) */\n\
         a { b: U\\52L( ../i.png ); c: image-set('../i.png' 1x, \"../%69.png?a#b\" 2x);\n\
         --d: url(\"/static/i.png\"); e: my-url(gone.png) \"url(gone.png)\" url(#x) }",
        "@import '../{app.css}' layer(x); /* url(gone.png) */\n\
         a { b: U\\52L( ../{i.png} ); c: image-set('../{i.png}' 1x, \"../{i.png}?a#b\" 2x);\n\
         --d: url(\"/static/{i.png}\"); e: my-url(gone.png) \"url(gone.png)\" url(#x) }",
    );
}

#[test]
fn web_app_manifests_are_rewritten() {
    assert_rewritten(
        "site.webmanifest",
        r#"{"icons": [{"src": "\/static\/i.png"}, {"src": "i.png?v=1"}], "start_url": "i.png"}"#,
        r#"{"icons": [{"src": "/static/{i.png}"}, {"src": "{i.png}?v=1"}], "start_url": "i.png"}"#,
    );
}

#[test]
fn text_that_is_not_utf8_is_rewritten_by_bytes() {
    let project = browser(&[("i.png", "i")]);
    project.write("src/a.css", b"/* \xe4 */ a { b: url(i.png) } \xff");
    project.collect().success().empty_stderr();
    let bytes = fs::read(project.out(hashed(&project, "a.css"))).unwrap();
    let name = hashed(&project, "i.png");
    let wanted = [b"/* \xe4 */ a { b: url(", name.as_bytes(), b") } \xff"].concat();
    assert_eq!(bytes, wanted);
    project.verb(["check"]).success().empty_stderr();
    project.verb(["verify"]).success().empty_stderr();
}

#[test]
fn names_are_escaped_for_their_place() {
    let files = [
        ("it's (1) 100%.png", "i"),
        ("a.css", "a { b: url(it\\'s\\ \\(1\\)\\ 100%25.png) }"),
    ];
    let project = browser(&files);
    project.collect().success().empty_stderr();
    let css = text(&project, "a.css");
    assert!(
        css.starts_with("a { b: url(it%27s%20\\(1\\)%20100%25."),
        "{css}"
    );
    project.verb(["verify"]).success().empty_stderr();
}

#[test]
fn static_url_on_another_host_is_followed() {
    let project = browser(&[
        (
            "css/a.css",
            "a { b: url(https://cdn.example/s/i.png) url(//cdn.example/s/i.png) }",
        ),
        ("i.png", "i"),
    ]);
    let flag = [
        "collect",
        "--noinput",
        "--static-url",
        "https://cdn.example/s/",
    ];
    project.verb(flag).success().empty_stderr();
    let name = hashed(&project, "i.png");
    let css = format!("a {{ b: url(https://cdn.example/s/{name}) url(//cdn.example/s/{name}) }}");
    assert_eq!(text(&project, "css/a.css"), css);
}

/// Two entries, a cycle of three with a target outside, and a file that refers to the cycle.
const CYCLE: &[(&str, &str)] = &[
    ("main.js", "import './a.js'; import './leaf.js'"),
    (
        "a.js",
        "import './sub/b.js'; import './leaf.js'; export const a = 1",
    ),
    ("sub/b.js", "import '../c.js'; import '../a.js'"),
    (
        "c.js",
        "const later = () => import('./a.js'); import './c.js'",
    ),
    ("leaf.js", "export const leaf = 1"),
    ("other.js", "import './leaf.js'"),
];

/// The fingerprinted paths.
fn hashed_paths(project: &Project) -> BTreeMap<String, String> {
    let paths = manifest(project);
    let paths = paths.as_object().unwrap().iter();
    paths
        .map(|(key, path)| (key.clone(), path.as_str().unwrap().to_owned()))
        .collect()
}

/// The files whose names differ.
fn renamed(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<String> {
    let all = one
        .iter()
        .filter(|(key, path)| other.get(*key) != Some(path));
    all.map(|(key, _)| key.clone()).collect()
}

#[test]
fn cycle_has_names_and_every_reference_leads_to_its_file() {
    for top in ["", KEEP_ONLY_HASHED] {
        let project = browser_with(top, "", CYCLE);
        project.collect().success().empty_stderr();
        let a = format!(
            "import './sub/{}'; import './{}'; export const a = 1",
            hashed(&project, "sub/b.js").trim_start_matches("sub/"),
            hashed(&project, "leaf.js"),
        );
        assert_eq!(text(&project, "a.js"), a);
        let c = expected(
            &project,
            "const later = () => import('./{a.js}'); import './{c.js}'",
        );
        assert_eq!(text(&project, "c.js"), c);
        project.verb(["verify"]).success().empty_stderr();
        project.verb(["check"]).success().empty_stderr();
    }
}

#[test]
fn change_in_a_cycle_renames_the_cycle_and_its_referrers() {
    let project = browser(CYCLE);
    project.collect().success();
    let before = hashed_paths(&project);
    // Nothing is left to do.
    let files = project.static_root();
    project.collect().success();
    assert_eq!(project.static_root(), files);
    project.write(
        "src/sub/b.js",
        "import '../c.js'; import '../a.js'; changed()",
    );
    project.collect().success().empty_stderr();
    let after = hashed_paths(&project);
    assert_eq!(
        renamed(&before, &after),
        ["a.js", "c.js", "main.js", "sub/b.js"]
    );
    project.verb(["verify"]).success().empty_stderr();
    // A new STATIC_ROOT has the same names.
    fs::remove_dir_all(project.path("out")).unwrap();
    project
        .verb(["collect", "--noinput", "--no-cache"])
        .success();
    assert_eq!(hashed_paths(&project), after);
    // So has another order of the same files.
    let other = browser(&[]).settings(
        "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"two\", \"one\"]\n\
         [staticc]\nreferences = \"browser\"\npython_path = [\".\"]\n",
    );
    for (index, (path, _)) in CYCLE.iter().enumerate() {
        let directory = if index % 2 == 0 { "one" } else { "two" };
        let content = fs::read(project.path(format!("src/{path}"))).unwrap();
        other.write(&format!("{directory}/{path}"), content);
    }
    other.collect().success();
    assert_eq!(hashed_paths(&other), after);
}

#[test]
fn change_beside_a_cycle_renames_what_refers_to_it() {
    let project = browser(CYCLE);
    project.collect().success();
    let before = hashed_paths(&project);
    project.write("src/main.js", "import './a.js'");
    project.collect().success();
    assert_eq!(renamed(&before, &hashed_paths(&project)), ["main.js"]);
    project.write("src/leaf.js", "export const leaf = 2");
    project.collect().success();
    let expected = ["a.js", "c.js", "leaf.js", "main.js", "other.js", "sub/b.js"];
    assert_eq!(renamed(&before, &hashed_paths(&project)), expected);
    project.verb(["verify"]).success().empty_stderr();
}

#[test]
fn cycle_under_djangos_rules_stays_an_error() {
    let project = project("", "").file("src/a.css", "@import 'a.css';");
    project.collect().failure(1).stderr(["[cycle]"]);
}

#[test]
fn damaged_member_of_a_cycle_is_found() {
    let project = browser(CYCLE);
    project.collect().success();
    let path = project.out(hashed(&project, "sub/b.js"));
    let damaged = fs::read_to_string(&path).unwrap() + ";";
    fs::write(path, damaged).unwrap();
    project
        .verb(["verify"])
        .failure(1)
        .stderr(["sub/b.", "[wrong-content]"]);
    // The next run repairs it.
    project.collect().success();
    project.verb(["verify"]).success().empty_stderr();
}

#[test]
fn prune_removes_old_members_of_cycles() {
    let project = browser_with(KEEP_ONLY_HASHED, "", CYCLE);
    project.collect().success();
    let before = names(&project);
    project.write("src/a.js", "import './sub/b.js'; export const a = 2");
    project.collect().success();
    project.verb(["prune", "--keep", "1"]).success();
    let after = names(&project);
    let stay = before.iter().filter(|name| after.contains(name));
    let stay: Vec<&str> = stay.map(|name| name.split('.').next().unwrap()).collect();
    assert_eq!(stay, ["leaf", "other", "staticfiles"]);
    project.verb(["verify"]).success().empty_stderr();
}
