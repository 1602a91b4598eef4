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

#[test]
fn missing_module_is_a_warning_and_one_without_extension_a_note() {
    let project = browser(&[
        (
            "a.js",
            "import './gone.js'; import './helpers'; import 'react'",
        ),
        ("b.css", "a { --x: url(gone.png) }"),
        ("c.js", "1 //# sourceMappingURL=c.map"),
        ("d.webmanifest", "{\"icons\": [{\"src\": \"gone.png\"}]}"),
    ]);
    for verb in [&["collect", "--noinput"][..], &["check"]] {
        project.verb(verb).success().stderr(
            [
                "warning: src/a.js:1:8: './gone.js' names no collected file",
                "note: src/a.js:1:28: './helpers' names no collected file",
                "warning: src/b.css:1:14:",
                "warning: src/c.js:1:",
                "warning: src/d.webmanifest:1:",
                "5 problems",
            ]
            .into_iter()
            .filter(|text| *text != "5 problems"),
        );
    }
    project.verb(["verify"]).success();
    // A level of the settings holds.
    let error = ["check", "--set", "staticc.missing_references='error'"];
    let outcome = project.verb(error).failure(1);
    outcome.stderr([
        "error: src/a.js:1:28",
        "error: src/d.webmanifest",
        "warning: src/b.css",
    ]);
    let ignore = ["check", "--set", "staticc.missing_references='ignore'"];
    project.verb(ignore).success().empty_stderr();
}

#[test]
fn missing_url_in_css_stays_an_error() {
    let project = browser(&[("b.css", "a { b: url(gone.png) image-set('no.png' 1x) }")]);
    project
        .collect()
        .failure(1)
        .stderr(["url(", "2 errors"].into_iter().filter(|t| *t != "url("));
}

#[test]
fn relative_url_out_of_static_url_is_a_warning() {
    let project = browser(&[("b.css", "a { b: url(../media/x.png) c: url(/media/x.png) }")]);
    project
        .collect()
        .success()
        .stderr(["[reference-outside]", "1 warning"]);
}

/// A page that loads `app.js`, which imports a module with a missing one, and a lonely module.
fn page(staticc: &str) -> Project {
    browser_with(
        "",
        staticc,
        &[
            ("app.js", "import './lib/part.js'"),
            ("lib/part.js", "import './gone.js'; import './helpers'"),
            ("lonely.js", "import './gone.js'"),
        ],
    )
    .file(
        "templates/page.html",
        "{% load static %}\n{% static 'app.js' %}",
    )
}

#[test]
fn check_shows_the_way_from_a_template_to_a_missing_module() {
    let project = page("");
    let outcome = project.verb(["check"]).failure(1);
    // The second check reads only files with problems.
    assert_eq!(project.verb(["check"]).failure(1), outcome);
    outcome.stderr([
        "error: src/lib/part.js:1:8: './gone.js' names no collected file",
        "templates/page.html:2:1: loads it: {% static 'app.js' %}",
        "src/app.js: refers to lib/part.js",
        "error: src/lib/part.js:1:28: './helpers'",
        "warning: src/lonely.js:1:8",
    ]);
    // Collecting reads no templates.
    page("").collect().success();
    page("").verb(["check", "--no-templates"]).success();
}

#[test]
fn check_respects_what_the_settings_say_of_missing_modules() {
    page("missing_references = {js = \"warn\"}")
        .verb(["check"])
        .success();
    let allow = "[[staticc.allow]]\npath = \"lib/*\"\nkind = \"js\"\nlevel = \"warn\"";
    let outcome = page(allow).verb(["check"]).success();
    outcome
        .stderr(["warning: src/lib/part.js:1:8"])
        .no_stderr(["unused-allow"]);
}

#[test]
fn check_counts_templates_of_packages_only_if_asked() {
    let project = page("");
    fs::rename(project.path("templates"), project.path("moved")).unwrap();
    let template = "{% load static %}{% static 'app.js' %}";
    let project = project
        .file("venv/lib/python3.12/site-packages/pkg/__init__.py", "")
        .file(
            "venv/lib/python3.12/site-packages/pkg/templates/p.html",
            template,
        );
    let apps = [
        "check",
        "--set",
        "INSTALLED_APPS=['pkg']",
        "--set",
        "staticc.python_path=['venv']",
    ];
    project.verb(apps).success();
    project
        .verb([&apps[..], &["--all-templates"]].concat())
        .failure(1);
}

const TWICE: &[(&str, &str)] = &[
    (
        "app.js",
        "import './assets/chunk-0a1b2c3d.js'; export let state",
    ),
    (
        "assets/chunk-0a1b2c3d.js",
        "import {state} from '../app.js'",
    ),
];

#[test]
fn module_that_runs_twice_is_a_warning() {
    let prehashed = "prehashed = [\"assets/*\"]";
    let project = browser_with("", prehashed, TWICE).file("src/page.js", "import './app.js'");
    // Every run says so, whatever it reads.
    for _ in 0..2 {
        project.collect().success().stderr([
            "warning: src/assets/chunk-0a1b2c3d.js:1:21: '../app.js' loads app.js a second time",
            "src/page.js: loads it with its fingerprint",
            "[module-twice]",
        ]);
    }
    let out = project.verb(["explain", "app.js"]).success().out;
    assert!(out.contains("[module-twice]"), "{out}");
    // Only a template names it.
    let project = browser_with("", prehashed, TWICE).file(
        "templates/page.html",
        "{% load static %}{% static 'app.js' %}",
    );
    project.collect().success().no_stderr(["module-twice"]);
    let outcome = project.verb(["check"]).success();
    outcome.stderr([
        "templates/page.html:1:18: loads it: {% static 'app.js' %}",
        "[module-twice]",
    ]);
    // No text names it with a fingerprint.
    let project = browser_with(
        "",
        "no_hash = [\"app.js\"]\nprehashed = [\"assets/*\"]",
        TWICE,
    );
    project.collect().success().empty_stderr();
}

#[test]
fn prehashed_file_that_needs_a_plain_one_is_a_warning_without_plain_files() {
    let project = browser_with(KEEP_ONLY_HASHED, "prehashed = [\"assets/*\"]", TWICE);
    project.collect().success().stderr([
        "warning: src/assets/chunk-0a1b2c3d.js:1:21: '../app.js' names app.js, \
         of which only the fingerprinted file is kept",
    ]);
}
