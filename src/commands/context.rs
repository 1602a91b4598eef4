//! What every verb works with: the console, the working directory, the
//! project's settings and the cache. Knows no single verb.

use std::io;
use std::path::PathBuf;

use super::outcome::{Exit, Failure, Outcome};
use crate::cli::Verb;
use crate::cli::groups::{
    CacheArgs, CacheDirArgs, FormatArg, IgnoreArgs, ProjectArgs, ThreadArgs, WaitArgs, When,
};
use crate::model::{Event, Problem, Report as _};
use crate::pipeline::cache_location::{self, CacheLocation};
use crate::pipeline::interrupt::Interrupts;
use crate::pipeline::loading::{self, IgnoreOptions, ProjectOptions};
use crate::pipeline::remote_cache_location;
use crate::report::console::Console;
use crate::report::format::Format;
use crate::report::printer::ConsoleOptions;
use crate::settings::load::{Loaded, Overrides};
use crate::settings::{CacheSettings, Settings};
use crate::state::cache::Cache;
use crate::state::remote_cache::RemoteCache;
use crate::static_root::lock::{LockMode, LockWait};
use crate::static_root::root::StaticRoot;

/// One run of a verb.
pub struct Context {
    pub console: Console,
    /// The working directory, which relative paths of the command line start from.
    pub directory: PathBuf,
    pub interrupts: Interrupts,
}

impl Context {
    pub fn new(verb: &Verb) -> Self {
        let directory = std::env::current_dir().unwrap_or_default();
        let output = verb.output();
        let color = |stream: &dyn Fn() -> bool| {
            output.is_some_and(|output| wants_color(output.color, stream))
        };
        let console = Console::new(ConsoleOptions {
            format: output.map_or(Format::Text, |output| output.format.into()),
            verbosity: output.map_or(1, |output| output.verbosity),
            strict: output.is_some_and(|output| output.strict),
            dry_run: verb.is_dry_run(),
            color: color(&|| io::IsTerminal::is_terminal(&io::stderr())),
            color_output: color(&|| io::IsTerminal::is_terminal(&io::stdout())),
            output_is_terminal: io::IsTerminal::is_terminal(&io::stdout()),
            repository: repository().unwrap_or_else(|| directory.clone()),
            directory: directory.clone(),
        });
        Self {
            interrupts: Interrupts::handle(console.clone()),
            console,
            directory,
        }
    }

    /// Ends the run: reports why it failed, and returns its exit. A strict run
    /// that has warnings fails, and so does one whose output is lost.
    pub fn finish(self, outcome: Outcome) -> Exit {
        let Self {
            mut console,
            interrupts,
            ..
        } = self;
        interrupts.end();
        let exit = match outcome {
            Ok(Exit::Done) if console.fails_strictly() => Exit::Failed,
            Ok(exit) => exit,
            Err(failure) => {
                for problem in failure.problems {
                    console.event(Event::Problem(problem));
                }
                failure.exit
            }
        };
        let is_complete = console.finish(exit.status());
        match exit {
            Exit::Done if !is_complete => Exit::Failed,
            exit => exit,
        }
    }

    /// Loads the project. The finders of the project's own Python list their
    /// files only for a verb with [`IgnoreArgs`].
    pub fn load(
        &mut self,
        project: &ProjectArgs,
        ignore: Option<&IgnoreArgs>,
    ) -> Result<Loaded, Failure> {
        let options = ProjectOptions {
            settings: project.settings.as_deref(),
            python: project.python.as_deref(),
            answers: project.answers.as_deref(),
            overrides: Overrides {
                set: project.set.clone(),
                static_root: project.static_root.clone(),
                static_url: project.static_url.clone(),
            },
            ignore: ignore.map(IgnoreOptions::from),
        };
        let loaded = loading::load(&options, &self.directory).map_err(Failure::usage)?;
        self.console.use_messages_of(loaded.settings.django);
        Ok(loaded)
    }

    /// Loads the project's settings and reports their warnings.
    pub fn load_settings(
        &mut self,
        project: &ProjectArgs,
        ignore: Option<&IgnoreArgs>,
    ) -> Result<Settings, Failure> {
        let loaded = self.load(project, ignore)?;
        self.report(loaded.warnings);
        Ok(loaded.settings)
    }

    /// Returns the cache of the command line, the settings or the user, in this order.
    pub fn cache(&self, args: &CacheDirArgs, settings: &CacheSettings) -> Cache {
        let location = CacheLocation {
            flag: args.cache_dir.as_deref(),
            directory: &self.directory,
        };
        location.open(settings)
    }

    /// Returns the cache of a verb that may go without one.
    pub fn project_cache(&self, args: &CacheArgs, settings: &Settings) -> Result<Cache, Failure> {
        if args.no_cache {
            return Ok(Cache::new(None, 0));
        }
        let cache = self.cache(&args.location, &settings.cache);
        cache_location::check(&cache, settings).map_err(Failure::usage)?;
        Ok(cache)
    }

    /// Returns the remote cache, unless the run goes without caches.
    pub fn remote_cache(
        args: &CacheArgs,
        settings: &Settings,
    ) -> Result<Option<RemoteCache>, Failure> {
        if args.no_cache {
            return Ok(None);
        }
        remote_cache_location::remote_cache(&settings.cache).map_err(Failure::usage)
    }

    /// Locks STATIC_ROOT. Waits for the process that has the lock, and says so.
    pub fn lock(
        &mut self,
        root: &StaticRoot,
        mode: LockMode,
        wait: &WaitArgs,
    ) -> Result<(), Failure> {
        let mut warnings = Vec::new();
        let on_wait = || {
            let static_root = root.path().to_owned();
            self.console.event(Event::Waiting { static_root });
        };
        let mut wait = LockWait::new(wait.timeout(), on_wait);
        let locked = root.lock(mode, &mut wait, |problem| warnings.push(problem));
        self.report(warnings);
        Ok(locked?)
    }

    pub fn report(&mut self, problems: Vec<Problem>) {
        for problem in problems {
            self.console.event(Event::Problem(problem));
        }
    }

    /// Fails a strict run that has warnings. Called before anything is written.
    pub fn fail_on_warnings(&self) -> Result<(), Failure> {
        if self.console.fails_strictly() {
            return Err(Vec::new().into());
        }
        Ok(())
    }
}

impl From<&IgnoreArgs> for IgnoreOptions {
    fn from(args: &IgnoreArgs) -> Self {
        Self {
            patterns: args.ignore.clone(),
            no_default_ignore: args.no_default_ignore,
        }
    }
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Text => Self::Text,
            FormatArg::Json => Self::Json,
            FormatArg::Github => Self::Github,
            FormatArg::Sarif => Self::Sarif,
        }
    }
}

/// Limits how many threads work, if the command line says how many.
pub fn use_threads(args: &ThreadArgs) {
    let Some(jobs) = args.jobs else { return };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs));
    // A single thread need not be started: it is the main one.
    let pool = if jobs == 1 {
        pool.use_current_thread()
    } else {
        pool
    };
    // Fails only if there is a pool already.
    let _ = pool.build_global();
}

fn wants_color(when: When, is_terminal: &dyn Fn() -> bool) -> bool {
    when.decided().unwrap_or_else(|| {
        std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && is_terminal()
    })
}

/// Returns the checkout that a GitHub workflow runs in, links resolved as in
/// the working directory.
fn repository() -> Option<PathBuf> {
    let workspace = std::env::var_os("GITHUB_WORKSPACE").filter(|value| !value.is_empty())?;
    std::fs::canonicalize(workspace).ok()
}
