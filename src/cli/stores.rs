//! Defines the flags of the verbs that work with an object store. Does not know what they do.

use clap::Args;

use super::groups::{OutputArgs, ProjectArgs, WaitArgs, When};

#[derive(Debug, Args)]
pub struct PublishArgs {
    /// Store to publish to, such as s3://bucket/prefix
    ///
    /// Also az://container/prefix, gs://bucket/prefix and file:///directory. Default: store in
    /// [staticc.publish]. Credentials come from the environment.
    #[arg(value_name = "STORE")]
    pub store: Option<String>,

    #[command(flatten)]
    pub project: ProjectArgs,

    /// List what would be sent, and send nothing
    ///
    /// Reads the current release in the store.
    #[arg(short = 'n', long, help_heading = "Output")]
    pub dry_run: bool,

    /// Make an earlier release the current one
    ///
    /// RELEASE is its number or its name; default: the release before the current one. Names
    /// without a fingerprint get its contents again, from the store itself. STATIC_ROOT is not
    /// read.
    #[arg(long, value_name = "RELEASE", num_args = 0..=1, require_equals = true, help_heading = "Output")]
    pub rollback: Option<Option<String>>,

    /// Read the store first, and send what is missing or differs
    ///
    /// Compares the bytes and headers of all objects of the current release, as
    /// staticc verify --store does.
    #[arg(long, conflicts_with = "rollback", help_heading = "Output")]
    pub verify: bool,

    /// Print the URLs that a CDN has to purge, one on each line
    ///
    /// These are names without a fingerprint whose content changed, below STATIC_URL. All other
    /// output goes to standard error.
    #[arg(long, help_heading = "Output")]
    pub paths: bool,

    /// Number of requests at a time
    ///
    /// Default: jobs in [staticc.publish], or else 32.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Output")]
    pub jobs: Option<u16>,

    #[command(flatten)]
    pub wait: WaitArgs,

    /// When to show a progress bar
    #[arg(long, value_enum, default_value_t = When::Auto, hide_short_help = true, help_heading = "Reporting")]
    pub progress: When,

    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
pub struct ReleasesArgs {
    /// Store with the releases, such as s3://bucket/prefix
    ///
    /// Default: store in [staticc.publish].
    #[arg(value_name = "STORE")]
    pub store: Option<String>,

    #[command(flatten)]
    pub project: ProjectArgs,

    /// Number of releases to list, the newest ones
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..), help_heading = "Output")]
    pub limit: u16,

    #[command(flatten)]
    pub output: OutputArgs,
}
