//! Flags that several verbs have, and their help; nothing else.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Which project.
#[derive(Debug, Args)]
pub struct ProjectArgs {
    /// The settings file, or the dotted name of Django's settings, which the project's Python is
    /// then asked for [default: settings.toml, else [tool.staticc.settings] in pyproject.toml]
    #[arg(long, value_name = "FILE|MODULE")]
    pub settings: Option<PathBuf>,

    /// The project's Python, to be asked [default: that of .venv or venv beside manage.py, else python3]
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,

    /// What the project's Python has answered, as the Django app of staticc writes it; - is
    /// standard input.
    #[arg(long, value_name = "FILE", hide = true, conflicts_with = "settings")]
    pub answers: Option<PathBuf>,

    /// Override one setting, e.g. --set STATIC_URL='"/s/"' (a TOML value; dotted keys)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,

    /// Override STATIC_ROOT
    #[arg(long, value_name = "DIR")]
    pub static_root: Option<PathBuf>,

    /// Override STATIC_URL
    #[arg(long, value_name = "URL")]
    pub static_url: Option<String>,
}

/// Which files are left out.
#[derive(Debug, Args)]
pub struct IgnoreArgs {
    /// Ignore files or directories matching this glob-style pattern (repeatable)
    #[arg(short, long = "ignore", value_name = "PATTERN")]
    pub ignore: Vec<String>,

    /// Don't ignore the common private patterns 'CVS', '.*' and '*~'
    #[arg(long)]
    pub no_default_ignore: bool,
}

/// How many work.
#[derive(Debug, Args)]
pub struct ThreadArgs {
    /// Threads [default: one for each core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
}

/// How it is told.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// 0 silent, 1 normal, 2 and 3 every file
    #[arg(short, long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub verbosity: u8,

    /// How events and problems are told
    #[arg(long, value_enum, default_value_t = FormatArg::Text)]
    pub format: FormatArg,

    /// Fail on warnings too
    #[arg(long)]
    pub strict: bool,

    /// Whether to colour problems
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub color: When,
}

/// Which releases are recent.
#[derive(Debug, Args)]
pub struct RetentionArgs {
    /// How many releases stay, the one in force among them [default: 3; with --older-than 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub keep: Option<u16>,

    /// Releases stay besides that were in force so shortly ago, such as "7d"
    #[arg(long, value_name = "AGE")]
    pub older_than: Option<humantime::Duration>,
}

/// Where the cache is.
#[derive(Debug, Args)]
pub struct CacheDirArgs {
    /// The cache's directory [default: [staticc.cache] dir, else the user's cache directory]
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
}

/// Whether there is a cache, and where.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// Compress everything anew, and remember nothing
    #[arg(long)]
    pub no_cache: bool,

    #[command(flatten)]
    pub location: CacheDirArgs,
}

/// What happens if STATIC_ROOT is locked.
#[derive(Debug, Args)]
pub struct WaitArgs {
    /// Fail if another run works on STATIC_ROOT, instead of waiting for it
    #[arg(long)]
    pub no_wait: bool,
}

/// When to do something that suits a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl When {
    /// The answer where the user gave one.
    pub fn decided(self) -> Option<bool> {
        match self {
            Self::Auto => None,
            Self::Always => Some(true),
            Self::Never => Some(false),
        }
    }
}

/// How events and problems are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// For people: problems on standard error
    Text,
    /// One object a line on standard output
    Json,
    /// As text, and problems as GitHub's workflow commands on standard output
    Github,
    /// One SARIF document of all problems on standard output
    Sarif,
}
