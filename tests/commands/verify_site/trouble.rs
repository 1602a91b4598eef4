//! Sites that fail, break off or never answer: the run ends in time, and with one problem.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::{PUBLIC, assert_problems, project, verify};
use crate::support::project::Project;
use crate::support::site::{Delivery, Site};

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
