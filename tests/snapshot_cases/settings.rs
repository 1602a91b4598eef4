//! Problems of settings and apps.

use super::{COLLECT, Case, case};
use crate::support::project::Project;

const SMALLEST: &str = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n";

/// A project with these settings besides the two that must be.
fn also(project: &Project, text: &str) {
    project.write("settings.toml", format!("{SMALLEST}{text}"));
}

/// These apps, looked for in the project.
fn apps(project: &Project, entries: &str) {
    let path = "[staticc]\npython_path = [\".\"]\n";
    also(project, &format!("INSTALLED_APPS = {entries}\n{path}"));
}

/// An app whose configuration has this as its name.
fn polls(project: &Project, name: &str) {
    let class = "from django.apps import AppConfig\nclass PollsConfig(AppConfig):\n";
    project.write("polls/__init__.py", "");
    project.write("polls/apps.py", format!("{class}    name = {name}\n"));
}

pub const CASES: &[Case] = &[
    case("toml-syntax", COLLECT, |project| {
        project.write("settings.toml", "STATIC_URL = /static/\n");
    }),
    case("wrong-type", COLLECT, |project| {
        also(
            project,
            "STATICFILES_DIRS = \"src\"\nINSTALLED_APPS = [1]\n",
        );
    }),
    case("bad-value", COLLECT, |project| {
        also(
            project,
            "[staticc]\nmissing_references = \"warning\"\n[staticc.cache]\nmax_size = \"lots\"\n",
        );
    }),
    case("unknown-setting", COLLECT, |project| {
        also(
            project,
            "STATICFILES_DIR = [\"src\"]\nSECRET_KEY = \"x\"\n[staticc]\ndjngo = \"5.2\"\nzzz = 1\n",
        );
    }),
    case("missing-setting", COLLECT, |project| {
        also(project, "[[staticc.allow]]\nlevel = \"ignore\"\n");
    }),
    case("settings-file", COLLECT, |project| {
        std::fs::remove_file(project.path("settings.toml")).unwrap();
    }),
    case(
        "settings-file-named",
        &["collect", "--settings", "prod.toml"],
        |_| {},
    ),
    case("settings-file-not-utf8", COLLECT, |project| {
        project.write("settings.toml", b"STATIC_URL = \"/\xe9/\"\n");
    }),
    case("improperly-configured", COLLECT, |project| {
        project.write("settings.toml", "STATICFILES_DIRS = [\"src\"]\n");
    }),
    case("improperly-configured-media", COLLECT, |project| {
        also(project, "MEDIA_URL = \"/static/\"\nMEDIA_ROOT = \"out\"\n");
    }),
    case("staticfiles.E002", COLLECT, |project| {
        project.write("out/a.txt", "");
        also(project, "STATICFILES_DIRS = [\"src\", \"out\"]\n");
    }),
    case("staticfiles.E003", COLLECT, |project| {
        also(project, "STATICFILES_DIRS = [[\"vendor/\", \"src\"]]\n");
    }),
    case("staticfiles.W004", COLLECT, |project| {
        also(project, "STATICFILES_DIRS = [\"src\", \"assets\"]\n");
    }),
    case("staticfiles.E005", COLLECT, |project| {
        also(project, "[STORAGES.default]\nBACKEND = \"x.Y\"\n");
    }),
    case("directory-twice", COLLECT, |project| {
        also(
            project,
            "STATICFILES_DIRS = [\n  [\"a\", \"src\"],\n  [\"b\", \"src\"],\n]\n",
        );
    }),
    case(
        "root-inside-source",
        &["collect", "--no-cache"],
        |project| {
            also(project, "STATICFILES_DIRS = [\".\"]\n");
        },
    ),
    case("missing-directory", COLLECT, |project| {
        also(project, "[staticc]\npython_path = [\".\", \"env\"]\n");
    }),
    case("unknown-loader", &["check", "--no-cache"], |project| {
        also(
            project,
            "[[TEMPLATES]]\nDIRS = [\"pages\"]\n[TEMPLATES.OPTIONS]\n\
             loaders = [\"django.template.loaders.filesystem.Loader\", \"shop.loaders.PluginLoader\"]\n",
        );
        project.write("pages/index.html", "");
    }),
    case("no-templates", &["check", "--no-cache"], |project| {
        also(
            project,
            "[[TEMPLATES]]\nDIRS = [\"pages\"]\nAPP_DIRS = true\n",
        );
        std::fs::create_dir(project.path("pages")).unwrap();
    }),
    case("unknown-django", COLLECT, |project| {
        project.write("django/__init__.py", "VERSION = (9, 1, 0, \"final\", 0)\n");
    }),
    case("unused-glob", COLLECT, |project| {
        also(project, "[staticc]\nno_hash = [\"tinymce/**\"]\n");
    }),
    case("unused-allow", COLLECT, |project| {
        also(project, "[[staticc.allow]]\npath = \"vendor/**\"\n");
    }),
    case(
        "in-a-flag",
        &[
            "collect",
            "--set",
            "STATIC_URL=1",
            "--set",
            "MEDIA_ROOT=\"out\"",
        ],
        |_| {},
    ),
    case(
        "in-a-flag-syntax",
        &["collect", "--set", "STATIC_URL=/static/"],
        |_| {},
    ),
    case("usage", &["collect", "--keep", "2"], |_| {}),
    case(
        "misplaced-cache",
        &["collect", "--cache-dir", "src/cache"],
        |_| {},
    ),
    case("app-not-found", COLLECT, |project| {
        apps(project, "[\"polls\"]");
    }),
    case("app-not-found-class", COLLECT, |project| {
        polls(project, "'polls'");
        apps(project, "[\"polls.apps.PolsConfig\"]");
    }),
    case("app-not-found-misspelt", COLLECT, |project| {
        project.write("shop/__init__.py", "");
        project.write("shop/catalog/__init__.py", "");
        apps(project, "[\"shop.catlog\", \"shpo.catalog\"]");
    }),
    case("app-unclear", COLLECT, |project| {
        polls(project, "compute()");
        apps(project, "[\"polls\"]");
    }),
    case("duplicate-app", COLLECT, |project| {
        project.write("a/polls/__init__.py", "");
        project.write("b/polls/__init__.py", "");
        apps(project, "[\"a.polls\", \"b.polls\"]");
    }),
];
