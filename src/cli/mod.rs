//! Defines the verbs and their flags, with their help. Does not know what they do.

pub mod groups;
pub mod sites;
pub mod stores;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use self::groups::{
    CacheArgs, CacheDirArgs, IgnoreArgs, OutputArgs, ProjectArgs, RetentionArgs, ThreadArgs,
    WaitArgs, When,
};
use self::sites::SiteArgs;
use self::stores::{PublishArgs, ReleasesArgs};

/// Django's collectstatic with WhiteNoise's compressed manifest storage, as
/// one fast program.
#[derive(Debug, Parser)]
#[command(name = "staticc", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Collect static files in STATIC_ROOT
    ///
    /// Does what manage.py collectstatic does with the project's storage: the files, their names
    /// and staticfiles.json are those of Django and WhiteNoise. A run that fails changes nothing.
    Collect(Box<CollectArgs>),
    /// Write the settings file of a Django project
    ///
    /// Asks the project's own Python for its settings, and writes those that staticc needs.
    Init(InitArgs),
    /// Report every problem of the project, without collecting
    ///
    /// Checks paths, references in CSS and JavaScript, and {% static %} in templates.
    Check(CheckArgs),
    /// Find the files of a path, and which of them is collected
    ///
    /// Does what manage.py findstatic does.
    Find(FindArgs),
    /// Explain a file, or what a problem means
    ///
    /// For a file: where it comes from, what it refers to, what refers to it, and its sizes.
    Explain(ExplainArgs),
    /// Check that STATIC_ROOT, a deployed site or a store is complete
    ///
    /// Checks the manifest, fingerprints, compressed copies and references. With a URL, asks the
    /// deployed site for all files, as browsers do. With --store, checks the objects of the current
    /// release in an object store.
    Verify(VerifyArgs),
    /// Remove the fingerprinted files of old releases
    ///
    /// With --store, deletes the objects of old releases from an object store.
    Prune(PruneArgs),
    /// Send STATIC_ROOT to an object store, as a release
    ///
    /// Sends what the store does not have yet, with the headers that browsers and CDNs need:
    /// fingerprinted files first, then plain names, the manifest, and the release.
    Publish(PublishArgs),
    /// List the releases in an object store
    Releases(ReleasesArgs),
    /// Show, shrink or clear the cache
    #[command(mut_arg("cache_dir", |arg| arg.global(true)))]
    Cache(CacheVerbArgs),
    /// Print the JSON Schema of settings files, for editors
    Schema,
    /// Print the completion script of a shell
    Completions {
        /// Shell to complete for
        shell: Shell,
    },
    /// Print the manual page of staticc or of a verb
    Man {
        /// Verb, such as "collect" or "cache prune"
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
            Self::Publish(args) => Some(&args.output),
            Self::Releases(args) => Some(&args.output),
            Self::Cache(_) | Self::Schema | Self::Completions { .. } | Self::Man { .. } => None,
        }
    }

    pub fn is_dry_run(&self) -> bool {
        match self {
            Self::Collect(args) => args.dry_run,
            Self::Prune(args) => args.dry_run,
            Self::Publish(args) => args.dry_run,
            _ => false,
        }
    }
}

#[derive(Debug, Args)]
pub struct InitArgs {
    /// Settings file to write
    ///
    /// Default: settings.toml.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// Python of the project
    ///
    /// Default: the Python of .venv or venv beside manage.py, or else python3 on PATH.
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,

    /// Dotted name of Django's settings
    ///
    /// Default: DJANGO_SETTINGS_MODULE, or else the settings that manage.py names.
    #[arg(long, value_name = "MODULE")]
    pub django_settings: Option<String>,

    /// Overwrite an existing settings file
    #[arg(long, conflicts_with = "check")]
    pub force: bool,

    /// Fail if the settings file does not agree with Django
    ///
    /// Writes nothing, and shows each setting that differs.
    #[arg(long)]
    pub check: bool,

    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Report only problems in these files and directories
    ///
    /// The whole project is checked all the same, since a problem in one file may concern another.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub project: ProjectArgs,

    #[command(flatten)]
    pub ignore: IgnoreArgs,

    /// Don't check {% static %} in templates
    #[arg(long)]
    pub no_templates: bool,

    /// Report problems in templates of installed packages one by one
    ///
    /// By default, one note counts them: the project cannot correct these templates, and may never
    /// render them. An app outside every site-packages is the project's own.
    #[arg(long, conflicts_with = "no_templates")]
    pub all_templates: bool,

    #[command(flatten)]
    pub threads: ThreadArgs,

    #[command(flatten)]
    pub cache: CacheArgs,

    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
pub struct FindArgs {
    /// Paths without STATIC_URL, such as css/site.css
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<OsString>,

    /// Only return the first match for each static file
    #[arg(long)]
    pub first: bool,

    #[command(flatten)]
    pub project: ProjectArgs,

    #[command(flatten)]
    pub ignore: IgnoreArgs,

    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Codes of problems, or files
    ///
    /// A code is a name such as missing-reference. A file is given by its path without STATIC_URL,
    /// with or without fingerprint, or by the path of its source.
    #[arg(value_name = "SUBJECT", required = true)]
    pub subjects: Vec<OsString>,

    #[command(flatten)]
    pub project: ProjectArgs,

    #[command(flatten)]
    pub ignore: IgnoreArgs,

    #[command(flatten)]
    pub threads: ThreadArgs,

    #[command(flatten)]
    pub cache: CacheArgs,

    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    pub site: SiteArgs,

    #[command(flatten)]
    pub project: ProjectArgs,

    /// Verify an object store in place of STATIC_ROOT
    ///
    /// Reads all objects of its current release, and compares their bytes and headers. STORE is
    /// such as s3://bucket/prefix; default: store in [staticc.publish].
    #[arg(long, value_name = "STORE", num_args = 0..=1, help_heading = "Output")]
    pub store: Option<Option<String>>,

    #[command(flatten)]
    pub wait: WaitArgs,

    #[command(flatten)]
    pub cache: CacheDirArgs,

    #[command(flatten)]
    pub threads: ThreadArgs,

    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
pub struct PruneArgs {
    #[command(flatten)]
    pub project: ProjectArgs,

    /// Prune an object store in place of STATIC_ROOT
    ///
    /// Deletes the objects that only old releases name. STORE is such as s3://bucket/prefix;
    /// default: store in [staticc.publish].
    #[arg(long, value_name = "STORE", num_args = 0..=1, help_heading = "Output")]
    pub store: Option<Option<String>>,

    #[command(flatten)]
    pub retention: RetentionArgs,

    /// List what would be removed, and remove nothing
    #[arg(short = 'n', long, help_heading = "Output")]
    pub dry_run: bool,

    #[command(flatten)]
    pub wait: WaitArgs,

    #[command(flatten)]
    pub cache: CacheDirArgs,

    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
pub struct CacheVerbArgs {
    /// Settings file with [staticc.cache]
    ///
    /// Default: that of collect, if it exists.
    #[arg(long, value_name = "FILE", global = true)]
    pub settings: Option<PathBuf>,

    #[command(flatten)]
    pub location: CacheDirArgs,

    #[command(subcommand)]
    pub verb: CacheVerb,
}

#[derive(Debug, Subcommand)]
pub enum CacheVerb {
    /// Show where the cache is and how large it is
    Info,
    /// Remove everything, releases included
    Clear,
    /// Evict what was used least recently
    ///
    /// Releases are never evicted.
    Prune {
        /// Size to shrink to, such as "500 MB"
        ///
        /// Default: max_size in [staticc.cache], or else 2 GiB.
        #[arg(long, value_name = "SIZE")]
        max_size: Option<bytesize::ByteSize>,
    },
}

#[derive(Debug, Args)]
pub struct CollectArgs {
    #[command(flatten)]
    pub project: ProjectArgs,

    #[command(flatten)]
    pub ignore: IgnoreArgs,

    /// Do NOT prompt the user for input of any kind
    #[arg(long, visible_alias = "no-input", help_heading = "Output")]
    pub noinput: bool,

    /// Clear the existing files before trying to copy or link the original file
    ///
    /// STATIC_ROOT holds exactly the files of this run afterwards. Nothing is removed before the new
    /// files are complete.
    #[arg(short, long, help_heading = "Output")]
    pub clear: bool,

    /// Do everything except modify the file system
    #[arg(short = 'n', long, help_heading = "Output")]
    pub dry_run: bool,

    /// Make the compressed copies of fingerprinted files anew
    ///
    /// By default, a copy that is there and decodes to its file stays as it is, whatever made it,
    /// since a running server may remember its length.
    #[arg(long, help_heading = "Output")]
    pub recompress: bool,

    /// Create a symbolic link to each file instead of copying
    #[arg(short, long, help_heading = "Output")]
    pub link: bool,

    /// Do NOT post process collected files
    #[arg(long, help_heading = "Output")]
    pub no_post_process: bool,

    /// Prune old releases after collecting
    ///
    /// Does what staticc prune does, with --keep and --older-than.
    #[arg(long, help_heading = "Output")]
    pub prune: bool,

    #[command(flatten)]
    pub retention: RetentionArgs,

    /// Publish after collecting
    ///
    /// Does what staticc publish does, to store in [staticc.publish]. If it fails, the collected
    /// files stay.
    #[arg(long, help_heading = "Output")]
    pub publish: bool,

    #[command(flatten)]
    pub wait: WaitArgs,

    /// Flush files to disk before they are live
    ///
    /// A power cut then leaves STATIC_ROOT complete, as a killed run does without this flag.
    #[arg(long, hide_short_help = true)]
    pub durable: bool,

    #[command(flatten)]
    pub threads: ThreadArgs,

    #[command(flatten)]
    pub cache: CacheArgs,

    /// How files with the same bytes are written
    #[arg(long, value_enum, default_value_t = LinkModeArg::Reflink, hide_short_help = true)]
    pub link_mode: LinkModeArg,

    /// When to show a progress bar
    #[arg(long, value_enum, default_value_t = When::Auto, hide_short_help = true)]
    pub progress: When,

    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LinkModeArg {
    /// Share blocks if the file system can, copy otherwise
    Reflink,
    /// Always copy
    Copy,
    /// Make hard links, for a STATIC_ROOT in which no program writes in place
    Hardlink,
}
