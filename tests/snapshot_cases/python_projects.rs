//! Problems of projects whose own Python answers for their settings.

use std::fs;

use serde_json::json;

use super::{Case, case};
use crate::support::project::Project;
use crate::support::python_project;

const INIT: &[&str] = &["init"];
const COMPARE: &[&str] = &["init", "--check"];
const LIVE: &[&str] = &["collect", "--noinput", "--settings", "mysite.settings"];

/// A location in a file of the project.
fn place(project: &Project, place: &str) -> String {
    let directory = project.path("").canonicalize().unwrap();
    directory.join(place).to_str().unwrap().to_owned()
}

/// A storage class of the project, which overrides two members.
fn own_storage(project: &Project) {
    let class =
        "class Storage(Base):\n    def hashed_name(self, name): …\n    manifest_strict = False\n";
    project.write("mysite/storage.py", class);
    python_project::write(project, |answers| {
        let storage = &mut answers["storage"];
        storage["class"] = "mysite.storage.Storage".into();
        storage["where"] = place(project, "mysite/storage.py:1").into();
        storage["overrides"] = json!([
            {"name": "hashed_name", "where": place(project, "mysite/storage.py:2")},
            {"name": "manifest_strict", "where": place(project, "mysite/storage.py:3")},
        ]);
    });
}

/// A finder that cannot list its files.
fn own_finder(project: &Project) {
    project.write("mysite/finders.py", "\nclass Finder(BaseFinder): …\n");
    python_project::write(project, |answers| {
        let finders = answers["settings"]["STATICFILES_FINDERS"]["value"].as_array_mut();
        finders.unwrap().push("mysite.finders.Finder".into());
        let place = place(project, "mysite/finders.py:2");
        answers["finders"] = json!([{"entry": "mysite.finders.Finder", "where": place}]);
        let why = "NotImplementedError: This backend doesn't support absolute paths.";
        answers["not_asked"] = json!([{"what": "files of mysite.finders.Finder", "why": why}]);
    });
}

pub const CASES: &[Case] = &[
    case("immutable-files", INIT, |project| {
        python_project::write(project, |answers| {
            let staticc = json!({"prehashed": ["assets/*-????????.{js,css}"]});
            answers["settings"]["STATICC"] = json!({"value": staticc, "set": true});
        });
    }),
    case("project-unloadable", INIT, |project| {
        python_project::write(project, |answers| {
            *answers = json!({"error": {
                "kind": "KeyError", "message": "'SITE_SECRET'",
                "where": place(project, "mysite/settings.py:6"),
                "missing": "SITE_SECRET", "missing_is": "variable",
            }});
        });
        let lines = fs::read_to_string(project.path("mysite/settings.py")).unwrap();
        let line = "SECRET_KEY = os.environ[\"SITE_SECRET\"]\n";
        project.write("mysite/settings.py", lines + line);
    }),
    case("project-unloadable-module", LIVE, |project| {
        python_project::write(project, |answers| {
            *answers = json!({"error": {
                "kind": "ModuleNotFoundError", "message": "No module named 'mysite'", "where": null,
                "missing": "mysite", "missing_is": "module",
            }});
        });
    }),
    case("project-unloadable-import", INIT, |project| {
        python_project::write(project, |answers| {
            *answers = json!({"error": {
                "kind": "ImproperlyConfigured", "message": "Error loading MySQLdb module.",
                "hint": "Did you install mysqlclient?",
                "cause": "ModuleNotFoundError: No module named 'MySQLdb'",
                "where": place(project, "mysite/settings.py:1"),
                "missing": "MySQLdb", "missing_is": "module",
            }});
        });
    }),
    case(
        "project-unloadable-python",
        &["init", "--python", "./none"],
        |project| python_project::write(project, |_| {}),
    ),
    case("project-unloadable-crash", INIT, |project| {
        python_project::write(project, |_| {});
        project.write("answers.json", "");
    }),
    case("project-unloadable-storage", LIVE, |project| {
        python_project::write(project, |answers| {
            answers["storage"] = json!(null);
            let why =
                "ImportError: Module \"mysite\" does not define a \"Storage\" attribute/class";
            answers["not_asked"] = json!([{"what": "storage", "why": why}]);
        });
    }),
    case("custom-storage", LIVE, own_storage),
    case("custom-storage-init", INIT, own_storage),
    case("custom-storage-unknown", INIT, |project| {
        python_project::write(project, |answers| {
            let storage = &mut answers["storage"];
            storage["class"] = "storages.backends.s3.S3Storage".into();
            storage["base"] = "django.core.files.storage.base.Storage".into();
            storage["made"] = false.into();
            storage["overrides"] = [
                "_open", "_save", "delete", "exists", "listdir", "path", "size", "url", "open",
            ]
            .map(|name| json!({"name": name, "where": null}))
            .into_iter()
            .collect();
        });
    }),
    case("custom-finder", LIVE, own_finder),
    case("custom-finder-init", INIT, own_finder),
    case("settings-exist", INIT, |_| {}),
    case("settings-drift", COMPARE, |project| {
        python_project::write(project, |_| {});
        let settings =
            "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"old\"]\n";
        project.write("settings.toml", settings);
        project.write("old/a.txt", "");
    }),
    case("settings-agree", COMPARE, |project| {
        python_project::write(project, |_| {});
        let settings = "STATIC_URL = \"static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"src\"]\n\
                        INSTALLED_APPS = [\"polls\"]\n[staticc]\ndjango = \"5.2\"\n";
        project.write("settings.toml", settings);
    }),
    case("settings-written", INIT, |project| {
        python_project::write(project, |_| {});
    }),
    case("live-place", LIVE, |project| {
        python_project::write(project, |answers| {
            answers["settings"]["STATICFILES_DIRS"]["value"][0]["prefix"] = "vendor/".into();
        });
    }),
];
