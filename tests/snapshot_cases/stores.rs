//! Problems of stores and of publishing to them; and runs without any.

use std::fs;

use super::{Case, case, collected};
use crate::support::project::Project;

const PUBLISH: &[&str] = &["publish"];
const VERIFY_STORE: &[&str] = &["verify", "--store"];

/// Settings that publish to a directory of the project.
fn store(project: &Project, more: &str) {
    let base = project.base().canonicalize().unwrap();
    let store = format!("store = \"file://{}/store\"\n", base.display());
    publish(project, &format!("{store}{more}"));
}

/// These settings of `[staticc.publish]`.
fn publish(project: &Project, text: &str) {
    let settings = fs::read_to_string(project.path("settings.toml")).unwrap();
    project.write(
        "settings.toml",
        format!("{settings}[staticc.publish]\n{text}"),
    );
}

fn two_releases(project: &Project) {
    store(project, "");
    for content in ["a", "b"] {
        project.write("src/a.txt", content);
        collected(project);
        let run = super::run(project, PUBLISH, "text");
        run.env("STATICC_PUBLISHER", "ci").success();
    }
}

pub const CASES: &[Case] = &[
    case("nothing-wrong-publish", &["publish", "-v2"], |project| {
        store(project, "");
        collected(project);
    }),
    case(
        "nothing-wrong-publish-dry",
        &["publish", "-n", "--paths"],
        |project| {
            store(project, "");
            project.write("src/my app.js", "");
            collected(project);
        },
    ),
    case("nothing-wrong-publish-again", PUBLISH, |project| {
        store(project, "");
        collected(project);
        super::run(project, PUBLISH, "text").success();
    }),
    case(
        "nothing-wrong-rollback",
        &["publish", "--rollback", "-v2"],
        |project| {
            two_releases(project);
        },
    ),
    case("nothing-wrong-releases", &["releases"], two_releases),
    case(
        "nothing-wrong-publish-verify",
        &["publish", "--verify", "-v2"],
        |project| {
            two_releases(project);
            project.write("store/a.txt", "c");
        },
    ),
    case("nothing-wrong-verify-store", VERIFY_STORE, two_releases),
    case(
        "nothing-wrong-prune-store",
        &["prune", "--store", "--keep", "1", "-v2"],
        two_releases,
    ),
    case(
        "nothing-wrong-prune-store-dry",
        &["prune", "--store", "--keep", "1", "-n"],
        two_releases,
    ),
    case("missing-object", VERIFY_STORE, |project| {
        two_releases(project);
        fs::remove_file(project.path("store/a.txt")).unwrap();
    }),
    case("wrong-object", VERIFY_STORE, |project| {
        two_releases(project);
        project.write("store/a.txt", "other");
    }),
    case("no-releases-prune", &["prune", "--store"], |project| {
        store(project, "");
    }),
    case("store-url-endpoint", PUBLISH, |project| {
        store(project, "endpoint = \"https://store.example.com\"\n");
    }),
    case("bad-value-older-than", PUBLISH, |project| {
        store(project, "older_than = \"30\"\n");
    }),
    case("no-releases-store", &["publish", "--rollback"], |project| {
        store(project, "");
    }),
    case("missing-setting-store", PUBLISH, collected),
    case("store-url", PUBLISH, |project| {
        publish(
            project,
            "store = \"my-bucket/static\"\nendpoint = \"http://a:hunter2@example.com\"\n",
        );
    }),
    case(
        "store-url-flag",
        &["publish", "s3://bucket/a/../b"],
        collected,
    ),
    case("unknown-setting-credentials", PUBLISH, |project| {
        publish(project, "secret_access_key = \"hunter2\"\n");
    }),
    case("store-unusable", PUBLISH, |project| {
        let base = project.base().canonicalize().unwrap();
        let file = base.join("settings.toml");
        publish(
            project,
            &format!("store = \"file://{}/store\"\n", file.display()),
        );
        collected(project);
    }),
    case(
        "remote-cache-unusable",
        &["collect", "--noinput"],
        |project| {
            let base = project.base().canonicalize().unwrap();
            let file = base.join("settings.toml");
            let settings = fs::read_to_string(&file).unwrap();
            let remote = format!("remote = \"file://{}/cache\"", file.display());
            let settings = format!("{settings}[staticc.cache]\ndir = \"cache\"\n{remote}\n");
            project.write("settings.toml", settings);
            project.write("src/a.css", "a { color: red }\n".repeat(100));
        },
    ),
    case("publish-claimed", PUBLISH, |project| {
        store(project, "");
        collected(project);
        let claim = "{\"version\":1,\"content\":\"0\",\"claimed\":\"2026-01-02T03:04:05Z\",\
                     \"publisher\":\"ci\"}";
        project.write("store/.staticc/claims/00000001-1.json", claim);
    }),
    case("damaged-release-store", PUBLISH, |project| {
        store(project, "");
        collected(project);
        let pointer = "{\"version\":1,\"number\":7,\"release\":\"00000007-0\"}";
        project.write("store/.staticc/current", pointer);
        project.write("store/.staticc/releases/00000007-0.json", "{}");
    }),
    case("no-compressed-copies", PUBLISH, |project| {
        project.write(
            "settings.toml",
            "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"src\"]\n\
             STORAGES.staticfiles.BACKEND = \"django.contrib.staticfiles.storage.StaticFilesStorage\"\n",
        );
        publish(project, "store = \"s3://bucket\"\nencoding = \"br\"\n");
        collected(project);
    }),
    case("no-compressed-copies-directory", PUBLISH, |project| {
        store(project, "encoding = \"gzip\"\n");
        collected(project);
    }),
    case("unpublishable-name", PUBLISH, |project| {
        project.write(
            "settings.toml",
            "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n\
             STORAGES.staticfiles.BACKEND = \"django.contrib.staticfiles.storage.StaticFilesStorage\"\n",
        );
        store(project, "");
        project.write("out/.staticc/a.txt", "a");
        project.write("out/line\nbreak.txt", "a");
    }),
];
