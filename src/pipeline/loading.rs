//! What the flags say about a project → its settings: those of a file, or
//! those that the project's own Python tells.

use std::io::{self, Read as _};
use std::path::Path;

use crate::cli;
use crate::disk;
use crate::django_project;
use crate::django_project::answers::Answers;
use crate::django_project::convert::Converted;
use crate::django_project::python::Question;
use crate::model::{Code, Problem};
use crate::settings::load;
use crate::settings::load::{Loaded, Overrides};
use crate::settings::text::Source;

/// Loads the settings. Finders that only Python knows are asked for their files
/// if it is known what is ignored.
pub fn load(
    project: &cli::groups::ProjectArgs,
    ignoring: Option<&cli::groups::IgnoreArgs>,
    directory: &Path,
) -> Result<Loaded, Vec<Problem>> {
    let overrides = Overrides {
        set: project.set.clone(),
        static_root: project.static_root.clone(),
        static_url: project.static_url.clone(),
    };
    let file = project.settings.as_deref();
    let answers = match (
        &project.answers,
        file.and_then(|name| module(name, directory)),
    ) {
        (Some(file), _) => read_answers(file, directory),
        (None, Some(module)) => django_project::python::ask(&Question {
            directory,
            python: project.python.as_deref(),
            module: Some(module),
            files: ignoring.map(|it| (&it.ignore[..], it.no_default_ignore)),
        }),
        (None, None) if project.python.is_some() => {
            let problem =
                Problem::error(Code::Usage, "--python is for settings that are asked for");
            Err(problem.help("name them: --settings mysite.settings"))
        }
        (None, None) => return load::load(source_of(file), &overrides, directory),
    };
    let answers = answers.map_err(|problem| vec![problem])?;
    let carried = django_project::convert::carry(&answers).map_err(|problem| vec![problem])?;
    let untold = untold(&carried, &overrides, ignoring.is_some());
    super::run::fail_on(untold)?;
    let given = django_project::effective::live(&answers, &carried.given);
    load::load(Source::Project(&given), &overrides, directory)
}

/// The settings file that a flag names, or the usual one.
pub fn source_of(file: Option<&Path>) -> Source<'_> {
    file.map_or(Source::Usual, Source::File)
}

/// The dotted name of a Python module, unless there is something else of that
/// name.
pub fn module<'n>(name: &'n Path, directory: &Path) -> Option<&'n str> {
    let text = name.to_str()?;
    let identifier = |part: &str| {
        let mut characters = part.chars();
        let first = characters.next();
        first.is_some_and(|it| it.is_alphabetic() || it == '_')
            && characters.all(|it| it.is_alphanumeric() || it == '_')
    };
    let is_toml = name.extension().is_some_and(|suffix| suffix == "toml");
    let is_module = text.split('.').all(identifier) && !is_toml;
    let there = directory.join(name);
    let is_file = there.exists() && !there.join("__init__.py").exists();
    (is_module && !is_file).then_some(text)
}

/// What the Django app of staticc has asked.
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

/// What staticc can't stand in for, unless the command line says otherwise.
fn untold(carried: &Converted, overrides: &Overrides, lists_files: bool) -> Vec<Problem> {
    let said = |key: &[&str]| load::sets(&overrides.set, key);
    let backend = ["STORAGES", "staticfiles", "BACKEND"];
    let mut problems = Vec::new();
    if !said(&backend) && !said(&["STATICFILES_STORAGE"]) {
        let storage = carried.unknown_storage.iter().chain(&carried.untold);
        let help = "collect with manage.py collectstatic, or say whose storage comes near enough: --set 'STORAGES.staticfiles.BACKEND=\"…\"'";
        problems.extend(cured(storage, help));
    }
    if lists_files && !said(&["STATICFILES_FINDERS"]) {
        let help = "collect with manage.py collectstatic, or name finders to do without it: --set 'STATICFILES_FINDERS=[…]'";
        problems.extend(cured(&carried.finders, help));
    }
    problems
}

/// The same problems with this advice.
pub fn cured<'p>(
    problems: impl IntoIterator<Item = &'p Problem>,
    help: &str,
) -> impl Iterator<Item = Problem> {
    problems
        .into_iter()
        .map(move |problem| problem.clone().help(help))
}
