//! Finders of the project: their files, and what they do to the ignore patterns of others.

use std::fs;

use serde_json::{Value, json};

use super::{collected, own_finder};
use crate::support::python_project;

/// A finder's own files take part in its turn, under its prefix.
#[test]
fn collect_takes_files_of_custom_finders() {
    let project = own_finder();
    let tree = collected(&project, &["--settings", "mysite.settings"]);
    let text = |path: &str| tree.get(&project.path(path)).cloned().flatten();
    // STATICFILES_DIRS has it first.
    assert_eq!(text("out/a.txt").unwrap(), b"a");
    assert_eq!(text("out/b.txt").unwrap(), b"b");
    assert_eq!(text("out/css/c.css").unwrap(), b"a{}");
    assert_eq!(text("out/not-listed.txt"), None);
    let find =
        |path: &str| project.verb(["find", "--settings", "mysite.settings", "-v", "2", path]);
    let outcome = find("css/c.css").success();
    assert!(outcome.out.contains("sass/c.css"), "{}", outcome.out);
    find("not-listed.txt").success();
}

/// STATICFILES_FINDERS decides which finders there are, and their order.
#[test]
fn collect_accepts_a_custom_finder_alone() {
    let project = own_finder();
    let answers = fs::read(project.path("answers.json")).unwrap();
    let mut answers: Value = serde_json::from_slice(&answers).unwrap();
    answers["settings"]["STATICFILES_FINDERS"]["value"] = json!(["mysite.finders.Finder"]);
    project.write("answers.json", answers.to_string());
    let tree = collected(&project, &["--settings", "mysite.settings"]);
    assert!(tree.contains_key(&project.path("out/b.txt")));
    assert!(!tree.contains_key(&project.path("out/polls.css")));
    project.verb(["init"]).success().stderr(["[custom-finder]"]);
    let file = fs::read_to_string(project.path("settings.toml")).unwrap();
    assert!(file.contains("\nSTATICFILES_FINDERS = []\n"), "{file}");
}

/// Django passes one list of patterns to all finders, so that a finder can change those of the next.
#[test]
fn patterns_of_a_custom_finder_hold_for_later_finders() {
    let project = own_finder();
    project.write("src/only.txt", "only");
    let answers = fs::read(project.path("answers.json")).unwrap();
    let answers: Value = serde_json::from_slice(&answers).unwrap();
    let live = ["--settings", "mysite.settings"];
    let collected_with = |position: usize, flags: &[&str]| {
        let mut answers = answers.clone();
        let finders = &mut answers["settings"]["STATICFILES_FINDERS"]["value"];
        let finders = finders.as_array_mut().unwrap();
        let own = finders.remove(1);
        finders.insert(position, own);
        answers["finders"][0]["ignore_patterns"] =
            json!(["CVS", ".*", "b.*", "only.*", "polls.css"]);
        project.write("answers.json", answers.to_string());
        let tree = collected(&project, &[&live, flags].concat());
        let paths = ["b.txt", "css/c.css", "only.txt", "polls.css"];
        paths.map(|path| tree.contains_key(&project.path("out").join(path)))
    };
    // The finder's own files are those that it lists.
    assert_eq!(collected_with(2, &[]), [true, true, true, true]);
    assert_eq!(collected_with(1, &[]), [true, true, true, false]);
    assert_eq!(collected_with(0, &[]), [true, true, false, false]);
    let ignored = "staticc.ignore_patterns=[\"c.css\"]";
    let kept = collected_with(0, &["--set", ignored]);
    assert_eq!(kept, [true, false, false, false]);
    // Django's findstatic knows no patterns.
    let find = project.verb(["find", "only.txt"]).arguments(live).success();
    assert!(find.out.contains("src/only.txt"), "{}", find.out);
}

/// A finder lists files that only staticc ignores.
#[test]
fn ignore_patterns_hold_for_custom_finders() {
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

/// A settings file cannot hold what a finder finds.
#[test]
fn init_warns_of_custom_finders() {
    let project = own_finder();
    let warning = "mysite.finders.Finder lists 3 files that no settings file can name";
    project.verb(["init"]).success().stderr([
        "warning: ",
        warning,
        "collect --settings mysite.settings",
    ]);
    let file = fs::read_to_string(project.path("settings.toml")).unwrap();
    assert!(file.contains(warning), "{file}");
    assert!(!file.contains("STATICFILES_FINDERS"), "{file}");
    project
        .verb(["init", "--check"])
        .success()
        .stderr([warning]);
    let answers = fs::read(project.path("answers.json")).unwrap();
    let mut answers: Value = serde_json::from_slice(&answers).unwrap();
    answers["finders"][0]["files"] = json!([]);
    project.write("answers.json", answers.to_string());
    let outcome = project.verb(["init", "--check"]).outcome();
    assert_eq!((outcome.code, &outcome.error[..]), (0, ""));
}

/// A settings file has the same ignore patterns for all finders.
#[test]
fn init_writes_the_ignore_patterns_of_the_first_finder() {
    let project = own_finder();
    project.write("src/only.txt", "only");
    let answers = python_project::answers(&project);
    let own = "mysite.finders.Finder";
    let djangos = answers["settings"]["STATICFILES_FINDERS"]["value"].clone();
    let write_answers = |finders: Value, staticc: Value| {
        let mut answers = answers.clone();
        answers["settings"]["STATICFILES_FINDERS"]["value"] = finders;
        answers["settings"]["STATICC"] = staticc;
        answers["finders"] = json!([{
            "entry": own, "files": [], "ignore_patterns": [".*", "*~", "only.*", "css/"],
        }]);
        project.write("answers.json", answers.to_string());
    };
    let init = || project.verb(["init", "--force"]).success();
    let check = || project.verb(["init", "--check"]);
    let text = || fs::read_to_string(project.path("settings.toml")).unwrap();
    let lines = [
        "\ndefault_ignore_patterns = [\".*\", \"*~\"]\n",
        "\nignore_patterns = [\"only.*\"]\n",
    ];
    let unset = || json!({"value": null, "set": false});

    write_answers(json!([own, djangos[0], djangos[1]]), unset());
    assert_eq!(init().error, "");
    assert_eq!(lines.map(|line| text().contains(line)), [true, true]);
    check().success();
    project.write("settings.toml", text().replace("only", "other"));
    let note = "only in Django: \"only.*\"";
    check().failure(1).stderr(["staticc.ignore_patterns", note]);

    let staticc = json!({"value": {"ignore_patterns": ["x"]}, "set": true});
    write_answers(json!([own, djangos[0], djangos[1]]), staticc);
    init();
    assert!(text().contains("\nignore_patterns = [\"x\", \"only.*\"]\n"));
    check().success();

    write_answers(json!([djangos[0], djangos[1], own]), unset());
    assert_eq!(init().error, "");
    assert!(!text().contains("ignore_patterns"), "{}", text());

    write_answers(json!([djangos[0], own, djangos[1]]), unset());
    let adds = "the finder mysite.finders.Finder adds only.* to and removes CVS from the ignore patterns of later finders";
    init().stderr([adds, "collect --settings mysite.settings"]);
    assert!(text().contains(adds), "{}", text());
    check().success().stderr([adds]);
}
