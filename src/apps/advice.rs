//! Words the problems of apps that cannot be located, and what helps: another environment, a
//! similar name, or the directory itself. Lists directories only for a problem.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::modules;
use super::search_path::SearchPath;
use crate::model::nearest;
use crate::model::{Code, Problem};

/// Returns the problem of an entry that names no module.
pub(super) fn no_such_app(entry: &str, search: &SearchPath) -> Problem {
    const MAX_SHOWN: usize = 6;
    let mut problem = Problem::error(
        Code::AppNotFound,
        format!("no module for the app '{entry}'"),
    );
    for directory in search.directories.iter().take(MAX_SHOWN) {
        problem = problem.note(format!("looked in {}", directory.display()));
    }
    if search.directories.len() > MAX_SHOWN {
        let more = search.directories.len() - MAX_SHOWN;
        problem = problem.note(format!("and in {more} more directories"));
    }
    if search.directories.is_empty() {
        problem = problem.note("staticc.python_path leads nowhere, so nothing was searched");
    }
    for file in &search.opaque {
        let pth = file.display();
        problem = problem.note(format!("{pth} installs an import hook that cannot be read"));
    }
    match similar_module(entry, search) {
        Some(name) => problem.help(format!("did you mean {name}?")),
        None => with_location_help(problem, entry),
    }
}

/// Returns the problem of an entry that names no configuration class of its module.
pub(super) fn no_such_class(entry: &str, choices: &[&str], search: &SearchPath) -> Problem {
    let (module, class) = entry.rsplit_once('.').unwrap_or_default();
    let mut message = format!("Module '{module}' does not contain a '{class}' class.");
    if !choices.is_empty() {
        let quoted: Vec<String> = choices.iter().map(|choice| format!("'{choice}'")).collect();
        message = format!("{message} Choices are: {}.", quoted.join(", "));
    }
    let similar = nearest(class, choices).or(choices.first().copied());
    let suggestion = similar.map(|choice| format!("{module}.{choice}"));
    Problem::error(Code::AppNotFound, message).help(
        match suggestion.or_else(|| similar_module(entry, search)) {
            Some(name) => format!("did you mean {name}?"),
            None => format!("name the app itself: {module}"),
        },
    )
}

/// Adds what helps for every app that cannot be located.
pub(super) fn with_location_help(problem: Problem, entry: &str) -> Problem {
    problem.help(format!(
        "add its environment to staticc.python_path, or state the directory: [staticc.app_directories] \"{entry}\" = \"path/to/app\""
    ))
}

/// The module that an entry may mean: of what is beside the first part of its
/// name that is not there.
fn similar_module(entry: &str, search: &SearchPath) -> Option<String> {
    let parts: Vec<&str> = entry.split('.').collect();
    let found = |count: &usize| modules::find(&parts[..*count].join("."), search);
    let known = (1..parts.len()).rev().find(|count| found(count).is_some());
    let depth = known.unwrap_or(0);
    let directories = match depth {
        0 => search.directories.clone(),
        depth => found(&depth)?.directories,
    };
    let beside = modules_in(&directories);
    let beside: Vec<&str> = beside.iter().map(String::as_str).collect();
    let near = nearest(parts[depth], &beside)?;
    let name = [&parts[..depth], &[near], &parts[depth + 1..]].concat();
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
