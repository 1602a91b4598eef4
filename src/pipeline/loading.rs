//! Loads a project's settings, from a settings file or from the project's own
//! Python. Knows no single setting.

use std::io::{self, Read as _};
use std::path::Path;

use crate::disk;
use crate::django_project;
use crate::django_project::answers::Answers;
use crate::django_project::convert::Converted;
use crate::django_project::manage_py;
use crate::django_project::python::{FileQuestion, Question};
use crate::model::{Code, Problem};
use crate::settings::layers::SettingsSource;
use crate::settings::load;
use crate::settings::load::{Loaded, Overrides};

/// What the command line says about the project.
pub struct ProjectOptions<'a> {
    /// A settings file, or the dotted name of a settings module.
    pub settings: Option<&'a Path>,
    pub python: Option<&'a Path>,
    /// A file with the answers of the project's Python; `-` is standard input.
    pub answers: Option<&'a Path>,
    pub overrides: Overrides,
    /// `None` if the verb lists no files.
    pub ignore: Option<IgnoreOptions>,
}

/// What the command line ignores.
#[derive(Clone, Debug, Default)]
pub struct IgnoreOptions {
    pub patterns: Vec<String>,
    /// Whether Django's default patterns are off.
    pub no_default_ignore: bool,
}

/// Loads the settings; `directory` is the working directory. Other finders
/// than Django's list their files if the verb lists files.
pub fn load(options: &ProjectOptions<'_>, directory: &Path) -> Result<Loaded, Vec<Problem>> {
    let overrides = &options.overrides;
    let file = options.settings;
    let module_name = file.and_then(|name| module(name, directory));
    let answers = match (options.answers, module_name) {
        (Some(file), _) => read_answers(file, directory),
        (None, Some(module)) => django_project::python::ask(&Question {
            directory,
            python: options.python,
            module: Some(module),
            files: options.ignore.as_ref().map(|ignore| FileQuestion {
                ignore: &ignore.patterns,
                no_default_ignore: ignore.no_default_ignore,
            }),
        }),
        (None, None) if options.python.is_some() => {
            let problem =
                Problem::error(Code::Usage, "--python needs the name of a settings module");
            Err(problem.help("name one: --settings mysite.settings"))
        }
        (None, None) => {
            let loaded = load::load(source_of(file), overrides, directory);
            return loaded.map_err(|problems| with_ways_in(problems, directory));
        }
    };
    let answers = answers.map_err(|problem| vec![problem])?;
    let converted = django_project::convert::convert(&answers).map_err(|problem| vec![problem])?;
    Problem::fail_on_any(unsupported(&converted, overrides, options.ignore.is_some()))?;
    let given = django_project::effective::effective_settings(&answers, &converted.settings);
    load::load(SettingsSource::Project(&given), overrides, directory)
}

/// Adds the ways in for a Django project to the problem of settings that are not found.
fn with_ways_in(problems: Vec<Problem>, directory: &Path) -> Vec<Problem> {
    let is_missing =
        |problem: &Problem| problem.code == Code::SettingsFile && problem.file.is_none();
    let manage = manage_py::find(directory).filter(|_| problems.iter().any(is_missing));
    let Some(manage) = manage else {
        return problems;
    };
    let shown = manage.strip_prefix(directory).unwrap_or(&manage).display();
    let (note, module) = match manage_py::settings_module(&manage) {
        Some(module) => (format!("{shown} names the settings {module}"), module),
        None => (
            format!("{shown} names no settings"),
            "mysite.settings".to_owned(),
        ),
    };
    let help = format!(
        "write a settings file from Django's settings: staticc init; or ask Django at every run: --settings {module}"
    );
    let problems = problems.into_iter();
    problems
        .map(|problem| problem.note(&*note).help(&*help))
        .collect()
}

/// Returns the settings file that `--settings` names, or the default one.
pub fn source_of(file: Option<&Path>) -> SettingsSource<'_> {
    file.map_or(SettingsSource::Default, SettingsSource::File)
}

/// Returns the name if it is the dotted name of a Python module, and no file
/// has it.
pub fn module<'n>(name: &'n Path, directory: &Path) -> Option<&'n str> {
    let text = name.to_str()?;
    let identifier = |part: &str| {
        let mut characters = part.chars();
        let first = characters.next();
        first.is_some_and(|first| first.is_alphabetic() || first == '_')
            && characters.all(|character| character.is_alphanumeric() || character == '_')
    };
    let is_toml = name.extension().is_some_and(|suffix| suffix == "toml");
    let is_module = text.split('.').all(identifier) && !is_toml;
    let path = directory.join(name);
    let is_file = path.exists() && !path.join("__init__.py").exists();
    (is_module && !is_file).then_some(text)
}

/// Reads the answers that the Django app of staticc wrote.
fn read_answers(file: &Path, directory: &Path) -> Result<Answers, Problem> {
    let read = || {
        let mut json = Vec::new();
        match file.to_str() {
            Some("-") => io::stdin().lock().read_to_end(&mut json).map(|_| json),
            _ => disk::read(&directory.join(file)),
        }
    };
    let json = read().map_err(|error| {
        let message = format!("--answers cannot be read: {error}");
        Problem::error(Code::Usage, message)
    })?;
    django_project::answers::read(&json, &file.to_string_lossy(), None)
}

/// Returns what staticc cannot do in place of the project's own classes,
/// unless the command line overrides them.
fn unsupported(converted: &Converted, overrides: &Overrides, lists_files: bool) -> Vec<Problem> {
    let is_set = |key: &[&str]| load::sets(&overrides.set, key);
    let backend = ["STORAGES", "staticfiles", "BACKEND"];
    let mut problems = Vec::new();
    if !is_set(&backend) && !is_set(&["STATICFILES_STORAGE"]) {
        let storage = converted
            .unknown_storage
            .iter()
            .chain(&converted.unsupported);
        let help = "collect with manage.py collectstatic, or name a storage to use instead: --set 'STORAGES.staticfiles.BACKEND=\"…\"'";
        problems.extend(with_help(storage, help));
    }
    if lists_files && !is_set(&["STATICFILES_FINDERS"]) {
        let help = "collect with manage.py collectstatic, or name the finders to use instead: --set 'STATICFILES_FINDERS=[…]'";
        problems.extend(with_help(&converted.finder_problems, help));
    }
    problems
}

/// Returns the problems with this help.
pub fn with_help<'p>(
    problems: impl IntoIterator<Item = &'p Problem>,
    help: &str,
) -> impl Iterator<Item = Problem> {
    problems
        .into_iter()
        .map(move |problem| problem.clone().help(help))
}
