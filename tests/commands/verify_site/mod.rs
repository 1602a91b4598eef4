//! `staticc verify URL`: good sites, and what is asked. [`faults`] has each fault of an answer,
//! [`trouble`] the sites that fail or never answer.

mod faults;
mod trouble;

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::Ordering;

use serde_json::Value;

use crate::support::project::{Outcome, Project, Run};
use crate::support::site::{Answered, Asked, Delivery, Site};

/// Texts that are worth compressing, a module, a font and names with other characters.
fn project() -> Project {
    let rules = ".rule { color: red; background: url(../img/dot.svg) }\n".repeat(40);
    let project = Project::new()
        .file(
            "src/css/site.css",
            format!("@import \"more.css\";\n{rules}"),
        )
        .file("src/css/more.css", ".more { margin: 0 }\n".repeat(40))
        .file(
            "src/img/dot.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n",
        )
        .file("src/js/app.js", "export const app = 1;\n".repeat(40))
        .file("src/js/app.mjs", "export const app = 2;\n".repeat(40))
        .file("src/fonts/a.woff2", "no real font")
        .file("src/my file é.txt", "a")
        .file("src/LICENSE", "free")
        .file("src/empty.css", "");
    project.collect().success();
    project
}

/// Verifies a site that serves the project, with this change.
fn verify(
    project: &Project,
    change: impl Fn(&Asked, &mut Answered) + Send + Sync + 'static,
) -> Run<'_> {
    let site = Site::serve(project.path("out"), change);
    project.verb(["verify", &site.url, "--format", "json"])
}

/// How many files have each problem.
fn problems(outcome: &Outcome) -> BTreeMap<String, u64> {
    let events = outcome.events();
    let summary = events
        .iter()
        .find(|event| event["event"] == "site-verified");
    let rows = summary.unwrap()["problems"].as_array().unwrap();
    let mut problems = BTreeMap::new();
    for row in rows {
        let code = row["code"].as_str().unwrap().to_owned();
        *problems.entry(code).or_default() += row["files"].as_u64().unwrap();
    }
    problems
}

/// Asserts that a run ended with these problems.
#[track_caller]
fn assert_problems(outcome: &Outcome, code: i32, expected: &[(&str, u64)]) {
    let expected = expected
        .iter()
        .map(|(code, files)| ((*code).to_owned(), *files));
    assert_eq!(problems(outcome), expected.collect(), "{}", outcome.out);
    assert_eq!(outcome.code, code, "{}", outcome.out);
}

/// The manifest of a good site may be public: that is a note.
const PUBLIC: (&str, u64) = ("site-manifest", 1);

#[test]
fn good_site_has_no_errors() {
    let project = project();
    let outcome = verify(&project, |_, _| ()).outcome();
    assert_problems(&outcome, 0, &[PUBLIC]);
    let events = outcome.events();
    let summary = events
        .iter()
        .find(|event| event["event"] == "site-verified")
        .unwrap();
    // Nine sources, plain and fingerprinted, and the manifest.
    assert_eq!(summary["files"], 19);
    assert!(
        summary["requests"].as_u64().unwrap() > 3 * 18 + 1,
        "{summary}"
    );
}

#[test]
fn site_without_manifest_and_plain_names_is_good() {
    let project = project();
    let keep = "WHITENOISE_KEEP_ONLY_HASHED_FILES=true";
    let url = Site::serve(project.path("out"), |asked, answered| {
        let path = staticc::model::LogicalPath::new(asked.path.as_str());
        if staticc::model::Fingerprint::path_without(&path).is_none() {
            answered.status = 404;
        }
    })
    .url;
    let run = project.verb(["verify", &url, "--set", keep, "--format", "json"]);
    assert_problems(&run.outcome(), 0, &[]);
}

#[test]
fn site_of_http_1_0_is_good() {
    let project = project();
    let run = verify(&project, |_, answered| {
        if answered.status == 200 {
            answered.delivery = Delivery::Closed;
        }
    });
    assert_problems(&run.outcome(), 0, &[PUBLIC]);
}

#[test]
fn names_come_from_static_root_alone() {
    let project = project();
    let site = Site::serve(project.path("out"), |_, _| ());
    project.write(
        "out/staticfiles.json",
        "{\"version\": \"1.1\", \"paths\": {}}",
    );
    let run = project.verb(["verify", &site.url, "--format", "json"]);
    assert_problems(&run.success(), 0, &[PUBLIC]);
    assert!(site.requests.load(Ordering::SeqCst) < 5);
}

#[test]
fn references_are_followed() {
    let project = Project::new()
        .file("src/a.css", "a { background: url(b.png) }")
        .file("src/b.png", "b");
    project.collect().success();
    // Nobody but the text names this file.
    project.write("out/extra.png", "extra");
    let manifest = fs::read_to_string(project.path("out/staticfiles.json")).unwrap();
    let value: Value = serde_json::from_str(&manifest).unwrap();
    let hashed = value["paths"]["a.css"].as_str().unwrap();
    project.write(
        &format!("out/{hashed}"),
        "a { background: url(extra.png?v=1#x) }",
    );
    let run = verify(&project, |asked, answered| {
        if asked.path == "extra.png" {
            answered.status = 404;
        }
    });
    assert_problems(&run.outcome(), 1, &[PUBLIC, ("site-missing", 1)]);
}

#[test]
fn fonts_on_another_host_need_permission() {
    let project = project();
    let elsewhere = "STATIC_URL=\"https://cdn.example.com/static/\"";
    let site = |allowed: Option<&'static str>| {
        Site::serve(project.path("out"), move |asked, answered| {
            assert!(asked.headers.contains_key("origin"));
            if let Some(allowed) = allowed {
                answered
                    .headers
                    .insert("Access-Control-Allow-Origin", allowed.to_owned());
            }
        })
        .url
    };
    for (arguments, allowed, code, files) in [
        (&["--set", elsewhere][..], None, 0, 4),
        (&["--set", elsewhere], Some("*"), 0, 0),
        (&["--origin", "https://www.example.com"], None, 1, 4),
        (
            &["--origin", "https://www.example.com"],
            Some("https://a.example"),
            1,
            4,
        ),
        (
            &["--origin", "https://www.example.com"],
            Some("https://www.example.com"),
            0,
            0,
        ),
    ] {
        let url = site(allowed);
        let run = project.verb(["verify", &url, "--format", "json"]);
        let outcome = run.arguments(arguments).outcome();
        let cors = problems(&outcome).get("site-cors").copied().unwrap_or(0);
        assert_eq!(
            (outcome.code, cors),
            (code, files),
            "{arguments:?} {}",
            outcome.out
        );
    }
}

#[test]
fn urls_that_cannot_be_asked_are_refused() {
    let project = project();
    for (arguments, message) in [
        (&["http://example.com/static/"][..], "STATICC_ALLOW_HTTP=1"),
        (&["https://me:hunter2@example.com/static/"], "password"),
        (&["staticfiles"], "--static-root"),
        (&["https://example.com/", "--origin", "www"], "origin"),
    ] {
        let run = project.verb(["verify"]).arguments(arguments);
        run.failure(2).stderr([message]).no_stderr(["hunter2"]);
    }
    project
        .verb(["verify", "--origin", "https://example.com"])
        .failure(2);
}

/// STATIC_ROOT is free for others while the site is asked.
#[test]
fn static_root_is_not_locked_while_a_site_is_asked() {
    let project = project();
    let root = project.path("out");
    let run = verify(&project, move |_, _| {
        let directory = fs::File::open(&root).unwrap();
        let lock = rustix::fs::FlockOperation::NonBlockingLockExclusive;
        rustix::fs::flock(&directory, lock).unwrap();
    });
    assert_problems(&run.outcome(), 0, &[PUBLIC]);
}

/// Requests without encryption to another machine are allowed here, and a proxy is between.
#[test]
fn proxy_of_the_environment_is_asked() {
    let project = project();
    let proxy = Site::serve(project.path("out"), |asked, _| {
        assert_eq!(asked.headers["host"], "static.example.com");
    });
    let address = proxy.url.trim_end_matches("/static/");
    let run = project.verb([
        "verify",
        "http://static.example.com/static/",
        "--format",
        "json",
    ]);
    let run = run
        .env("STATICC_ALLOW_HTTP", "1")
        .env("HTTP_PROXY", address);
    assert_problems(&run.outcome(), 0, &[PUBLIC]);
}
