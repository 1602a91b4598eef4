//! `staticc init`: writes a settings file from what the project's own Python says,
//! or checks that the settings file still says the same.

use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::context::Context;
use super::outcome::{Exit, Failure, Outcome};
use crate::cli::InitArgs;
use crate::django_project;
use crate::django_project::answers::Answers;
use crate::django_project::convert::Converted;
use crate::django_project::difference::Difference;
use crate::django_project::draft::SettingsDraft;
use crate::django_project::finder_patterns;
use crate::django_project::python::{FileQuestion, Question};
use crate::model::{Code, Event, FileStep, Problem, Report as _, Severity};
use crate::pipeline::immutable_files::immutable_files_note;
use crate::pipeline::loading::{module, source_of, with_help};
use crate::settings::Finder;
use crate::settings::layers::{SettingsSource, default_file};
use crate::settings::load::{Loaded, Overrides, load};

/// The settings file without `--settings`.
const DEFAULT_FILE: &str = "settings.toml";

pub fn run(context: &mut Context, args: &InitArgs) -> Outcome {
    let directory = context.directory.clone();
    let target = InitTarget {
        args,
        directory: &directory,
        file: args.settings.as_deref().unwrap_or(Path::new(DEFAULT_FILE)),
    };
    target.check_preconditions().map_err(Failure::usage)?;
    let project = target.ask_project()?;
    context.report(project.unsupported.clone());
    let event = if args.check {
        target.compare(&project)?
    } else {
        let (text, warnings) = target.draft(&project)?;
        context.report(warnings);
        context.fail_on_warnings()?;
        target.write(&text)?
    };
    context.console.event(event);
    context.report(Vec::from_iter(immutable_files_note(&project.live.settings)));
    Ok(Exit::Done)
}

/// The settings file that is written or checked.
struct InitTarget<'a> {
    args: &'a InitArgs,
    /// The working directory of the run.
    directory: &'a Path,
    /// Relative to the working directory.
    file: &'a Path,
}

/// The project's settings, as its own Python says them.
struct LiveProject {
    answers: Answers,
    converted: Converted,
    live: Loaded,
    /// Warnings about what no settings file can say.
    unsupported: Vec<Problem>,
}

impl InitTarget<'_> {
    /// Fails if the file is not one to write, before the project is asked.
    fn check_preconditions(&self) -> Result<(), Problem> {
        let name = self.args.settings.as_deref();
        if let Some(module) = name.and_then(|name| module(name, self.directory)) {
            let problem = Problem::error(Code::Usage, "--settings is the file to write");
            return Err(problem.help(format!(
                "add .toml to its name, or name the settings module: --django-settings {module}"
            )));
        }
        if self.args.check {
            return Ok(());
        }
        let problem = Problem::error(Code::SettingsExist, "there is a settings file already");
        let exists = self.directory.join(self.file).symlink_metadata().is_ok();
        let usual = default_file(self.directory).filter(|_| name.is_none());
        let mut files = [Some(self.file), usual.as_deref()].into_iter().flatten();
        if let Some(shared) = files.find(|file| file.ends_with("pyproject.toml")) {
            let help = "edit it yourself and compare it, staticc init --check, or write another file, --settings settings.toml";
            return Err(problem.in_file(shared).help(help));
        }
        if exists && !self.args.force {
            let help = "compare it, staticc init --check, or overwrite it, --force";
            return Err(problem.in_file(self.file).help(help));
        }
        Ok(())
    }

    /// Asks the project's Python for its settings.
    fn ask_project(&self) -> Result<LiveProject, Vec<Problem>> {
        let question = Question {
            directory: self.directory,
            python: self.args.python.as_deref(),
            module: self.args.django_settings.as_deref(),
            files: Some(FileQuestion {
                ignore: &[],
                no_default_ignore: false,
            }),
        };
        let answers = django_project::python::ask(&question).map_err(|problem| vec![problem])?;
        let mut converted =
            django_project::convert::convert(&answers).map_err(|problem| vec![problem])?;
        finder_patterns::carry_over(&mut converted.settings, &answers);
        if let Some(problem) = &converted.unknown_storage {
            let help = "collect with manage.py collectstatic; staticc knows only the storages of Django and WhiteNoise";
            return Err(vec![problem.clone().help(help)]);
        }
        let given = django_project::effective::effective_settings(&answers, &converted.settings);
        let live = load(
            SettingsSource::Project(&given),
            &Overrides::default(),
            self.directory,
        )?;
        Ok(LiveProject {
            unsupported: unsupported(&answers, &converted),
            answers,
            converted,
            live,
        })
    }

    /// Compares the settings file with the project.
    fn compare(&self, project: &LiveProject) -> Result<Event, Vec<Problem>> {
        let source = source_of(self.args.settings.as_deref());
        let ours = load(source, &Overrides::default(), self.directory)?;
        self.fail_on_differences(&ours, project)?;
        let file = ours.places.file().unwrap_or(self.file);
        let file = file.to_path_buf();
        Ok(Event::SettingsAgree { file })
    }

    /// Returns the text of the file, and its warnings. Fails if the text would
    /// not load, or would say something else than the project.
    fn draft(&self, project: &LiveProject) -> Result<(String, Vec<Problem>), Vec<Problem>> {
        let path = self.directory.join(self.file);
        let draft = SettingsDraft {
            answers: &project.answers,
            values: &project.converted.settings.values,
            loaded: &project.live.settings,
            unsupported: &project.unsupported,
            directory: self.directory,
            file_directory: path.parent().unwrap_or(self.directory),
        };
        let text = draft.text();
        let source = SettingsSource::Draft(self.file, &text);
        let drafted = load(source, &Overrides::default(), self.directory)?;
        self.fail_on_differences(&drafted, project)?;
        Ok((text, drafted.warnings))
    }

    fn write(&self, text: &str) -> Result<Event, Problem> {
        let path = self.directory.join(self.file);
        write_file(&path, text, self.args.force).map_err(|error| {
            let problem = Problem {
                code: Code::SettingsFile,
                ..Problem::failed(FileStep::Write, self.file, &error)
            };
            problem.help("name another file with --settings FILE")
        })?;
        let file = self.file.to_path_buf();
        Ok(Event::SettingsWritten { file })
    }

    fn fail_on_differences(
        &self,
        file: &Loaded,
        project: &LiveProject,
    ) -> Result<(), Vec<Problem>> {
        let difference = Difference {
            file: &file.settings,
            django: &project.live.settings,
            places: &file.places,
            directory: self.directory,
            has_staticc: project.answers.has_staticc(),
        };
        Problem::fail_on_any(difference.problems())
    }
}

/// Returns warnings about what no settings file can say.
fn unsupported(answers: &Answers, converted: &Converted) -> Vec<Problem> {
    let help = "staticc does what the class it is based on does; if that is not enough, use manage.py collectstatic";
    let storage = with_help(&converted.unsupported, help);
    let listing: Vec<Problem> = converted
        .settings
        .finders
        .iter()
        .filter_map(listing_finder)
        .collect();
    let module = answers.settings_module.name.as_deref().unwrap_or_default();
    let help = format!(
        "its files are left out; to collect them, let the project's Python list them: staticc collect --settings {module}"
    );
    let finders = with_help(listing.iter().chain(&converted.finder_problems), &help);
    let changed = finder_patterns::inexpressible(&converted.settings, answers);
    let help =
        format!("let the project's Python list the files: staticc collect --settings {module}");
    let patterns = with_help(&changed, &help);
    let warning = |problem: Problem| Problem {
        severity: Severity::Warning,
        ..problem
    };
    storage
        .chain(finders)
        .chain(patterns)
        .map(warning)
        .collect()
}

/// Returns a problem if a custom finder lists files.
fn listing_finder(finder: &Finder) -> Option<Problem> {
    let Finder::Other(finder) = finder else {
        return None;
    };
    let files: usize = finder
        .listings
        .iter()
        .map(|listing| listing.files.len())
        .sum();
    let files = match files {
        0 => return None,
        1 => "a file".to_owned(),
        files => format!("{files} files"),
    };
    let message = format!(
        "the finder {} lists {files} that no settings file can name",
        finder.name
    );
    Some(Problem::warning(Code::CustomFinder, message))
}

/// Writes the file whole, or not at all.
fn write_file(path: &Path, text: &str, overwrite: bool) -> io::Result<()> {
    // A symbolic link stays one.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".staticc-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    let persisted = if overwrite {
        file.persist(&path)
    } else {
        file.persist_noclobber(&path)
    };
    persisted.map(drop).map_err(|error| error.error)
}
