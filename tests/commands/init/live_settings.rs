//! Settings that the project's Python answers at every run.

use std::fs;
use std::process::Stdio;

use serde_json::json;

use super::{collected, project, unusual};
use crate::support::project::staticc;

/// The Django app of the wheel passes the answers this way.
#[test]
fn collect_reads_answers_from_standard_input() {
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

/// Python may print something of its own before the answers.
#[test]
fn output_before_the_answers_is_ignored() {
    let project = project(|_, _| {});
    let answers = fs::read_to_string(project.path("answers.json")).unwrap();
    project.write(
        "answers.json",
        format!("sitecustomize: {{hello}}\n{answers}"),
    );
    project
        .collect()
        .arguments(["--settings", "mysite.settings"])
        .success();
}

/// The command line has the last word.
#[test]
fn unsupported_storage_can_be_overridden() {
    let project = project(|_, answers| {
        let storage = &mut answers["storage"];
        storage["base"] = "other.Storage".into();
        storage["class"] = "other.Storage".into();
    });
    let live = &["--settings", "mysite.settings"][..];
    project
        .collect()
        .arguments(live)
        .failure(2)
        .stderr(["[custom-storage]"]);
    let backend =
        "STORAGES.staticfiles.BACKEND=\"django.contrib.staticfiles.storage.StaticFilesStorage\"";
    project
        .collect()
        .arguments([live, &["--set", backend]].concat())
        .success();
}

/// A file of that name comes first.
#[test]
fn settings_flag_names_a_file_or_a_module() {
    let project = project(|_, _| {});
    fs::remove_file(project.path("answers.json")).unwrap();
    project
        .collect()
        .arguments(["--settings", "mysite.settings"])
        .failure(2)
        .stderr(["[project-unloadable]"]);
    project
        .collect()
        .arguments(["--settings", "mysite.toml"])
        .failure(2)
        .stderr(["[settings-file]"]);
    project
        .collect()
        .arguments(["--settings", "./mysite"])
        .failure(2)
        .stderr(["[settings-file]"]);
    project.write("settings/__init__.py", "");
    project
        .collect()
        .arguments(["--settings", "settings"])
        .failure(2)
        .stderr(["[project-unloadable]"]);
    project.write(
        "mysite.settings",
        "STATIC_URL = \"/s/\"\nSTATIC_ROOT = \"out\"\n",
    );
    project
        .collect()
        .arguments(["--settings", "mysite.settings"])
        .success();
    project
        .collect()
        .arguments(["--python", "python3"])
        .failure(2)
        .stderr(["--settings mysite.settings"]);
}

/// The arguments of the script, for each verb.
#[test]
fn each_verb_asks_python_for_what_it_needs() {
    let project = project(|_, _| {});
    project.write("manage.py", "");
    let manage = project.path("manage.py").canonicalize().unwrap();
    let manage = format!("--manage {}", manage.display());
    let live = "--settings mysite.settings";
    for (arguments, wanted) in [
        (&["init"][..], format!("{manage} --files")),
        (
            &["init", "--check", "--django-settings", "mysite.settings"],
            format!("{manage} {live} --files"),
        ),
        (
            &[
                "check",
                "--settings",
                "mysite.settings",
                "-i",
                "a*",
                "-i",
                "b",
            ],
            format!("{manage} {live} --files --ignore=a* --ignore=b"),
        ),
        (
            &[
                "collect",
                "--settings",
                "mysite.settings",
                "--no-default-ignore",
            ],
            format!("{manage} {live} --files --no-default-ignore"),
        ),
        (
            &["verify", "--settings", "mysite.settings"],
            format!("{manage} {live}"),
        ),
    ] {
        project.verb(arguments).outcome();
        let asked = fs::read_to_string(project.path("asked.txt")).unwrap();
        assert_eq!(asked.trim_end(), wanted, "{arguments:?}");
    }
    fs::rename(project.path("manage.py"), project.path("polls/manage.py")).unwrap();
    project.verb(["init", "--check"]).success();
    let asked = fs::read_to_string(project.path("asked.txt")).unwrap();
    assert!(asked.contains("/polls/manage.py "), "{asked}");
}

/// A process that the project starts may outlive the run.
#[test]
fn init_does_not_wait_for_background_processes() {
    let project = project(|_, _| {});
    project.write("daemon.sh", "exec sleep 100\n");
    let start = std::time::Instant::now();
    project.verb(["init"]).success();
    assert!(start.elapsed().as_secs() < 50);
}

/// No verb goes on with a part of the answers.
#[test]
fn settings_that_python_cannot_answer_are_errors() {
    for what in [
        "STATICFILES_DIRS",
        "STATIC_ROOT",
        "STATICC",
        "ignore_patterns",
        "storage.location",
    ] {
        let project = project(|_, answers| {
            answers["not_asked"] = json!([{"what": what, "why": "UnicodeEncodeError: …"}]);
        });
        let wanted = format!("error: {what} has no answer: UnicodeEncodeError");
        project
            .verb(["init"])
            .failure(1)
            .stderr([&wanted, "[project-unloadable]"]);
        let live = ["--settings", "mysite.settings"];
        project
            .collect()
            .arguments(live)
            .failure(2)
            .stderr([&wanted]);
    }
}

#[test]
fn staticc_setting_of_another_type_is_refused() {
    let project = project(|_, answers| {
        answers["settings"]["STATICC"] = json!({"value": ["missing_references"], "set": true});
    });
    let live = ["--settings", "mysite.settings"];
    project
        .collect()
        .arguments(live)
        .failure(2)
        .stderr(["staticc must be a table, not an array"]);
}

/// The templates of a Jinja2 backend are in `jinja2` directories, whatever its class is.
#[test]
fn template_backend_of_the_project_says_its_directories() {
    let project = project(|project, answers| {
        let missing = "{{ static('gone.css') }}";
        project.write("polls/jinja2/a.html", missing);
        project.write("polls/templates/b.html", missing);
        answers["settings"]["TEMPLATES"]["value"] = json!([{
            "BACKEND": "mysite.backends.Own", "DIRS": [], "APP_DIRS": true, "loaders": null,
            "app_dirname": "jinja2",
        }]);
    });
    let check = |settings: &str| {
        let check = project.verb(["check", "--settings", settings]);
        check.outcome().error
    };
    let live = check("mysite.settings");
    assert!(live.contains("polls/jinja2/a.html"), "{live}");
    assert!(!live.contains("b.html"), "{live}");
    project.verb(["init"]).success();
    assert_eq!(check("settings.toml"), live);
}

/// A loader of templates without directories stays in the settings, so that check warns of it.
#[test]
fn check_warns_of_loaders_that_name_no_directories() {
    let project = project(|project, answers| {
        project.write("pages/index.html", "");
        let engine = &mut answers["settings"]["TEMPLATES"]["value"][0];
        engine["DIRS"] = json!([project.path("pages")]);
        engine["loaders"] = json!(["shop.Loader"]);
    });
    let warning = ["[unknown-loader]", "mysite/settings.py:5"];
    let live = ["check", "--no-cache", "--settings", "mysite.settings"];
    project.verb(live).success().stderr(warning);
    project.verb(["init"]).success();
    let check = ["check", "--no-cache"];
    let warning = ["[unknown-loader]", "settings.toml:"];
    project.verb(check).success().stderr(warning);
    project.verb(["init", "--check"]).success();
}
