//! Each fault of an answer has its problem, and no other.

use std::io::Write as _;

use super::{PUBLIC, assert_problems, project, verify};
use crate::support::site::{Answered, Asked};

/// Changes answers.
type Fault = fn(&Asked, &mut Answered);

/// Asserts that a site with a fault ends with this exit status, and has this problem in so many
/// files.
#[track_caller]
fn assert_fault(fault: Fault, code: i32, problem: (&str, u64)) {
    let outcome = verify(&project(), fault).outcome();
    assert_problems(&outcome, code, &[PUBLIC, problem]);
}

fn is_compressed(answered: &Answered) -> bool {
    answered.headers.contains_key("Content-Encoding")
}

/// The content of css/more.css.
fn more() -> String {
    ".more { margin: 0 }\n".repeat(40)
}

#[test]
fn missing_file_is_found() {
    let fault: Fault = |asked, answered| {
        if asked.path.ends_with("site.css") {
            answered.status = 404;
        }
    };
    assert_fault(fault, 1, ("site-missing", 1));
}

#[test]
fn redirects_are_found_and_not_followed() {
    let project = project();
    let redirected = verify(&project, |asked, answered| {
        answered.status = 301;
        let target = format!("https://example.com/s/{}", asked.path);
        answered.headers.insert("Location", target);
    });
    assert_problems(&redirected.outcome(), 1, &[("site-redirect", 18)]);
}

#[test]
fn other_content_is_found() {
    let faults: [Fault; 4] = [
        |asked, answered| {
            if asked.path == "LICENSE" {
                answered.body = b"cost".to_vec();
            }
        },
        |asked, answered| {
            if asked.path == "LICENSE" {
                answered.body = vec![b'x'; 1 << 20];
            }
        },
        |asked, answered| {
            if asked.path == "css/more.css" && is_compressed(answered) {
                answered.body = vec![0; 20];
            }
        },
        |asked, answered| {
            if asked.path == "css/more.css" {
                answered.headers.remove("Content-Encoding");
            }
        },
    ];
    for fault in faults {
        assert_fault(fault, 1, ("site-content", 1));
    }
}

#[test]
fn encodings_that_do_not_suit_the_reader_are_found() {
    let compressed_twice: Fault = |asked, answered| {
        if asked.path == "css/more.css" && is_compressed(answered) {
            let twice = "gzip, gzip".to_owned();
            answered.headers.insert("Content-Encoding", twice);
        }
    };
    assert_fault(compressed_twice, 1, ("site-encoding", 1));
    let always_gzip: Fault = |asked, answered| {
        if asked.path == "css/more.css" && answered.status == 200 {
            let gzip = "gzip".to_owned();
            answered.headers.insert("Content-Encoding", gzip);
            let builder = flate2::GzBuilder::new();
            let mut encoder = builder.write(Vec::new(), flate2::Compression::fast());
            encoder.write_all(more().as_bytes()).unwrap();
            answered.body = encoder.finish().unwrap();
        }
    };
    assert_fault(always_gzip, 0, ("site-encoding", 1));
    let never_compressed: Fault = |asked, answered| {
        if asked.path == "css/more.css" && answered.status == 200 {
            answered.headers.remove("Content-Encoding");
            answered.body = more().into();
        }
    };
    assert_fault(never_compressed, 0, ("site-encoding", 1));
}

#[test]
fn type_that_browsers_refuse_is_found() {
    let fault: Fault = |asked, answered| {
        if asked.path.ends_with(".mjs") {
            let other = "application/octet-stream".to_owned();
            answered.headers.insert("Content-Type", other);
        }
    };
    assert_fault(fault, 1, ("site-content-type", 2));
}

#[test]
fn several_encodings_without_vary_are_found() {
    let fault: Fault = |_, answered| {
        answered.headers.remove("Vary");
    };
    assert_fault(fault, 1, ("site-vary", 8));
}

#[test]
fn caching_of_the_wrong_names_is_found() {
    let short: Fault = |_, answered| {
        let header = "max-age=60".to_owned();
        answered.headers.insert("Cache-Control", header);
    };
    assert_fault(short, 1, ("site-caching", 9));
    let long: Fault = |_, answered| {
        let header = "immutable".to_owned();
        answered.headers.insert("Cache-Control", header);
    };
    assert_fault(long, 1, ("site-caching", 9));
}

#[test]
fn files_that_are_sent_again_are_found() {
    let fault: Fault = |_, answered| {
        if answered.status == 304 {
            answered.status = 200;
        }
    };
    assert_fault(fault, 0, ("site-revalidation", 16));
}

#[test]
fn other_answers_to_head_are_found() {
    let fault: Fault = |asked, answered| {
        if asked.method == "HEAD" {
            let other = "text/plain".to_owned();
            answered.headers.insert("Content-Type", other);
        }
    };
    assert_fault(fault, 0, ("site-head", 16));
}
