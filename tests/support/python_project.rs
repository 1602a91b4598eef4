//! A Django project whose Python gives the answers that a test wants. The answers of
//! real projects are tested in `tests/python/test_ask.py` and by `cargo xtask projects`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::project::Project;

/// The answers of a project with the app `polls` and the source directory `src`.
pub fn answers(project: &Project) -> Value {
    let directory = project.path("").canonicalize().unwrap();
    let directory = directory.to_str().unwrap().trim_end_matches('/');
    let path = |path: &str| format!("{directory}/{path}");
    let settings = path("mysite/settings.py");
    let set = |value: Value, line: usize| json!({"value": value, "set": true, "where": format!("{settings}:{line}")});
    let src = json!({"prefix": "", "directory": path("src"), "written": path("src")});
    let finders = ["FileSystemFinder", "AppDirectoriesFinder"];
    let finders = finders.map(|name| format!("django.contrib.staticfiles.finders.{name}"));
    let backend = "whitenoise.storage.CompressedManifestStaticFilesStorage";
    json!({
        "versions": {
            "python": "3.12.1", "prefix": path("venv"), "django": "5.2.8", "whitenoise": "6.12.0",
            "brotli": true,
        },
        "settings_module": {"name": "mysite.settings", "named_by": "manage.py", "file": settings},
        "python_path": [directory],
        "settings": {
            "STATIC_URL": {
                "value": "/static/", "set": true, "written": "static/",
                "where": format!("{settings}:2"),
            },
            "STATIC_ROOT": set(json!(path("out")), 3),
            "STATICFILES_DIRS": set(json!([src]), 4),
            "STATICFILES_FINDERS": {"value": finders, "set": false},
            "FILE_UPLOAD_PERMISSIONS": {"value": 0o644, "set": false},
            "FILE_UPLOAD_DIRECTORY_PERMISSIONS": {"value": null, "set": false},
            "FORCE_SCRIPT_NAME": {"value": null, "set": false},
            "DEBUG": set(json!(true), 1),
            "MEDIA_URL": {"value": "/", "set": false, "written": ""},
            "MEDIA_ROOT": {"value": null, "set": false, "written": ""},
            "TEMPLATES": set(json!([{
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [], "APP_DIRS": true, "loaders": null,
            }]), 5),
        },
        "apps": [{"entry": "polls", "directory": path("polls")}],
        "ignore_patterns": {"value": ["CVS", ".*", "*~"], "set": false},
        "storage": {
            "class": backend, "where": null, "base": backend, "overrides": [], "made": true,
            "manifest_name": "staticfiles.json", "support_js_module_import_aggregation": false,
            "keep_only_hashed_files": false, "location": path("out"), "base_url": "/static/",
            "file_permissions_mode": 0o644, "directory_permissions_mode": null,
            "manifest_location": path("out"), "patterns": null,
        },
        "finders": [],
        "not_asked": [],
    })
}

/// Writes the project. Its Python gives the usual answers, as `change` alters them.
pub fn write(project: &Project, change: impl FnOnce(&mut Value)) {
    fs::remove_file(project.path("settings.toml")).unwrap();
    let lines = "DEBUG = True\nSTATIC_URL = \"static/\"\nSTATIC_ROOT = BASE_DIR / \"out\"\n\
                 STATICFILES_DIRS = [BASE_DIR / \"src\"]\nTEMPLATES = […]\n";
    project.write("mysite/settings.py", lines);
    project.write("polls/__init__.py", "");
    project.write("polls/static/polls.css", "a { color: red }\n");
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/answering");
    project.link("venv/bin/python", python);
    let mut answers = answers(project);
    change(&mut answers);
    project.write("answers.json", answers.to_string());
}
