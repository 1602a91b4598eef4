//! `staticc verify URL`: good sites, each fault of a site, and sites that never answer.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

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
fn verify<'p>(
    project: &'p Project,
    change: impl Fn(&Asked, &mut Answered) + Send + Sync + 'static,
) -> Run<'p> {
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
fn faults_of_answers_are_found() {
    type Fault = fn(&Asked, &mut Answered);
    let cases: [(&str, i32, Fault, &[(&str, u64)]); 15] = [
        (
            "missing",
            1,
            |asked, answered| {
                if asked.path.ends_with("site.css") {
                    answered.status = 404;
                }
            },
            &[PUBLIC, ("site-missing", 1)],
        ),
        (
            "other content",
            1,
            |asked, answered| {
                if asked.path == "LICENSE" {
                    answered.body = b"cost".to_vec();
                }
            },
            &[PUBLIC, ("site-content", 1)],
        ),
        (
            "too long",
            1,
            |asked, answered| {
                if asked.path == "LICENSE" {
                    answered.body = vec![b'x'; 1 << 20];
                }
            },
            &[PUBLIC, ("site-content", 1)],
        ),
        (
            "another copy",
            1,
            |asked, answered| {
                if asked.path == "css/more.css" && answered.headers.contains_key("Content-Encoding")
                {
                    answered.body = vec![0; 20];
                }
            },
            &[PUBLIC, ("site-content", 1)],
        ),
        (
            "compressed twice",
            1,
            |asked, answered| {
                if asked.path == "css/more.css" && answered.headers.contains_key("Content-Encoding")
                {
                    answered
                        .headers
                        .insert("Content-Encoding", "gzip, gzip".to_owned());
                }
            },
            &[PUBLIC, ("site-encoding", 1)],
        ),
        (
            "always gzip",
            0,
            |asked, answered| {
                if asked.path == "css/more.css" && answered.status == 200 {
                    answered
                        .headers
                        .insert("Content-Encoding", "gzip".to_owned());
                    let builder = flate2::GzBuilder::new();
                    let mut encoder = builder.write(Vec::new(), flate2::Compression::fast());
                    let content = ".more { margin: 0 }\n".repeat(40);
                    std::io::Write::write_all(&mut encoder, content.as_bytes()).unwrap();
                    answered.body = encoder.finish().unwrap();
                }
            },
            &[PUBLIC, ("site-encoding", 1)],
        ),
        (
            "compressed without saying so",
            1,
            |asked, answered| {
                if asked.path == "css/more.css" {
                    answered.headers.remove("Content-Encoding");
                }
            },
            &[PUBLIC, ("site-content", 1)],
        ),
        (
            "never compressed",
            0,
            |asked, answered| {
                if asked.path == "css/more.css" && answered.status == 200 {
                    answered.headers.remove("Content-Encoding");
                    answered.body = ".more { margin: 0 }\n".repeat(40).into();
                }
            },
            &[PUBLIC, ("site-encoding", 1)],
        ),
        (
            "type of a module",
            1,
            |asked, answered| {
                if asked.path.ends_with(".mjs") {
                    answered
                        .headers
                        .insert("Content-Type", "application/octet-stream".to_owned());
                }
            },
            &[PUBLIC, ("site-content-type", 2)],
        ),
        (
            "no vary",
            1,
            |_, answered| {
                answered.headers.remove("Vary");
            },
            &[PUBLIC, ("site-vary", 8)],
        ),
        (
            "no caching",
            1,
            |_, answered| {
                answered
                    .headers
                    .insert("Cache-Control", "max-age=60".to_owned());
            },
            &[PUBLIC, ("site-caching", 9)],
        ),
        (
            "too much caching",
            1,
            |_, answered| {
                answered
                    .headers
                    .insert("Cache-Control", "immutable".to_owned());
            },
            &[PUBLIC, ("site-caching", 9)],
        ),
        (
            "redirect",
            1,
            |asked, answered| {
                answered.status = 301;
                let target = format!("https://example.com/s/{}", asked.path);
                answered.headers.insert("Location", target);
            },
            &[("site-redirect", 18)],
        ),
        (
            "no 304",
            0,
            |_, answered| {
                if answered.status == 304 {
                    answered.status = 200;
                }
            },
            &[PUBLIC, ("site-revalidation", 16)],
        ),
        (
            "other head",
            0,
            |asked, answered| {
                if asked.method == "HEAD" {
                    answered
                        .headers
                        .insert("Content-Type", "text/plain".to_owned());
                }
            },
            &[PUBLIC, ("site-head", 16)],
        ),
    ];
    let project = project();
    for (name, code, fault, expected) in cases {
        let outcome = verify(&project, fault).outcome();
        println!("{name}");
        assert_problems(&outcome, code, expected);
    }
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
fn a_server_in_trouble_is_asked_again() {
    let project = project();
    let count = AtomicUsize::new(0);
    let run = verify(&project, move |_, answered| {
        if count.fetch_add(1, Ordering::SeqCst) % 3 == 1 {
            answered.status = 503;
        }
    });
    let outcome = run.arguments(["-j", "1"]).outcome();
    assert_problems(&outcome, 0, &[PUBLIC]);
}

#[test]
fn broken_connections_are_made_again() {
    let project = project();
    let count = AtomicUsize::new(0);
    let run = verify(&project, move |_, answered| {
        if count.fetch_add(1, Ordering::SeqCst) % 3 == 1 {
            answered.delivery = Delivery::CutOff;
        }
    });
    let outcome = run.arguments(["-j", "1"]).outcome();
    assert_problems(&outcome, 0, &[PUBLIC]);
}

#[test]
fn a_server_that_always_fails_is_given_up() {
    let project = project();
    let site = Site::serve(project.path("out"), |_, answered| answered.status = 500);
    let run = project.verb(["verify", &site.url]);
    let outcome = run.failure(1).stderr(["status 500"]);
    assert!(
        outcome.out.contains("the site is in trouble"),
        "{}",
        outcome.out
    );
}

/// None of these may take long, or much memory.
#[test]
fn sites_that_do_not_answer_end_the_run() {
    let project = Project::with_text_file();
    project.collect().success();
    for delivery in [
        Delivery::Silent,
        Delivery::Slow(Duration::from_millis(400)),
        Delivery::Endless,
        Delivery::CutOff,
        Delivery::Raw("220 mail.example.com ESMTP\r\n"),
        Delivery::Raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"),
        Delivery::Raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\u{1f}\u{8b}"),
    ] {
        let shown = format!("{delivery:?}");
        let site = Site::serve(project.path("out"), move |_, answered| {
            answered.body = b"longer than ten bytes".to_vec();
            answered.delivery = delivery.clone();
        });
        let run = project.verb(["verify", &site.url, "--timeout", "1"]);
        let outcome = run.failure(1);
        let named = ["site-unreachable", "site-content"];
        let is_named = named.iter().any(|code| outcome.error.contains(code));
        assert!(is_named, "{shown}: {}", outcome.error);
    }
}

#[test]
fn what_decodes_to_more_than_the_file_is_not_decoded_to_its_end() {
    let project = Project::new().file("src/a.css", "a { color: red }\n".repeat(100));
    project.collect().success();
    let bomb = {
        let builder = flate2::GzBuilder::new();
        let mut encoder = builder.write(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, &vec![b' '; 1 << 20]).unwrap();
        encoder.finish().unwrap()
    };
    let run = verify(&project, move |asked, answered| {
        if asked.path == "a.css" && asked.headers["accept-encoding"] == "gzip" {
            answered
                .headers
                .insert("Content-Encoding", "gzip".to_owned());
            answered.body = bomb.clone();
        }
    });
    assert_problems(&run.outcome(), 1, &[PUBLIC, ("site-content", 1)]);
}

#[test]
fn a_site_that_is_not_there_is_one_problem() {
    let project = project();
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let url = format!("http://127.0.0.1:{port}/static/");
    let outcome = project.verb(["verify", &url]).failure(1);
    let outcome = outcome.stderr(["site-unreachable", "Connection refused", "help:"]);
    assert_eq!(
        outcome.error.matches("error:").count(),
        1,
        "{}",
        outcome.error
    );
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

#[test]
fn what_a_site_sends_does_not_reach_the_terminal() {
    let project = Project::with_text_file();
    project.collect().success();
    let site = Site::serve(project.path("out"), |_, answered| {
        answered.status = 302;
        let target = format!("https://example.com/\u{9b}31m{}", "x".repeat(5000));
        answered.headers.insert("Location", target);
    });
    let outcome = project.verb(["verify", &site.url]).failure(1);
    let outcome = outcome.stderr(["redirected to https://example.com/"]);
    assert!(outcome.error.len() < 2000, "{}", outcome.error);
    assert!(!outcome.error.contains('\u{9b}'), "{}", outcome.error);
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
