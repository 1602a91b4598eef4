//! `staticc init`: a settings file from what a project's own Python says.

use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::tell;
use super::{Exit, conclude, unusable};
use crate::cli;
use crate::django_project;
use crate::django_project::answers::Answers;
use crate::django_project::convert::Converted;
use crate::django_project::draft::Draft;
use crate::django_project::python::Question;
use crate::model::{Code, Event, Problem, Report as _, Severity};
use crate::pipeline::loading::{cured, module, source_of};
use crate::pipeline::run::fail_on;
use crate::report::console::Console;
use crate::settings::Finder;
use crate::settings::load::{Loaded, Overrides, load};
use crate::settings::text::{Source, usual_file};

/// The file where none is named.
const USUAL: &str = "settings.toml";

/// Runs the verb.
pub fn run(args: &cli::InitArgs, console: &mut Console) -> Exit {
    let directory = console.directory.clone();
    let run = Run {
        args,
        directory: &directory,
        file: args.settings.as_deref().unwrap_or(Path::new(USUAL)),
    };
    if let Some(problem) = run.hindrance() {
        return unusable(problem, console);
    }
    let result = run.ask().and_then(|project| {
        tell(console, project.untold.clone());
        if args.check {
            run.compare(&project, console)
        } else {
            run.write(&project, console)
        }
    });
    conclude(result, console)
}

/// A run with its flags.
struct Run<'a> {
    args: &'a cli::InitArgs,
    directory: &'a Path,
    file: &'a Path,
}

/// What the project says.
struct Project {
    answers: Answers,
    carried: Converted,
    live: Loaded,
    /// What no settings file says, each with what to do about it.
    untold: Vec<Problem>,
}

impl Run<'_> {
    /// Why there is nothing to be asked.
    fn hindrance(&self) -> Option<Problem> {
        let name = self.args.settings.as_deref();
        if let Some(module) = name.and_then(|name| module(name, self.directory)) {
            let problem = Problem::error(Code::Usage, "--settings is the file to write");
            return Some(problem.help(format!(
                "add .toml to its name, or ask for other settings: --django-settings {module}"
            )));
        }
        if self.args.check {
            return None;
        }
        let problem = Problem::error(Code::SettingsExist, "there is a settings file already");
        let there = self.directory.join(self.file).symlink_metadata().is_ok();
        let usual = usual_file(self.directory).filter(|_| name.is_none());
        let mut shared = [Some(self.file), usual.as_deref()].into_iter().flatten();
        if let Some(shared) = shared.find(|file| file.ends_with("pyproject.toml")) {
            let help = "it is yours to write: compare it, staticc init --check, or have another one made, --settings settings.toml";
            return Some(problem.in_file(shared).help(help));
        }
        if !there || self.args.force {
            return None;
        }
        let help = "compare it, staticc init --check, or write it anew, --force";
        Some(problem.in_file(self.file).help(help))
    }

    fn ask(&self) -> Result<Project, Vec<Problem>> {
        let question = Question {
            directory: self.directory,
            python: self.args.python.as_deref(),
            module: self.args.django_settings.as_deref(),
            files: Some((&[], false)),
        };
        let answers = django_project::python::ask(&question).map_err(|problem| vec![problem])?;
        let carried = django_project::convert::carry(&answers).map_err(|problem| vec![problem])?;
        if let Some(problem) = &carried.unknown_storage {
            let help = "collect with manage.py collectstatic; staticc collects to files of Django's and WhiteNoise's storages";
            return Err(vec![problem.clone().help(help)]);
        }
        let given = django_project::effective::live(&answers, &carried.given);
        let live = load(
            Source::Project(&given),
            &Overrides::default(),
            self.directory,
        )?;
        Ok(Project {
            untold: untold(&answers, &carried),
            answers,
            carried,
            live,
        })
    }

    /// Says where the file and the project differ.
    fn compare(&self, project: &Project, console: &mut Console) -> Result<(), Vec<Problem>> {
        let source = source_of(self.args.settings.as_deref());
        let ours = load(source, &Overrides::default(), self.directory)?;
        self.fail_on_differences(&ours, project)?;
        let file = ours.places.file().unwrap_or(self.file);
        console.event(Event::SettingsAgree(file.to_path_buf()));
        Ok(())
    }

    fn write(&self, project: &Project, console: &mut Console) -> Result<(), Vec<Problem>> {
        let path = self.directory.join(self.file);
        let draft = Draft {
            answers: &project.answers,
            values: &project.carried.given.values,
            live: &project.live.settings,
            untold: &project.untold,
            directory: self.directory,
            beside: path.parent().unwrap_or(self.directory),
        };
        let text = draft.text();
        let source = Source::Draft(self.file, &text);
        let drafted = load(source, &Overrides::default(), self.directory)?;
        self.fail_on_differences(&drafted, project)?;
        tell(console, drafted.warnings);
        super::fail_on_warnings(console)?;
        put(&path, &text, self.args.force).map_err(|error| {
            let message = format!("cannot be written: {error}");
            let problem = Problem::error(Code::SettingsFile, message).in_file(self.file);
            vec![problem.help("name another file with --settings FILE")]
        })?;
        console.event(Event::SettingsWritten(self.file.to_path_buf()));
        Ok(())
    }

    fn fail_on_differences(&self, ours: &Loaded, project: &Project) -> Result<(), Vec<Problem>> {
        let theirs = &project.live.settings;
        let own = project.answers.says_staticc();
        let differences = django_project::difference::differences(
            &ours.settings,
            theirs,
            &ours.places,
            (self.directory, own),
        );
        fail_on(differences)
    }
}

/// What no settings file says, as warnings: it is written all the same.
fn untold(answers: &Answers, carried: &Converted) -> Vec<Problem> {
    let help = "staticc does what the class it is based on does; if that is not enough, use manage.py collectstatic";
    let storage = cured(&carried.untold, help);
    let listed: Vec<Problem> = carried.given.finders.iter().filter_map(listed).collect();
    let module = answers.settings_module.name.as_deref().unwrap_or_default();
    let help = format!(
        "its files are left out; to have it asked for them at every run: staticc collect --settings {module}"
    );
    let finders = cured(listed.iter().chain(&carried.finders), &help);
    let warning = |problem: Problem| Problem {
        severity: Severity::Warning,
        ..problem
    };
    storage.chain(finders).map(warning).collect()
}

/// That a finder finds something which only Python can tell.
fn listed(finder: &Finder) -> Option<Problem> {
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
        "the finder {} finds {files} that only Python can tell of",
        finder.name
    );
    Some(Problem::warning(Code::CustomFinder, message))
}

/// Puts the whole file in its place, or none.
fn put(path: &Path, text: &str, anew: bool) -> io::Result<()> {
    // A link stays one.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".staticc-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    let put = if anew {
        file.persist(&path)
    } else {
        file.persist_noclobber(&path)
    };
    put.map(drop).map_err(|error| error.error)
}
