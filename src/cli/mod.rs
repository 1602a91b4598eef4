//! Flags and their help; nothing else. What they mean is the verbs' affair.

pub mod groups;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use self::groups::{
    CacheArgs, CacheDirArgs, IgnoreArgs, OutputArgs, ProjectArgs, RetentionArgs, ThreadArgs,
    WaitArgs, When,
};

/// Django's collectstatic with WhiteNoise's compressed manifest storage, as
/// one fast program.
#[derive(Debug, Parser)]
#[command(name = "staticc", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What staticc can do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Collect static files in STATIC_ROOT, as manage.py collectstatic does
    Collect(Box<CollectArgs>),
    /// Write a settings file for a Django project, from what its own Python says
    Init(InitArgs),
    /// Report every problem of the project, without collecting
    Check(CheckArgs),
    /// Find the files of given paths, as manage.py findstatic does, and say which are collected
    Find(FindArgs),
    /// Say all that is known of a file, or what a problem means
    Explain(ExplainArgs),
    /// Say whether STATIC_ROOT is whole: manifest, fingerprints, compressed copies, references
    Verify(VerifyArgs),
    /// Remove the fingerprinted files that no recent release names
    Prune(PruneArgs),
    /// Look after the cache of compressed copies
    #[command(mut_arg("cache_dir", |arg| arg.global(true)))]
    Cache(CacheVerbArgs),
    /// Print the JSON Schema of settings files, for editors
    Schema,
    /// Print what lets a shell complete verbs and flags
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page of staticc, or of a verb
    Man {
        /// The verb, such as "collect" or "cache prune"
        verb: Vec<String>,
    },
}

impl Verb {
    /// Returns the flags of a verb that reports events.
    pub fn output(&self) -> Option<&OutputArgs> {
        match self {
            Self::Collect(args) => Some(&args.output),
            Self::Init(args) => Some(&args.output),
            Self::Check(args) => Some(&args.output),
            Self::Find(args) => Some(&args.output),
            Self::Explain(args) => Some(&args.output),
            Self::Verify(args) => Some(&args.output),
            Self::Prune(args) => Some(&args.output),
            Self::Cache(_) | Self::Schema | Self::Completions { .. } | Self::Man { .. } => None,
        }
    }

    pub fn is_dry_run(&self) -> bool {
        match self {
            Self::Collect(args) => args.dry_run,
            Self::Prune(args) => args.dry_run,
            _ => false,
        }
    }
}

/// Flags of `staticc init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The settings file to write [default: settings.toml]
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The project's Python [default: that of .venv or venv beside manage.py, else python3]
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,

    /// The dotted name of Django's settings [default: DJANGO_SETTINGS_MODULE, else what manage.py says]
    #[arg(long, value_name = "MODULE")]
    pub django_settings: Option<String>,

    /// Write the file anew if there is one
    #[arg(long, conflicts_with = "check")]
    pub force: bool,

    /// Write nothing; fail if the settings file no longer says what Django says
    #[arg(long)]
    pub check: bool,

    /// How it is told.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Flags of `staticc check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Report only problems in these files and directories (the whole project is known all the same)
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Which project.
    #[command(flatten)]
    pub project: ProjectArgs,

    /// Which files are left out.
    #[command(flatten)]
    pub ignore: IgnoreArgs,

    /// Don't look for {% static %} in templates
    #[arg(long)]
    pub no_templates: bool,

    /// How many work.
    #[command(flatten)]
    pub threads: ThreadArgs,

    #[command(flatten)]
    pub cache: CacheArgs,

    /// How it is told.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Flags of `staticc find`.
#[derive(Debug, Args)]
pub struct FindArgs {
    /// Paths below STATIC_URL, such as css/site.css
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<OsString>,

    /// Only the first match for each path
    #[arg(long)]
    pub first: bool,

    /// Which project.
    #[command(flatten)]
    pub project: ProjectArgs,

    /// Which files are left out.
    #[command(flatten)]
    pub ignore: IgnoreArgs,

    /// How it is told.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Flags of `staticc explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Codes of problems, such as missing-reference; and files: their paths below STATIC_URL,
    /// with or without fingerprint, or those of their sources
    #[arg(value_name = "SUBJECT", required = true)]
    pub subjects: Vec<OsString>,

    /// Which project.
    #[command(flatten)]
    pub project: ProjectArgs,

    /// Which files are left out.
    #[command(flatten)]
    pub ignore: IgnoreArgs,

    /// How many work.
    #[command(flatten)]
    pub threads: ThreadArgs,

    #[command(flatten)]
    pub cache: CacheArgs,

    /// How it is told.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Flags of `staticc verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArgs,

    #[command(flatten)]
    pub wait: WaitArgs,

    /// How many work.
    #[command(flatten)]
    pub threads: ThreadArgs,

    /// How it is told.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Flags of `staticc prune`.
#[derive(Debug, Args)]
pub struct PruneArgs {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArgs,

    /// Which releases are recent.
    #[command(flatten)]
    pub retention: RetentionArgs,

    /// List what would go, and remove nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,

    #[command(flatten)]
    pub wait: WaitArgs,

    #[command(flatten)]
    pub cache: CacheDirArgs,

    /// How it is told.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Flags of `staticc cache`.
#[derive(Debug, Args)]
pub struct CacheVerbArgs {
    /// The settings file, for [staticc.cache] [default: as of collect, if there is one]
    #[arg(long, value_name = "FILE", global = true)]
    pub settings: Option<PathBuf>,

    #[command(flatten)]
    pub location: CacheDirArgs,

    /// What to do.
    #[command(subcommand)]
    pub verb: CacheVerb,
}

/// What can be done with the cache.
#[derive(Debug, Subcommand)]
pub enum CacheVerb {
    /// Say where it is and how full
    Info,
    /// Remove everything
    Clear,
    /// Remove what was used least recently, until it is small enough
    Prune {
        /// How large it may be, such as "500 MB" [default: [staticc.cache] max_size, 2 GiB]
        #[arg(long, value_name = "SIZE")]
        max_size: Option<bytesize::ByteSize>,
    },
}

/// Flags of `staticc collect`.
#[derive(Debug, Args)]
pub struct CollectArgs {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArgs,

    /// Do NOT prompt the user for input of any kind
    #[arg(long, visible_alias = "no-input")]
    pub noinput: bool,

    /// Leave exactly this run's files in STATIC_ROOT
    #[arg(short, long)]
    pub clear: bool,

    /// Do everything except modify the file system
    #[arg(short = 'n', long)]
    pub dry_run: bool,

    /// Create a symbolic link to each file instead of copying
    #[arg(short, long)]
    pub link: bool,

    /// Do NOT post process collected files
    #[arg(long)]
    pub no_post_process: bool,

    /// Which files are left out.
    #[command(flatten)]
    pub ignore: IgnoreArgs,

    /// Then remove the fingerprinted files that no recent release names
    #[arg(long)]
    pub prune: bool,

    /// Which releases are recent.
    #[command(flatten)]
    pub retention: RetentionArgs,

    #[command(flatten)]
    pub wait: WaitArgs,

    /// Have everything on disk before it is put in force, so that a power cut does no harm either
    #[arg(long)]
    pub durable: bool,

    /// How many work.
    #[command(flatten)]
    pub threads: ThreadArgs,

    #[command(flatten)]
    pub cache: CacheArgs,

    /// How files with the same bytes are made
    #[arg(long, value_enum, default_value_t = LinkModeArg::Reflink)]
    pub link_mode: LinkModeArg,

    /// Whether to show a progress bar
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub progress: When,

    /// How it is told.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// How files with the same bytes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LinkModeArg {
    /// Share blocks where the file system can, else copy
    Reflink,
    /// Always copy
    Copy,
    /// One file with two names, where STATIC_ROOT is never written in place
    Hardlink,
}
