//! What to do about an app that cannot be located: another environment, a
//! name that was meant, a directory stated outright. Lists directories only
//! once something is wrong.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::modules;
use super::python_env::SearchPath;
use crate::model::nearest;
use crate::model::{Code, Problem};

/// No module has the name of an entry.
pub(super) fn no_such_app(entry: &str, search: &SearchPath) -> Problem {
    const SHOWN: usize = 6;
    let mut problem = Problem::error(
        Code::AppNotFound,
        format!("no module for the app '{entry}'"),
    );
    for directory in search.directories.iter().take(SHOWN) {
        problem = problem.note(format!("looked in {}", directory.display()));
    }
    if search.directories.len() > SHOWN {
        let more = search.directories.len() - SHOWN;
        problem = problem.note(format!("and in {more} more directories"));
    }
    if search.directories.is_empty() {
        problem = problem.note("staticc.python_path leads nowhere, so nothing was searched");
    }
    for file in &search.opaque {
        let file = file.display();
        problem = problem.note(format!(
            "{file} installs an import hook that cannot be read"
        ));
    }
    match meant(entry, search) {
        Some(name) => problem.help(format!("did you mean {name}?")),
        None => located(problem, entry),
    }
}

/// A module has no configuration class of the name in an entry, only these.
pub(super) fn no_such_class(entry: &str, choices: &[&str], search: &SearchPath) -> Problem {
    let (module, class) = entry.rsplit_once('.').unwrap_or_default();
    let mut message = format!("Module '{module}' does not contain a '{class}' class.");
    if !choices.is_empty() {
        let quoted: Vec<String> = choices.iter().map(|it| format!("'{it}'")).collect();
        message = format!("{message} Choices are: {}.", quoted.join(", "));
    }
    let choice = nearest(class, choices).or(choices.first().copied());
    let choice = choice.map(|choice| format!("{module}.{choice}"));
    Problem::error(Code::AppNotFound, message).help(match choice.or_else(|| meant(entry, search)) {
        Some(name) => format!("did you mean {name}?"),
        None => format!("name the app itself: {module}"),
    })
}

/// What helps whenever an app cannot be located.
pub(super) fn located(problem: Problem, entry: &str) -> Problem {
    problem.help(format!(
        "add its environment to staticc.python_path, or state the directory: [staticc.app_directories] \"{entry}\" = \"path/to/app\""
    ))
}

/// The module that an entry may mean: of what is beside the first part of its
/// name that is not there.
fn meant(entry: &str, search: &SearchPath) -> Option<String> {
    let parts: Vec<&str> = entry.split('.').collect();
    let found = |count: &usize| modules::find(&parts[..*count].join("."), search);
    let known = (1..parts.len()).rev().find(|count| found(count).is_some());
    let known = known.unwrap_or(0);
    let directories = match known {
        0 => search.directories.clone(),
        known => found(&known)?.directories,
    };
    let beside = modules_in(&directories);
    let beside: Vec<&str> = beside.iter().map(String::as_str).collect();
    let near = nearest(parts[known], &beside)?;
    let name = [&parts[..known], &[near], &parts[known + 1..]].concat();
    Some(name.join("."))
}

/// The names of modules in directories.
fn modules_in(directories: &[PathBuf]) -> BTreeSet<String> {
    let entries = directories.iter().flat_map(std::fs::read_dir).flatten();
    let names = entries.flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let name = name.strip_suffix(".py").unwrap_or(&name);
        let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        plain.then(|| name.to_owned())
    });
    names.collect()
}
