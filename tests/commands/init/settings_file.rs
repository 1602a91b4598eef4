//! The settings file that `init` writes, and `init --check` compares.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use super::{collected, project, unusual, written};
use crate::support::project::{Project, programs};
use crate::support::python_project;

/// The path of such an environment holds on this machine only.
#[test]
fn init_notes_an_environment_outside_the_project() {
    let elsewhere = tempfile::tempdir().unwrap();
    let prefix = elsewhere.path().canonicalize().unwrap();
    let app = prefix.join("lib/python3.12/site-packages/shop");
    fs::create_dir_all(&app).unwrap();
    fs::write(app.join("__init__.py"), "").unwrap();
    let project = project(|_, answers| {
        answers["versions"]["prefix"] = json!(prefix);
        let apps = answers["apps"].as_array_mut().unwrap();
        apps.push(json!({"entry": "shop", "directory": app}));
    });
    let text = written(&project);
    let (_, python_path) = text.split_once("is outside the project").expect(&text);
    assert!(python_path.contains("\npython_path = [\".\", "), "{text}");
}

/// The Python on PATH is looked at wherever the file is used, if it is the project's own.
#[test]
fn init_leaves_the_environment_of_path_out() {
    let elsewhere = tempfile::tempdir().unwrap();
    let path = |path: &str| elsewhere.path().canonicalize().unwrap().join(path);
    for name in ["own", "other"] {
        let app = path(name).join("lib/python3.12/site-packages/shop");
        fs::create_dir_all(&app).unwrap();
        fs::write(app.join("__init__.py"), "").unwrap();
        fs::write(path(name).join("pyvenv.cfg"), "").unwrap();
        fs::create_dir(path(name).join("bin")).unwrap();
        symlink("/none/python3", path(name).join("bin/python3")).unwrap();
    }
    let site = path("own/lib/python3.12/site-packages");
    let project = project(|project, answers| {
        answers["versions"]["prefix"] = json!(path("own"));
        answers["python_path"] = json!([project.path("").canonicalize().unwrap(), site]);
        let apps = answers["apps"].as_array_mut().unwrap();
        apps.push(json!({"entry": "shop", "directory": site.join("shop")}));
    });
    let init = |name: &str| {
        let on_path = std::env::join_paths([path(name).join("bin"), programs()]).unwrap();
        let run = project.verb(["init", "--force"]).env("PATH", &on_path);
        run.success();
        let run = project.verb(["init", "--check"]).env("PATH", &on_path);
        run.success();
        fs::read_to_string(project.path("settings.toml")).unwrap()
    };
    let text = init("own");
    assert!(!text.contains("python_path"), "{text}");
    let text = init("other");
    assert!(
        text.contains("/own\"]\n") && !text.contains("/other"),
        "{text}"
    );
}

#[test]
fn init_writes_only_needed_settings() {
    let project = project(|_, _| {});
    let wanted = "\
# What staticc collects: mysite.settings, as Django 5.2.8 reads it.
# Made by `staticc init`; `staticc init --check` tells when Django says something else.

STATIC_URL = \"static/\"
STATIC_ROOT = \"out\"
STATICFILES_DIRS = [\"src\"]
# Located by reading Python as text: nothing is imported.
INSTALLED_APPS = [\"polls\"]

[staticc]
django = \"5.2\"
";
    assert_eq!(written(&project), wanted);
    project.verb(["init", "--check"]).success();
}

#[test]
fn init_writes_every_unusual_setting() {
    let project = project(unusual);
    let wanted = "\
# What staticc collects: mysite.settings, as Django 5.2.8 reads it.
# Made by `staticc init`; `staticc init --check` tells when Django says something else.

STATIC_URL = \"static/\"
FORCE_SCRIPT_NAME = \"/app\"
STATIC_ROOT = \"out\"
STATICFILES_DIRS = [\"src\", [\"v\", \"vendor\"]]
# Located by reading Python as text: nothing is imported.
INSTALLED_APPS = [\"polls\", \"blog\", \"hidden\"]
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [\"png\"]

[STORAGES.staticfiles]
BACKEND = \"django.contrib.staticfiles.storage.ManifestStaticFilesStorage\"

[STORAGES.staticfiles.OPTIONS]
file_permissions_mode = 0o600
manifest_name = \"m.json\"
support_js_module_import_aggregation = true

# Where `staticc check` looks for {% static %}.
[[TEMPLATES]]
APP_DIRS = true
DIRS = [\"jinja\"]

[staticc]
default_ignore_patterns = [\"CVS\", \"*.tmp\"]
django = \"5.2\"
missing_references = \"warn\"
python_path = [\".\", \"libs\", \"venv\"]

[staticc.app_directories]
hidden = \"elsewhere/hidden\"

[staticc.cache]
dir = \"cache\"
";
    assert_eq!(written(&project), wanted);
    project.verb(["init", "--check"]).success();
    let file = collected(&project, &[]);
    assert!(file.contains_key(&project.path("out/blog.txt")));
    assert_eq!(
        file,
        collected(&project, &["--settings", "mysite.settings"])
    );
}

#[test]
fn init_overwrites_only_with_force() {
    let project = project(|_, _| {});
    project.write("settings.toml", "mine");
    project
        .verb(["init"])
        .failure(2)
        .stderr(["[settings-exist]", "--force"]);
    assert_eq!(fs::read(project.path("settings.toml")).unwrap(), b"mine");
    project
        .verb(["init", "--check"])
        .failure(1)
        .stderr(["[toml-syntax]"]);
    project.verb(["init", "--settings", "other.toml"]).success();
    project.verb(["init", "--force"]).success();
    let [one, other] =
        ["settings.toml", "other.toml"].map(|name| fs::read(project.path(name)).unwrap());
    assert_eq!(one, other);
}

/// Both sides are shown as a settings file has them.
#[test]
fn init_check_shows_settings_as_toml() {
    let project = project(|_, _| {});
    written(&project);
    let mut answers = python_project::answers(&project);
    let staticc = json!({"cache": {"max_size": "3 GiB"}, "allow": [{"path": "a.css"}]});
    answers["settings"]["STATICC"] = json!({"value": staticc, "set": true});
    answers["settings"]["FILE_UPLOAD_PERMISSIONS"]["value"] = json!(0o640);
    answers["storage"]["file_permissions_mode"] = json!(0o640);
    project.write("answers.json", answers.to_string());
    let outcome = project.verb(["init", "--check"]).failure(1);
    for line in [
        "note: here: FILE_UPLOAD_PERMISSIONS = 0o644",
        "note: Django: FILE_UPLOAD_PERMISSIONS = 0o640",
        "note: here: staticc.cache.max_size = \"2.0 GiB\"",
        "note: Django: staticc.cache.max_size = \"3.0 GiB\"",
        "note: only in Django: { level = \"warn\", path = \"a.css\" }",
    ] {
        assert!(outcome.error.contains(line), "{line}\n{}", outcome.error);
    }
}

/// The settings that `--check` reports.
fn drift(change: impl FnOnce(&Project, &mut Value)) -> Vec<String> {
    let project = project(|_, _| {});
    written(&project);
    let mut answers = python_project::answers(&project);
    change(&project, &mut answers);
    project.write("answers.json", answers.to_string());
    let outcome = project
        .verb(["init", "--check", "--format", "json"])
        .outcome();
    let problems = outcome
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let problems = problems.filter(|problem| problem["code"] == "settings-drift");
    let names: Vec<String> = problems
        .map(|problem| {
            let message = problem["message"].as_str().unwrap();
            message.split(' ').next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(
        outcome.code,
        i32::from(!names.is_empty()),
        "{}",
        outcome.out
    );
    names
}

#[test]
fn init_check_reports_each_setting_that_differs() {
    let setting = |name: &'static str, value: Value| {
        drift(move |_, answers| answers["settings"][name] = json!({"value": value, "set": true}))
    };
    assert_eq!(drift(|_, _| {}), [""; 0]);
    assert_eq!(setting("STATIC_URL", json!("/s/")), ["STATIC_URL"]);
    let modes = |_: &Project, answers: &mut Value| {
        answers["settings"]["FILE_UPLOAD_PERMISSIONS"]["value"] = json!(null);
        answers["storage"]["file_permissions_mode"] = json!(null);
    };
    assert_eq!(drift(modes), ["FILE_UPLOAD_PERMISSIONS"]);
    assert_eq!(
        drift(|_, answers| answers["versions"]["brotli"] = false.into()),
        ["staticc.compression.encodings"]
    );
    let own = json!({"missing_references": "warn", "allow": [{"path": "a.css"}], "compression": {"brotli_quality": 5}});
    assert_eq!(
        setting("STATICC", own),
        [
            "staticc.missing_references",
            "staticc.allow",
            "staticc.compression.brotli_quality"
        ]
    );
    let key = "WHITENOISE_SKIP_COMPRESS_EXTENSIONS";
    assert_eq!(setting(key, json!(["png"])), [key]);
    let finders = json!(["django.contrib.staticfiles.finders.AppDirectoriesFinder"]);
    assert_eq!(
        setting("STATICFILES_FINDERS", finders),
        ["STATICFILES_FINDERS"]
    );
    let storage = |name: &'static str, value: Value| {
        drift(move |_, answers| answers["storage"][name] = value)
    };
    let plain = "django.contrib.staticfiles.storage.StaticFilesStorage";
    assert_eq!(
        storage("base", json!(plain)),
        ["STORAGES.staticfiles.BACKEND"]
    );
    assert_eq!(
        storage("manifest_name", json!("m.json")),
        ["STORAGES.staticfiles.OPTIONS.manifest_name"]
    );
    assert_eq!(
        storage("keep_only_hashed_files", json!(true)),
        ["WHITENOISE_KEEP_ONLY_HASHED_FILES"]
    );
    assert_eq!(
        drift(|_, answers| answers["versions"]["django"] = "6.1.1".into()),
        ["staticc.django"]
    );
    assert_eq!(
        drift(|_, answers| answers["ignore_patterns"]["value"] = json!([".*"])),
        ["staticc.default_ignore_patterns"]
    );
    assert_eq!(
        drift(|_, answers| answers["apps"] = json!([])),
        ["INSTALLED_APPS"]
    );
    let dirs = |project: &Project, answers: &mut Value| {
        project.write("more/x.txt", "");
        let dirs = answers["settings"]["STATICFILES_DIRS"]["value"]
            .as_array_mut()
            .unwrap();
        dirs.push(json!({"prefix": "", "written": project.path("more")}));
    };
    assert_eq!(drift(dirs), ["STATICFILES_DIRS"]);
    let templates = |project: &Project, answers: &mut Value| {
        project.write("templates/x.html", "");
        answers["settings"]["TEMPLATES"]["value"] = json!([]);
    };
    assert_eq!(drift(templates), ["TEMPLATES"]);
}

/// Without brotli WhiteNoise makes gzip copies alone, where it makes any.
#[test]
fn init_writes_gzip_alone_without_brotli() {
    let init = |compression: Value, base: &str| {
        let project = project(|_, answers| {
            answers["versions"]["brotli"] = false.into();
            answers["storage"]["base"] = base.into();
            answers["settings"]["STATICC"] = json!({"value": compression, "set": true});
        });
        written(&project)
    };
    let compressed = "whitenoise.storage.CompressedStaticFilesStorage";
    let text = init(json!({"compression": {"min_saving": 0.1}}), compressed);
    assert!(
        text.contains("encodings = [\"gz\"]\nmin_saving = 0.1\n"),
        "{text}"
    );
    let text = init(json!({"compression": {"encodings": ["br"]}}), compressed);
    assert!(text.contains("encodings = [\"br\"]\n"), "{text}");
    let plain = "django.contrib.staticfiles.storage.StaticFilesStorage";
    let text = init(json!(null), plain);
    assert!(!text.contains("encodings"), "{text}");
}

/// Other programs write to pyproject.toml as well.
#[test]
fn init_never_writes_pyproject() {
    let text = "[project]\nname = \"mysite\"\n[tool.staticc.settings]\nSTATIC_URL = \"static/\"\n\
                STATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"src\"]\nINSTALLED_APPS = [\"polls\"]\n\
                [tool.staticc.settings.staticc]\ndjango = \"5.2\"\n";
    let project = project(|_, _| {});
    project.write("pyproject.toml", text);
    for arguments in [
        &["init"][..],
        &["init", "--force"],
        &["init", "--settings", "pyproject.toml", "--force"],
    ] {
        project
            .verb(arguments)
            .failure(2)
            .stderr(["error: pyproject.toml: ", "[settings-exist]"]);
    }
    let outcome = project.verb(["init", "--check"]).success();
    assert_eq!(outcome.out, "pyproject.toml agrees with Django.\n");
    assert_eq!(
        fs::read_to_string(project.path("pyproject.toml")).unwrap(),
        text
    );
    assert!(!project.path("settings.toml").exists());
    project.verb(["init", "--settings", "own.toml"]).success();
}

#[test]
fn init_refuses_a_module_as_settings_file() {
    let project = project(|_, _| {});
    let help = "--django-settings mysite.settings";
    project
        .verb(["init", "--settings", "mysite.settings"])
        .failure(2)
        .stderr([help]);
    assert!(!project.path("mysite.settings").exists());
}

#[test]
fn init_writes_through_a_link() {
    let project = project(|_, _| {});
    project.write("real.toml", "");
    project.link("settings.toml", "real.toml");
    project.verb(["init", "--force"]).success();
    assert!(project.path("settings.toml").is_symlink());
    assert!(
        fs::read_to_string(project.path("real.toml"))
            .unwrap()
            .contains("STATIC_URL")
    );
}
