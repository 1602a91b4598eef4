//! Problems of deployed sites; and a run without any.

use super::{Case, case, collected};
use crate::support::project::Project;
use crate::support::site::{Answered, Asked, Delivery, Site};

const VERIFY_SITE: &[&str] = &["verify", "{site}"];

/// Serves the project by nginx, as it says, and changes answers for files but the manifest.
fn served(project: &Project, change: impl Fn(&Asked, &mut Answered) + Send + Sync + 'static) {
    collected(project);
    let site = Site::serve(project.path("out"), move |asked, answered| {
        answered.headers.insert("Server", "nginx".to_owned());
        if asked.path == "staticfiles.json" {
            answered.status = 404;
        } else {
            change(asked, answered);
        }
    });
    project.write("site", site.url);
}

/// A text that is worth compressing.
fn text(project: &Project) {
    project.write("src/a.css", "a { color: red }\n".repeat(50));
}

pub const CASES: &[Case] = &[
    case("nothing-wrong-site", VERIFY_SITE, |project| {
        text(project);
        served(project, |_, _| ());
    }),
    case("site-caching", VERIFY_SITE, |project| {
        served(project, |_, answered| {
            answered
                .headers
                .insert("Cache-Control", "no-cache".to_owned());
        });
    }),
    case("site-content", VERIFY_SITE, |project| {
        served(project, |asked, answered| {
            if asked.path == "a.txt" {
                answered.body = b"b".to_vec();
            }
        });
    }),
    case(
        "site-content-type",
        &["verify", "{site}", "-v2"],
        |project| {
            project.write("src/a.mjs", "export const a = 1;\n");
            served(project, |asked, answered| {
                if asked.path.contains(".mjs") {
                    answered
                        .headers
                        .insert("Content-Type", "text/plain".to_owned());
                }
            });
        },
    ),
    case(
        "site-cors",
        &["verify", "{site}", "--origin", "https://www.example.com"],
        |project| {
            project.write("src/a.woff2", "font");
            served(project, |_, _| ());
        },
    ),
    case("site-encoding", VERIFY_SITE, |project| {
        text(project);
        served(project, |asked, answered| {
            if asked.path == "a.css" && answered.status == 200 {
                answered.headers.remove("Content-Encoding");
                answered.body = "a { color: red }\n".repeat(50).into();
            }
        });
    }),
    case("site-head", VERIFY_SITE, |project| {
        served(project, |asked, answered| {
            if asked.method == "HEAD" {
                answered.status = 405;
            }
        });
    }),
    case("site-manifest", VERIFY_SITE, |project| {
        collected(project);
        let site = Site::serve(project.path("out"), |_, _| ());
        project.write("site", site.url);
    }),
    case("site-missing", VERIFY_SITE, |project| {
        served(project, |asked, answered| {
            if asked.path != "a.txt" {
                answered.status = 404;
            }
        });
    }),
    case("site-redirect", VERIFY_SITE, |project| {
        served(project, |asked, answered| {
            answered.status = 301;
            let target = format!("https://www.example.com/static/{}", asked.path);
            answered.headers.insert("Location", target);
        });
    }),
    case("site-revalidation", VERIFY_SITE, |project| {
        served(project, |_, answered| {
            if answered.status == 304 {
                answered.status = 200;
            }
        });
    }),
    case(
        "site-unreachable",
        &["verify", "{site}", "--timeout", "1"],
        |project| {
            served(project, |_, answered| answered.delivery = Delivery::Silent);
        },
    ),
    case(
        "site-url",
        &["verify", "http://example.com/static/"],
        collected,
    ),
    case("site-vary", VERIFY_SITE, |project| {
        text(project);
        collected(project);
        let site = Site::serve(project.path("out"), |_, answered| {
            answered.headers.remove("Vary");
        });
        project.write("site", site.url);
    }),
];
