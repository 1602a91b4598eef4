//! What staticc prints: its problems in every format, and the help of every verb,
//! each against a text in `tests/snapshots`. `STATICC_BLESS=1` writes the texts; read
//! the difference before. JSON and SARIF must also match their schemas.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and need not be fast"
)]

mod snapshot_cases;
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};
use similar::TextDiff;

use snapshot_cases::{FORMATS, cases, help, output_of, schemas::Schemas};
use support::project::Project;
use support::test_names;

/// The tests are named `snapshot/NAME/FORMAT`, so that no filter which means a
/// fixture case selects one of them.
fn main() -> ExitCode {
    let schemas = Arc::new(Schemas::new());
    let mut trials = Vec::new();
    for case in cases() {
        for format in FORMATS {
            let schemas = Arc::clone(&schemas);
            let name = format!("{}.{format}", case.name);
            let test = move || compare(&name, &output_of(case, format, &schemas));
            trials.push(trial(&format!("{}/{format}", case.name), test));
        }
    }
    for (verb, form) in help::pages() {
        let name = help::snapshot_name(&verb, form);
        let test_name = name.replace('.', "/");
        let test = move || compare(&name, &help::help(&verb, form));
        trials.push(trial(&test_name, test));
    }
    trials.push(trial("every_file_has_a_case", every_file_has_a_case));
    let paths = github_and_sarif_paths_start_at_the_repository;
    trials.push(trial(
        "github_and_sarif_paths_start_at_the_repository",
        paths,
    ));
    test_names::run(trials)
}

fn trial(name: &str, test: impl FnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
    Trial::test(format!("snapshot/{name}"), test)
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots")
}

/// Compares a text with its snapshot, or writes the snapshot.
fn compare(name: &str, text: &str) -> Result<(), Failed> {
    let path = directory().join(name);
    if std::env::var_os("STATICC_BLESS").is_some() {
        fs::write(path, text).unwrap();
        return Ok(());
    }
    let snapshot = fs::read_to_string(&path).unwrap_or_default();
    if text == snapshot {
        return Ok(());
    }
    let diff = TextDiff::from_lines(snapshot.as_str(), text);
    let mut lines = diff.unified_diff();
    let diff = lines.header("snapshot", "now").to_string();
    Err(format!("tests/snapshots/{name} differs:\n{diff}").into())
}

#[allow(clippy::unnecessary_wraps, reason = "a test may fail")]
fn every_file_has_a_case() -> Result<(), Failed> {
    let problems = cases()
        .into_iter()
        .flat_map(|case| FORMATS.map(|format| format!("{}.{format}", case.name)));
    let help = help::pages()
        .into_iter()
        .map(|(verb, form)| help::snapshot_name(&verb, form));
    let names: BTreeSet<String> = problems.chain(help).collect();
    let entries = walkdir::WalkDir::new(directory())
        .into_iter()
        .map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let relative = |entry: walkdir::DirEntry| {
        let path = entry.path().strip_prefix(directory()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let without_case: Vec<String> = files
        .map(relative)
        .filter(|file| !names.contains(file))
        .collect();
    assert!(without_case.is_empty(), "{without_case:?}");
    Ok(())
}

/// GitHub knows the repository, not the directory that staticc works in.
#[allow(clippy::unnecessary_wraps, reason = "a test may fail")]
fn github_and_sarif_paths_start_at_the_repository() -> Result<(), Failed> {
    let project = Project::new().file("src/a.css", "a{b:url(c.png)}");
    let printed = |format: &str, workspace: PathBuf| {
        let run = project
            .collect()
            .arguments(["--no-cache", "--format", format]);
        run.env("GITHUB_WORKSPACE", workspace).failure(1).out
    };
    let above = project.path("").canonicalize().unwrap();
    let name = above.file_name().unwrap().to_str().unwrap().to_owned();
    let above = above.parent().unwrap().to_owned();
    let github = printed("github", above.clone());
    assert!(
        github.starts_with(&format!("::error file={name}/src/a.css,")),
        "{github}"
    );
    let sarif: Value = serde_json::from_str(&printed("sarif", above)).unwrap();
    let location = &sarif["runs"][0]["results"][0]["locations"][0];
    assert_eq!(
        location["physicalLocation"]["artifactLocation"],
        json!({"uri": format!("{name}/src/a.css"), "uriBaseId": "%SRCROOT%"})
    );
    // Not below it: the whole path, which leads somewhere at least.
    let github = printed("github", project.path("src/none"));
    assert!(github.starts_with("::error file=src/a.css,"), "{github}");
    fs::create_dir(project.path("elsewhere")).unwrap();
    let github = printed("github", project.path("elsewhere"));
    let whole = project.path("src/a.css").canonicalize().unwrap();
    let wanted = format!("::error file={},", whole.display());
    assert!(github.starts_with(&wanted), "{github}");
    Ok(())
}
