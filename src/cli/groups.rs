//! Defines the flags that several verbs share, with their help. Each flag is defined once.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[command(next_help_heading = "Project")]
pub struct ProjectArgs {
    /// Settings file, or dotted name of Django's settings
    ///
    /// A dotted name such as mysite.settings asks the project's own Python, at every run.
    /// Default: settings.toml, or else [tool.staticc.settings] in pyproject.toml.
    #[arg(long, value_name = "FILE|MODULE")]
    pub settings: Option<PathBuf>,

    /// Python of the project
    ///
    /// Only used if --settings names a module. Default: the Python of .venv or venv beside
    /// manage.py, or else python3 on PATH.
    #[arg(long, value_name = "PATH", hide_short_help = true)]
    pub python: Option<PathBuf>,

    /// What the project's Python has answered, as the Django app of staticc writes it
    ///
    /// A single dash stands for standard input.
    #[arg(long, value_name = "FILE", hide = true, conflicts_with = "settings")]
    pub answers: Option<PathBuf>,

    /// Override a setting (repeatable)
    ///
    /// The key may be dotted, and the value is TOML: --set STATIC_URL='"/s/"' or
    /// --set staticc.compression.brotli_quality=9
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,

    /// Override STATIC_ROOT
    ///
    /// Relative to the working directory.
    #[arg(long, value_name = "DIR")]
    pub static_root: Option<PathBuf>,

    /// Override STATIC_URL
    #[arg(long, value_name = "URL")]
    pub static_url: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Project")]
pub struct IgnoreArgs {
    /// Ignore files or directories matching this glob-style pattern
    ///
    /// Use multiple times to ignore more. Patterns are those of Python's fnmatch, as for
    /// collectstatic.
    #[arg(short, long = "ignore", value_name = "PATTERN")]
    pub ignore: Vec<String>,

    /// Don't ignore the common private patterns 'CVS', '.*' and '*~'
    #[arg(long)]
    pub no_default_ignore: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct ThreadArgs {
    /// Number of threads
    ///
    /// Default: one for each core.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Reporting")]
pub struct OutputArgs {
    /// Verbosity: 0 is silent, 1 is normal, 2 and 3 list every file
    #[arg(short, long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub verbosity: u8,

    /// Format of events and problems
    #[arg(long, value_enum, default_value_t = FormatArg::Text)]
    pub format: FormatArg,

    /// Fail on warnings too
    #[arg(long)]
    pub strict: bool,

    /// When to colour the output
    #[arg(long, value_enum, default_value_t = When::Auto, hide_short_help = true)]
    pub color: When,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct RetentionArgs {
    /// Number of releases to keep, the live one included
    ///
    /// Default: 3, or 1 with --older-than. Of a store: keep in [staticc.publish], or else 5.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub keep: Option<u16>,

    /// Also keep releases replaced less than AGE ago, such as 7d
    ///
    /// Of a store, the default is older_than in [staticc.publish].
    #[arg(long, value_name = "AGE")]
    pub older_than: Option<humantime::Duration>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Cache")]
pub struct CacheDirArgs {
    /// Directory of the cache
    ///
    /// It holds compressed copies, records of earlier runs, and releases. Default: dir in
    /// [staticc.cache], or else the user's cache directory.
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Cache")]
pub struct CacheArgs {
    /// Neither read nor write the cache
    ///
    /// Every file is read and compressed again, and no release is remembered.
    #[arg(long)]
    pub no_cache: bool,

    #[command(flatten)]
    pub location: CacheDirArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct WaitArgs {
    /// How long to wait for another run on the same STATIC_ROOT, in seconds
    ///
    /// The run fails if STATIC_ROOT is still locked then.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 600,
        hide_short_help = true
    )]
    wait: u32,

    /// Fail at once if another run has locked STATIC_ROOT, as with --wait 0
    #[arg(long, conflicts_with = "wait", hide_short_help = true)]
    no_wait: bool,
}

impl WaitArgs {
    pub fn timeout(&self) -> Duration {
        let seconds = if self.no_wait { 0 } else { self.wait };
        Duration::from_secs(seconds.into())
    }
}

/// When to use features of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl When {
    /// Returns `None` for [`When::Auto`].
    pub fn decided(self) -> Option<bool> {
        match self {
            Self::Auto => None,
            Self::Always => Some(true),
            Self::Never => Some(false),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// For people, with problems on standard error
    Text,
    /// One JSON object a line on standard output
    Json,
    /// As text, with problems as workflow commands of GitHub on standard output
    Github,
    /// One SARIF document of all problems on standard output
    Sarif,
}
