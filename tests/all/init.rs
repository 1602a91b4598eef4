//! Projects whose own Python is asked: the settings file that `init` writes,
//! and settings that are asked for at every run. Each says the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::asked;
use crate::bounded::{Project, Said};
use crate::tree::staticc;

type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// A project whose Python answers what `change` makes of the usual answers.
fn project(change: impl FnOnce(&Project, &mut Value)) -> Project {
    let project = Project::new();
    asked::project(&project, |answers| change(&project, answers));
    project
}

fn run(project: &Project, arguments: &[&str]) -> Said {
    let mut command = staticc();
    command.args(arguments);
    project.run(command)
}

/// What `init` writes.
#[track_caller]
fn written(project: &Project) -> String {
    run(project, &["init"]).is(0, &[]);
    fs::read_to_string(project.path("settings.toml")).unwrap()
}

/// What is collected, and STATIC_ROOT is empty again.
#[track_caller]
fn collected(project: &Project, flags: &[&str]) -> Tree {
    let said = project.collect(&[&["--no-cache"], flags].concat());
    said.is(0, &[]);
    let tree = project.static_root();
    fs::remove_dir_all(project.path("out")).unwrap();
    tree
}

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
    let (_, python_path) = text
        .split_once("# Partly outside the project")
        .expect(&text);
    assert!(python_path.contains("\npython_path = [\".\", "), "{text}");
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
    let said = |value: Value| json!({"value": value, "set": true});
    settings["FILE_UPLOAD_DIRECTORY_PERMISSIONS"] = said(json!(0o750));
    settings["FORCE_SCRIPT_NAME"] = said(json!("/app"));
    settings["WHITENOISE_SKIP_COMPRESS_EXTENSIONS"] = said(json!(["png"]));
    settings["STATICC"] =
        said(json!({"missing_references": "warn", "cache": {"dir": path("cache")}}));
    let dirs = settings["STATICFILES_DIRS"]["value"]
        .as_array_mut()
        .unwrap();
    dirs.push(json!({"prefix": "v", "directory": path("vendor"), "written": path("vendor")}));
    settings["TEMPLATES"]["value"][0]["DIRS"] = json!([path("jinja")]);
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

[staticc.compression]
encodings = [\"gz\"]
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

/// A finder's own files take part in its turn, under its prefix.
#[test]
fn finders_are_asked() {
    let project = own_finder();
    let tree = collected(&project, &["--settings", "mysite.settings"]);
    let text = |path: &str| tree.get(&project.path(path)).cloned().flatten();
    // STATICFILES_DIRS has it first.
    assert_eq!(text("out/a.txt").unwrap(), b"a");
    assert_eq!(text("out/b.txt").unwrap(), b"b");
    assert_eq!(text("out/css/c.css").unwrap(), b"a{}");
    assert_eq!(text("out/not-listed.txt"), None);
    let find = |path: &str| {
        run(
            &project,
            &["find", "--settings", "mysite.settings", "-v", "2", path],
        )
    };
    let said = find("css/c.css");
    said.is(0, &[]);
    assert!(said.out.contains("sass/c.css"), "{}", said.out);
    find("not-listed.txt").is(0, &[]);
}

/// Which finders there are, and in which order, is the project's affair.
#[test]
fn a_finder_may_be_the_only_one() {
    let project = own_finder();
    let answers = fs::read(project.path("answers.json")).unwrap();
    let mut answers: Value = serde_json::from_slice(&answers).unwrap();
    answers["settings"]["STATICFILES_FINDERS"]["value"] = json!(["mysite.finders.Finder"]);
    project.write("answers.json", answers.to_string());
    let tree = collected(&project, &["--settings", "mysite.settings"]);
    assert!(tree.contains_key(&project.path("out/b.txt")));
    assert!(!tree.contains_key(&project.path("out/polls.css")));
    run(&project, &["init"]).is(0, &["[custom-finder]"]);
    let file = fs::read_to_string(project.path("settings.toml")).unwrap();
    assert!(file.contains("\nSTATICFILES_FINDERS = []\n"), "{file}");
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

/// What the Django app of the wheel does: the answers come with the run.
#[test]
fn answers_are_taken_from_standard_input() {
    let project = project(unusual);
    let live = collected(&project, &["--settings", "mysite.settings"]);
    let mut command = staticc();
    command
        .args(["collect", "--noinput", "--no-cache", "--answers", "-"])
        .current_dir(project.path(""))
        .stdin(fs::File::open(project.path("answers.json")).unwrap())
        .stdout(Stdio::null());
    assert!(command.status().unwrap().success());
    assert_eq!(project.static_root(), live);
}

/// A Python may say something of its own before it is asked.
#[test]
fn answers_come_last() {
    let project = project(|_, _| {});
    let answers = fs::read_to_string(project.path("answers.json")).unwrap();
    project.write(
        "answers.json",
        format!("sitecustomize: {{hello}}\n{answers}"),
    );
    project
        .collect(&["--settings", "mysite.settings"])
        .is(0, &[]);
}

/// The command line has the last word.
#[test]
fn what_is_not_carried_can_be_overridden() {
    let project = project(|_, answers| {
        let storage = &mut answers["storage"];
        storage["base"] = "other.Storage".into();
        storage["class"] = "other.Storage".into();
    });
    let live = &["--settings", "mysite.settings"][..];
    project.collect(live).is(2, &["[custom-storage]"]);
    let backend =
        "STORAGES.staticfiles.BACKEND=\"django.contrib.staticfiles.storage.StaticFilesStorage\"";
    project
        .collect(&[live, &["--set", backend]].concat())
        .is(0, &[]);
}

/// A file of that name is meant, if there is one.
#[test]
fn a_name_may_be_a_file_or_a_module() {
    let project = project(|_, _| {});
    fs::remove_file(project.path("answers.json")).unwrap();
    project
        .collect(&["--settings", "mysite.settings"])
        .is(2, &["[project-unloadable]"]);
    project
        .collect(&["--settings", "mysite.toml"])
        .is(2, &["[settings-file]"]);
    project
        .collect(&["--settings", "./mysite"])
        .is(2, &["[settings-file]"]);
    project.write(
        "mysite.settings",
        "STATIC_URL = \"/s/\"\nSTATIC_ROOT = \"out\"\n",
    );
    project
        .collect(&["--settings", "mysite.settings"])
        .is(0, &[]);
    project
        .collect(&["--python", "python3"])
        .is(2, &["--settings mysite.settings"]);
}
