//! The settings file that `init` writes, and `init --check` compares.

use std::fs;

use serde_json::{Value, json};

use super::{collected, own_finder, project, run, unusual, written};
use crate::asked;
use crate::bounded::Project;

/// An environment may be anywhere, on this machine.
#[test]
fn an_environment_elsewhere_is_remarked() {
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

#[test]
fn a_file_says_no_more_than_it_must() {
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
    run(&project, &["init", "--check"]).is(0, &[]);
}

#[test]
fn a_file_says_all_that_is_unusual() {
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
    run(&project, &["init", "--check"]).is(0, &[]);
    let file = collected(&project, &[]);
    assert!(file.contains_key(&project.path("out/blog.txt")));
    assert_eq!(
        file,
        collected(&project, &["--settings", "mysite.settings"])
    );
}

#[test]
fn nothing_is_overwritten_unasked() {
    let project = project(|_, _| {});
    project.write("settings.toml", "mine");
    run(&project, &["init"]).is(2, &["[settings-exist]", "--force"]);
    assert_eq!(fs::read(project.path("settings.toml")).unwrap(), b"mine");
    run(&project, &["init", "--check"]).is(1, &["[toml-syntax]"]);
    run(&project, &["init", "--settings", "other.toml"]).is(0, &[]);
    run(&project, &["init", "--force"]).is(0, &[]);
    let [one, other] =
        ["settings.toml", "other.toml"].map(|name| fs::read(project.path(name)).unwrap());
    assert_eq!(one, other);
}

/// The settings that `--check` tells of.
fn drift(change: impl FnOnce(&Project, &mut Value)) -> Vec<String> {
    let project = project(|_, _| {});
    written(&project);
    let mut answers = asked::answers(&project);
    change(&project, &mut answers);
    project.write("answers.json", answers.to_string());
    let said = run(&project, &["init", "--check", "--format", "json"]);
    let problems = said
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let problems = problems.filter(|it| it["code"] == "settings-drift");
    let told: Vec<String> = problems
        .map(|it| {
            let message = it["message"].as_str().unwrap();
            message.split(' ').next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(said.code, i32::from(!told.is_empty()), "{}", said.out);
    told
}

#[test]
fn each_setting_that_differs_is_told() {
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
            "staticc.compression"
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

/// A file cannot say what a finder finds; one that finds nothing is not missed.
#[test]
fn finders_are_not_carried() {
    let project = own_finder();
    let told = "mysite.finders.Finder finds 3 files that only Python can tell of";
    run(&project, &["init"]).is(
        0,
        &["warning: ", told, "collect --settings mysite.settings"],
    );
    let file = fs::read_to_string(project.path("settings.toml")).unwrap();
    assert!(file.contains(told), "{file}");
    assert!(!file.contains("STATICFILES_FINDERS"), "{file}");
    run(&project, &["init", "--check"]).is(0, &[told]);
    let answers = fs::read(project.path("answers.json")).unwrap();
    let mut answers: Value = serde_json::from_slice(&answers).unwrap();
    answers["finders"][0]["files"] = json!([]);
    project.write("answers.json", answers.to_string());
    let said = run(&project, &["init", "--check"]);
    assert_eq!((said.code, &said.error[..]), (0, ""));
}

/// Without brotli WhiteNoise makes gzip copies alone, where it makes any.
#[test]
fn without_brotli_there_is_gzip() {
    let said = |compression: Value, base: &str| {
        let project = project(|_, answers| {
            answers["versions"]["brotli"] = false.into();
            answers["storage"]["base"] = base.into();
            answers["settings"]["STATICC"] = json!({"value": compression, "set": true});
        });
        written(&project)
    };
    let compressed = "whitenoise.storage.CompressedStaticFilesStorage";
    let text = said(json!({"compression": {"min_saving": 0.1}}), compressed);
    assert!(
        text.contains("encodings = [\"gz\"]\nmin_saving = 0.1\n"),
        "{text}"
    );
    let text = said(json!({"compression": {"encodings": ["br"]}}), compressed);
    assert!(text.contains("encodings = [\"br\"]\n"), "{text}");
    let plain = "django.contrib.staticfiles.storage.StaticFilesStorage";
    let text = said(json!(null), plain);
    assert!(!text.contains("encodings"), "{text}");
}

/// pyproject.toml is everybody's.
#[test]
fn pyproject_is_not_written() {
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
        run(&project, arguments).is(2, &["error: pyproject.toml: ", "[settings-exist]"]);
    }
    let said = run(&project, &["init", "--check"]);
    said.is(0, &[]);
    assert_eq!(said.out, "pyproject.toml agrees with Django.\n");
    assert_eq!(
        fs::read_to_string(project.path("pyproject.toml")).unwrap(),
        text
    );
    assert!(!project.path("settings.toml").exists());
    run(&project, &["init", "--settings", "own.toml"]).is(0, &[]);
}

#[test]
fn a_module_is_no_file_to_write() {
    let project = project(|_, _| {});
    let help = "--django-settings mysite.settings";
    run(&project, &["init", "--settings", "mysite.settings"]).is(2, &[help]);
    assert!(!project.path("mysite.settings").exists());
}

#[test]
fn a_link_to_a_settings_file_stays_one() {
    let project = project(|_, _| {});
    project.write("real.toml", "");
    project.link("settings.toml", "real.toml");
    run(&project, &["init", "--force"]).is(0, &[]);
    assert!(project.path("settings.toml").is_symlink());
    assert!(
        fs::read_to_string(project.path("real.toml"))
            .unwrap()
            .contains("STATIC_URL")
    );
}
