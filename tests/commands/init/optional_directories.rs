//! Directories that exist only sometimes: `init` and `init --check` give the same advice.

use std::fs;

use serde_json::{Value, json};

use super::project;
use crate::support::project::Project;
use crate::support::python_project;

/// A project may list a directory that a bundler makes always, or only where it exists.
#[test]
fn init_and_its_check_agree_on_optional_directories() {
    let list = |project: &Project, answers: &mut Value| {
        let dirs = answers["settings"]["STATICFILES_DIRS"]["value"]
            .as_array_mut()
            .unwrap();
        let dist = project.path("").canonicalize().unwrap().join("dist");
        dirs.push(json!({"prefix": "", "directory": dist, "written": dist}));
    };
    let project = project(list);
    let advice = "leave the entry if the directory is optional";
    project
        .verb(["init"])
        .success()
        .stderr(["staticfiles.W004", advice]);
    let always = fs::read_to_string(project.path("answers.json")).unwrap();
    let without = python_project::answers(&project).to_string();
    let check = || project.verb(["init", "--check"]);
    check().success();
    project.write("answers.json", &without);
    check().success();
    project.collect().success().stderr([advice]);
    // Where it exists, both must have it.
    project.write("dist/d.txt", "d");
    check().failure(1).stderr(["only here: \"dist\""]);
    project.write("answers.json", &always);
    check().success();
    // What Django lists is never to be removed from the file.
    let text = fs::read_to_string(project.path("settings.toml")).unwrap();
    project.write("settings.toml", text.replace(", \"dist\"", ""));
    fs::remove_dir_all(project.path("dist")).unwrap();
    check().failure(1).stderr(["only in Django: \"dist\""]);
}

/// So may TEMPLATES; the directories of apps matter where they exist.
#[test]
fn init_and_its_check_agree_on_optional_template_directories() {
    let project = project(|project, answers| {
        let pages = project.path("").canonicalize().unwrap().join("pages");
        answers["settings"]["TEMPLATES"]["value"][0]["DIRS"] = json!([pages]);
    });
    let check = || project.verb(["init", "--check"]);
    // Only `check` warns.
    assert_eq!(project.verb(["init"]).success().error, "");
    let text = fs::read_to_string(project.path("settings.toml")).unwrap();
    assert!(text.contains("DIRS = [\"pages\"]"), "{text}");
    assert_eq!(check().success().error, "");
    let missing = "TEMPLATES.DIRS has no directory ";
    let advice = "leave the entry if the directory is optional";
    let problems = project.verb(["check"]).success();
    problems.stderr([missing, "[missing-directory]", advice]);
    let always = fs::read_to_string(project.path("answers.json")).unwrap();
    let without = python_project::answers(&project).to_string();
    project.write("answers.json", &without);
    check().success();
    // Where it exists, both must have it.
    project.write("pages/index.html", "");
    check().failure(1).stderr(["only here: \"pages\""]);
    project.write("answers.json", &always);
    check().success();
    // What Django lists is never to be removed from the file.
    fs::remove_dir_all(project.path("pages")).unwrap();
    project.write("settings.toml", text.replace("DIRS = [\"pages\"]\n", ""));
    check()
        .failure(1)
        .stderr(["TEMPLATES", "only in Django: \"pages\""]);
}
