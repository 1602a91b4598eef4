//! One file for each verb; each only puts the rooms together.

pub mod cache;
pub mod check;
pub mod collect;
pub mod completions;
pub mod consent;
pub mod explain;
pub mod find;
pub mod init;
pub mod man;
pub mod prune;
pub mod schema;
pub mod verify;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli;
use crate::cli::{Cli, Verb};
use crate::model::{Code, DjangoVersion, Event, Problem, Report as _};
use crate::report;
use crate::report::console::Console;
use crate::report::format::Format;
use crate::settings::Settings;
use crate::settings::load::Loaded;
use crate::static_root::lock::LockMode;
use crate::static_root::static_root::StaticRoot;

/// How a run ended, as users see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done; there may have been warnings.
    Done,
    /// Collecting failed; unless that was while putting things in force,
    /// nothing was changed.
    Failed,
    /// The command line or the settings cannot be used.
    Usage,
}

impl Exit {
    /// The exit status.
    fn status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.status().into()
    }
}

/// Does what the command line says.
pub fn run(cli: Cli) -> Exit {
    match cli.verb {
        Verb::Collect(args) => {
            let project = (&args.project, Some(&args.ignore));
            with_settings(project, &args.output, |console, settings| {
                collect::run(&args, console, settings)
            })
        }
        Verb::Init(args) => telling(&args.output, |console| init::run(&args, console)),
        Verb::Check(args) => telling(&args.output, |console| {
            let project = (&args.project, Some(&args.ignore));
            in_project(project, console, |console, loaded| {
                check::run(&args, console, loaded)
            })
        }),
        Verb::Find(args) => {
            let project = (&args.project, Some(&args.ignore));
            with_settings(project, &args.output, |console, settings| {
                find::run(&args, console, settings)
            })
        }
        Verb::Explain(args) => telling(&args.output, |console| explain::run(&args, console)),
        Verb::Verify(args) => {
            with_settings((&args.project, None), &args.output, |console, settings| {
                verify::run(&args, console, settings)
            })
        }
        Verb::Prune(args) => {
            with_settings((&args.project, None), &args.output, |console, settings| {
                prune::run(&args, console, settings)
            })
        }
        Verb::Cache(args) => plainly(|console| cache::run(&args, console)),
        Verb::Schema => plainly(schema::run),
        Verb::Completions { shell } => plainly(|console| completions::run(shell, console)),
        Verb::Man { verb } => plainly(|console| man::run(&verb, console)),
    }
}

/// A project as flags have it; only who lists static files knows what is ignored.
type Flagged<'a> = (
    &'a cli::groups::ProjectArgs,
    Option<&'a cli::groups::IgnoreArgs>,
);

/// Does something with the settings of a project, unless they can't be used;
/// tells what is wrong with them.
fn with_settings(
    project: Flagged<'_>,
    how: &cli::groups::OutputArgs,
    verb: impl FnOnce(&mut Console, &Settings) -> Exit,
) -> Exit {
    telling(how, |console| {
        in_project(project, console, |console, loaded| {
            let settings = told(console, loaded);
            verb(console, &settings)
        })
    })
}

/// Does something that tells as flags have it.
fn telling(telling: &cli::groups::OutputArgs, verb: impl FnOnce(&mut Console) -> Exit) -> Exit {
    let mut console = Console::plain(DjangoVersion::NEWEST, directory());
    console.verbosity = telling.verbosity;
    console.color = wants_color(telling.color, &io::stderr());
    console.color_output = wants_color(telling.color, &io::stdout());
    console.format = format(telling.format);
    console.strict = telling.strict;
    if let Some(repository) = repository() {
        console.repository = repository;
    }
    let exit = verb(&mut console);
    end(&console, exit)
}

/// The same, on a console that is there.
fn in_project(
    (project, ignoring): Flagged<'_>,
    console: &mut Console,
    verb: impl FnOnce(&mut Console, Loaded) -> Exit,
) -> Exit {
    match crate::pipeline::loading::load(project, ignoring, &console.directory) {
        Ok(loaded) => {
            console.django = loaded.settings.django;
            verb(console, loaded)
        }
        Err(problems) => {
            tell(console, problems);
            Exit::Usage
        }
    }
}

/// Does something that needs no project.
fn plainly(verb: impl FnOnce(&mut Console) -> Exit) -> Exit {
    let mut console = Console::plain(DjangoVersion::NEWEST, directory());
    let exit = verb(&mut console);
    end(&console, exit)
}

/// Says how a run ended; a strict one fails on warnings.
fn end(console: &Console, exit: Exit) -> Exit {
    let exit = match exit {
        Exit::Done if console.fails_strictly() => Exit::Failed,
        exit => exit,
    };
    console.finish(exit.status());
    exit
}

fn directory() -> PathBuf {
    std::env::current_dir().unwrap_or_default()
}

/// The repository, on a runner of GitHub's.
fn repository() -> Option<PathBuf> {
    let workspace = std::env::var_os("GITHUB_WORKSPACE").filter(|it| !it.is_empty())?;
    // As the working directory is told, links resolved.
    std::fs::canonicalize(workspace).ok()
}

fn format(flag: cli::groups::FormatArg) -> Format {
    match flag {
        cli::groups::FormatArg::Text => Format::Text,
        cli::groups::FormatArg::Json => Format::Json,
        cli::groups::FormatArg::Github => Format::Github,
        cli::groups::FormatArg::Sarif => Format::Sarif,
    }
}

/// The settings, once it is told what is odd about them.
fn told(console: &mut Console, loaded: Loaded) -> Settings {
    tell(console, loaded.warnings);
    loaded.settings
}

/// How a verb ends that only succeeds or fails.
fn conclude(result: Result<(), Vec<Problem>>, console: &mut Console) -> Exit {
    match result {
        Ok(()) => Exit::Done,
        Err(problems) => {
            tell(console, problems);
            Exit::Failed
        }
    }
}

/// How a verb ends whose flags can't be used.
fn unusable(problem: Problem, console: &mut Console) -> Exit {
    tell(console, vec![problem]);
    Exit::Usage
}

/// How a verb ends that only prints.
fn print(text: &[u8], console: &mut Console) -> Exit {
    let printed = report::console::print(text).map_err(|error| {
        let message = format!("standard output cannot be written: {error}");
        vec![Problem::error(Code::StandardOutput, message)]
    });
    conclude(printed, console)
}

fn wants_color(when: cli::groups::When, stream: &impl io::IsTerminal) -> bool {
    when.decided().unwrap_or_else(|| {
        std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && stream.is_terminal()
    })
}

/// How many threads work, where somebody said it.
fn use_threads(work: &cli::groups::ThreadArgs) {
    let Some(jobs) = work.jobs else { return };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs));
    // One thread is the one that there is.
    let pool = if jobs == 1 {
        pool.use_current_thread()
    } else {
        pool
    };
    // Fails only where a pool exists already, which none does yet.
    let _ = pool.build_global();
}

/// Holds STATIC_ROOT, and says so if that takes waiting.
fn occupy(
    root: &StaticRoot,
    purpose: LockMode,
    no_wait: bool,
    console: &mut Console,
) -> Result<(), Vec<Problem>> {
    let mut warnings = Vec::new();
    let busy = || {
        if no_wait {
            let problem = Problem::error(Code::Locked, "another staticc works on this STATIC_ROOT");
            return Err(problem
                .in_file(root.path())
                .help("try again later, or wait for it by leaving out --no-wait"));
        }
        console.event(Event::Waiting(root.path().to_owned()));
        Ok(())
    };
    let held = root.occupy(purpose, busy, |problem| warnings.push(problem));
    tell(console, warnings);
    held.map_err(|problem| vec![problem])
}

/// Passes on problems one by one.
fn tell(console: &mut Console, problems: Vec<Problem>) {
    for problem in problems {
        console.event(Event::Problem(problem));
    }
}

/// Before anything is written: fails a strict run that has warnings.
fn fail_on_warnings(console: &Console) -> Result<(), Vec<Problem>> {
    if console.fails_strictly() {
        Err(Vec::new())
    } else {
        Ok(())
    }
}
