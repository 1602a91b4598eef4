//! Projects whose own Python answers for their settings: once, for the settings file
//! that `init` writes, or at every run. Both must give the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::project::Project;
use crate::support::python_project;

mod custom_finders;
mod live_settings;
mod optional_directories;
mod settings_file;

type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// A project whose Python gives the usual answers, as `change` alters them.
fn project(change: impl FnOnce(&Project, &mut Value)) -> Project {
    let project = Project::with_text_file();
    python_project::write(&project, |answers| change(&project, answers));
    project
}

/// The settings file that `init` writes.
#[track_caller]
fn written(project: &Project) -> String {
    project.verb(["init"]).success();
    fs::read_to_string(project.path("settings.toml")).unwrap()
}

/// Collects, and removes STATIC_ROOT. Returns what was in it.
#[track_caller]
fn collected(project: &Project, flags: &[&str]) -> Tree {
    project
        .collect()
        .arguments(["--no-cache"])
        .arguments(flags)
        .success();
    let tree = project.static_root();
    fs::remove_dir_all(project.path("out")).unwrap();
    tree
}

/// All settings that have other values than usual.
fn unusual(project: &Project, answers: &mut Value) {
    let directory = project.path("").canonicalize().unwrap();
    let path = |path: &str| directory.join(path).to_str().unwrap().to_owned();
    project.write("vendor/v.css", "a{}");
    project.write("jinja/x.html", "");
    project.write("libs/blog/__init__.py", "");
    project.write("libs/blog/static/blog.txt", "x");
    project.write("elsewhere/hidden/static/h.txt", "x");
    answers["apps"] = json!([
        {"entry": "polls", "directory": path("polls")},
        {"entry": "blog", "directory": path("libs/blog")},
        {"entry": "hidden", "directory": path("elsewhere/hidden")},
    ]);
    answers["python_path"] = json!([directory, path("libs")]);
    answers["versions"]["brotli"] = false.into();
    answers["ignore_patterns"]["value"] = json!(["CVS", "*.tmp"]);
    let storage = &mut answers["storage"];
    storage["class"] = "mysite.storage.Storage".into();
    storage["base"] = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage".into();
    storage["overrides"] =
        json!([{"name": "manifest_name"}, {"name": "url"}, {"name": "__init__"}]);
    storage["manifest_name"] = "m.json".into();
    storage["support_js_module_import_aggregation"] = true.into();
    storage["file_permissions_mode"] = 0o600.into();
    storage["directory_permissions_mode"] = 0o750.into();
    let settings = &mut answers["settings"];
    let set = |value: Value| json!({"value": value, "set": true});
    settings["FILE_UPLOAD_DIRECTORY_PERMISSIONS"] = set(json!(0o750));
    settings["FORCE_SCRIPT_NAME"] = set(json!("/app"));
    settings["WHITENOISE_SKIP_COMPRESS_EXTENSIONS"] = set(json!(["png"]));
    settings["STATICC"] =
        set(json!({"missing_references": "warn", "cache": {"dir": path("cache")}}));
    let dirs = settings["STATICFILES_DIRS"]["value"]
        .as_array_mut()
        .unwrap();
    dirs.push(json!({"prefix": "v", "directory": path("vendor"), "written": path("vendor")}));
    settings["TEMPLATES"]["value"][0]["DIRS"] = json!([path("jinja")]);
}

/// A finder that finds three files.
fn own_finder() -> Project {
    project(|project, answers| {
        for (path, text) in [
            ("made/a.txt", "later"),
            ("made/b.txt", "b"),
            ("sass/c.css", "a{}"),
        ] {
            project.write(path, text);
        }
        project.write("made/not-listed.txt", "");
        let file = |path: &str, prefix: &str, source: &str| json!({"path": path, "prefix": prefix, "source": project.path(source)});
        let entry = "mysite.finders.Finder";
        let finders = answers["settings"]["STATICFILES_FINDERS"]["value"].as_array_mut();
        finders.unwrap().insert(1, entry.into());
        answers["finders"] = json!([{"entry": entry, "files": [
            file("a.txt", "", "made/a.txt"),
            file("b.txt", "", "made/b.txt"),
            file("c.css", "css", "sass/c.css"),
        ]}]);
    })
}
