//! `cargo xtask adopt`: collects whole projects in all ways that a team can
//! choose, and compares the results: with Django, with `--settings MODULE` over
//! Django's tree and without, with Django again, with the app "staticc", and with
//! the settings.toml that `init` writes. `check` and `verify` may report only
//! what `project.toml` knows to be true.
//!
//! A directory of xtask/adopt describes a project: packages on PyPI that have
//! settings of their own, and the files that a team adds to them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::support::paths::{repository, script, work_dir};
use crate::support::scripts::{ScriptRun, run_scripts};
use crate::support::venv::Environment;
use crate::support::{reports, wheel};

/// Python works on one core for the most part.
const PARALLEL: usize = 2;

#[derive(clap::Args)]
pub struct Args {
    /// Names of projects, which are directories of xtask/adopt [default: all]
    #[arg(value_name = "PROJECT")]
    projects: Vec<String>,
    /// Collect the small projects only
    #[arg(long, conflicts_with = "projects")]
    quick: bool,
}

/// What a project's `project.toml` says of its environment. `adopt.py` reads the
/// other keys.
#[derive(Deserialize)]
struct Requirements {
    /// The version of Python.
    python: String,
    packages: Vec<String>,
    /// Packages with a requirement that has to be compiled.
    #[serde(default)]
    without_dependencies: Vec<String>,
    /// Whether `--quick` collects it.
    #[serde(default)]
    quick: bool,
}

struct Project {
    name: String,
    directory: PathBuf,
    requirements: Requirements,
}

pub fn run(args: &Args) -> Result<(), String> {
    let projects = choose(find_projects()?, args)?;
    let wheel = wheel::build()?;
    let directory = work_dir().join("adopt");
    let report = |project: &Project| directory.join(format!("report-{}.json", project.name));
    let projects: Vec<&Project> = projects.iter().collect();
    let failed = run_scripts(&projects, PARALLEL, |&project| {
        let python = project.environment()?;
        wheel::install(&python, &wheel)?;
        let mut command = Command::new(&python);
        command.arg(script("adopt.py")).arg(&project.directory);
        command.args([
            &python.with_file_name("staticc"),
            &directory,
            &report(project),
        ]);
        Ok(ScriptRun {
            name: &project.name,
            command,
        })
    })?;
    if !failed.is_empty() {
        let failed = failed.join(", ");
        return Err(format!("{failed} could not be collected in all ways"));
    }
    let files: Vec<PathBuf> = projects.iter().map(|project| report(project)).collect();
    reports::finish(&reports::read(&files)?)
}

/// The projects that the arguments name; fails if one of them does not exist.
fn choose(projects: Vec<Project>, args: &Args) -> Result<Vec<Project>, String> {
    let is_known = |name: &&String| projects.iter().any(|project| project.name == **name);
    if let Some(unknown) = args.projects.iter().find(|name| !is_known(name)) {
        return Err(format!("xtask/adopt has no project {unknown}"));
    }
    let is_wanted = |project: &Project| {
        (args.projects.is_empty() || args.projects.contains(&project.name))
            && (!args.quick || project.requirements.quick)
    };
    Ok(projects.into_iter().filter(is_wanted).collect())
}

/// The projects of xtask/adopt, by name.
fn find_projects() -> Result<Vec<Project>, String> {
    let sources = repository().join("xtask/adopt");
    let entries = fs::read_dir(&sources);
    let mut projects = entries
        .map_err(|error| format!("{}: {error}", sources.display()))?
        .flatten()
        .map(|entry| Project::read(&entry.path()))
        .collect::<Result<Vec<Project>, String>>()?;
    projects.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(projects)
}

impl Project {
    fn read(directory: &Path) -> Result<Self, String> {
        let file = directory.join("project.toml");
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let text = fs::read_to_string(&file).map_err(|error| failed(&error))?;
        let name = directory.file_name().unwrap_or_default();
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            directory: directory.to_path_buf(),
            requirements: toml::from_str(&text).map_err(|error| failed(&error))?,
        })
    }

    /// Makes its environment; returns the interpreter.
    fn environment(&self) -> Result<PathBuf, String> {
        let requirements = &self.requirements;
        let without: Vec<&str> = requirements
            .without_dependencies
            .iter()
            .map(String::as_str)
            .collect();
        let name = format!("adopt-{}", self.name);
        Environment {
            name: &name,
            python: &requirements.python,
            packages: requirements.packages.clone(),
            without_dependencies: &without,
            is_compiled: true,
        }
        .make()
    }
}

#[cfg(test)]
mod tests {
    use super::find_projects;

    #[test]
    fn each_project_says_what_it_requires() -> Result<(), String> {
        for project in find_projects()? {
            assert!(
                !project.requirements.packages.is_empty(),
                "{}",
                project.name
            );
        }
        Ok(())
    }

    #[test]
    fn quick_collects_two_projects() -> Result<(), String> {
        let projects = find_projects()?;
        let quick = projects.iter().filter(|project| project.requirements.quick);
        assert_eq!(quick.count(), 2);
        Ok(())
    }
}
