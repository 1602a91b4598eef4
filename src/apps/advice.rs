//! Words the problems of apps that cannot be located, and what helps: another environment, a
//! similar name, or the directory itself. Lists directories only for a problem.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::modules;
use super::path_python::PathPython;
use super::python_env;
use super::python_env::ENVIRONMENT_NAMES;
use super::search_path::SearchPath;
use crate::model::{Code, Problem, first_names, nearest};

/// Returns the problem of an entry that names no module. It has help only if a module has a
/// similar name; see [`location_help`] for others.
pub(super) fn no_such_app(entry: &str, search: &SearchPath) -> Problem {
    let message = format!("no module for the app '{entry}'");
    let problem = with_places(Problem::error(Code::AppNotFound, message), search);
    match similar_module(entry, search) {
        Some(name) => problem.help(format!("did you mean {name}?")),
        None => problem,
    }
}

/// Returns the problem of a search path that has few of the apps: their environment is not on it.
pub fn no_environment(missing: &[&str], apps: usize, search: &SearchPath) -> Problem {
    const MAX_SHOWN: usize = 3;
    let message = format!("no module for {} of the {apps} apps", missing.len());
    let shown = first_names(missing, MAX_SHOWN);
    let problem = Problem::error(Code::AppNotFound, message).note(format!("not found: {shown}"));
    with_places(problem, search).help(if search.default_of.is_some() {
        "say where their packages are: VIRTUAL_ENV=/path/to/venv, or PATH=/path/to/venv/bin:$PATH, or staticc.python_path = [\".\", \"/path/to/venv\"]"
    } else {
        "add their environment to staticc.python_path; or leave staticc.python_path out, and set VIRTUAL_ENV or PATH"
    })
}

/// Returns what helps for an app that has no module, nor one of a similar name.
pub fn location_help(entry: &str, search: &SearchPath) -> String {
    let environment = if search.default_of.is_some() {
        "set VIRTUAL_ENV to its environment, add that to staticc.python_path"
    } else {
        "add its environment to staticc.python_path"
    };
    format!("{environment}, or state the directory: {}", stated(entry))
}

/// Returns the line that states the directory of an app.
fn stated(entry: &str) -> String {
    format!("[staticc.app_directories] \"{entry}\" = \"path/to/app\"")
}

/// Adds where was looked.
fn with_places(problem: Problem, search: &SearchPath) -> Problem {
    let places = match &search.default_of {
        Some(directory) => default_places(directory),
        None => stated_places(search),
    };
    let opaque = search.opaque.iter().map(|file| {
        let pth = file.display();
        format!("{pth} installs an import hook that cannot be read")
    });
    places
        .into_iter()
        .chain(opaque)
        .fold(problem, Problem::note)
}

/// Returns the directories of `python_path`.
fn stated_places(search: &SearchPath) -> Vec<String> {
    const MAX_SHOWN: usize = 6;
    let directories = &search.directories;
    let shown = directories.iter().take(MAX_SHOWN);
    let mut places: Vec<String> = shown
        .map(|directory| format!("looked in {}", directory.display()))
        .collect();
    if directories.len() > MAX_SHOWN {
        let more = directories.len() - MAX_SHOWN;
        places.push(format!("and in {more} more directories"));
    }
    if directories.is_empty() {
        places.push("staticc.python_path leads nowhere, so nothing was searched".to_owned());
    }
    places
}

/// Returns what is looked at without `python_path`, and what is missing of it.
fn default_places(directory: &Path) -> Vec<String> {
    let mut places = vec![format!("looked in {}", directory.display())];
    places.push(match python_env::virtual_env() {
        None => "VIRTUAL_ENV is not set".to_owned(),
        Some(path) if path.is_dir() => {
            format!("looked in {}, which is VIRTUAL_ENV", path.display())
        }
        Some(path) => format!("VIRTUAL_ENV is {}, which is no directory", path.display()),
    });
    let environments = ENVIRONMENT_NAMES.map(|name| directory.join(name));
    let existing = environments.iter().filter(|path| path.is_dir());
    let found: Vec<String> = existing
        .map(|path| format!("looked in {}", path.display()))
        .collect();
    if found.is_empty() {
        places.push(format!("{} has no .venv and no venv", directory.display()));
    }
    places.extend(found);
    places.push(match PathPython::find() {
        None => "PATH has no python3 and no python".to_owned(),
        Some(python) => python_place(&python),
    });
    places
}

/// Returns where the packages of the Python on PATH are.
fn python_place(python: &PathPython) -> String {
    let program = python.program.display();
    let sites = python.sites.iter().map(|site| site.display().to_string());
    match &sites.collect::<Vec<_>>()[..] {
        [] => format!("no directory of packages belongs to {program}, the first Python on PATH"),
        sites => {
            let list = sites.join(" and ");
            format!("looked in {list}, of {program}, the first Python on PATH")
        }
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

/// Adds what helps for an app whose directory is not clear.
pub(super) fn with_location_help(problem: Problem, entry: &str) -> Problem {
    problem.help(format!(
        "add its environment to staticc.python_path, or state the directory: {}",
        stated(entry)
    ))
}

/// The module that an entry may mean: of what is beside the first part of its
/// name that is not there.
fn similar_module(entry: &str, search: &SearchPath) -> Option<String> {
    let parts: Vec<&str> = entry.split('.').collect();
    let known = modules::find_longest(entry, search).filter(|(depth, _)| *depth < parts.len());
    let (depth, directories) = match known {
        Some((depth, package)) => (depth, package.directories),
        None => (0, search.directories.clone()),
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
