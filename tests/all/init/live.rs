//! Settings that are asked for at every run.

use std::fs;
use std::process::Stdio;

use serde_json::{Value, json};

use super::{collected, own_finder, project, run, unusual};
use crate::tree::staticc;

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
    project.write("settings/__init__.py", "");
    let said = project.collect(&["--settings", "settings"]);
    said.is(2, &["[project-unloadable]"]);
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

/// What Python is asked, by each verb.
#[test]
fn the_script_is_told_what_to_ask() {
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
        let _ = run(&project, arguments);
        let asked = fs::read_to_string(project.path("asked.txt")).unwrap();
        assert_eq!(asked.trim_end(), wanted, "{arguments:?}");
    }
    fs::rename(project.path("manage.py"), project.path("polls/manage.py")).unwrap();
    run(&project, &["init", "--check"]).is(0, &[]);
    let asked = fs::read_to_string(project.path("asked.txt")).unwrap();
    assert!(asked.contains("/polls/manage.py "), "{asked}");
}

/// Who is started by a project and stays is not waited for.
#[test]
fn what_a_project_leaves_running_is_not_waited_for() {
    let project = project(|_, _| {});
    project.write("daemon.sh", "exec sleep 100\n");
    let start = std::time::Instant::now();
    run(&project, &["init"]).is(0, &[]);
    assert!(start.elapsed().as_secs() < 50);
}

/// Nothing is collected by half of what a project says.
#[test]
fn what_cannot_be_told_is_not_left_out() {
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
        let wanted = format!("error: {what} cannot be told: UnicodeEncodeError");
        run(&project, &["init"]).is(1, &[&wanted, "[project-unloadable]"]);
        let live = ["--settings", "mysite.settings"];
        project.collect(&live).is(2, &[&wanted]);
    }
}

#[test]
fn staticc_of_another_type_is_refused() {
    let project = project(|_, answers| {
        answers["settings"]["STATICC"] = json!({"value": ["missing_references"], "set": true});
    });
    let live = ["--settings", "mysite.settings"];
    project
        .collect(&live)
        .is(2, &["staticc must be a table, not an array"]);
}

/// What only staticc ignores, other finders list all the same.
#[test]
fn own_patterns_hold_for_other_finders() {
    let project = own_finder();
    let ignored = "staticc.ignore_patterns=[\"b.*\", \"c.css\"]";
    let tree = collected(
        &project,
        &["--settings", "mysite.settings", "--set", ignored],
    );
    let paths = ["out/b.txt", "out/css/c.css", "out/a.txt"];
    assert_eq!(
        paths.map(|path| tree.contains_key(&project.path(path))),
        [false, false, true]
    );
}
