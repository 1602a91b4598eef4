//! Verbs that interrupt runs, run many at once, and feed staticc malformed input.

mod cargo_fuzz;
mod crash;
mod crowd;
mod live;
mod serve;
mod served;
pub mod stores;

use std::path::PathBuf;

use crate::support::paths::work_dir;

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Kill runs, and make them fail, at every system call that writes
    Crash(crash::Args),
    /// Read a site while releases are collected into it
    Live(live::Args),
    #[command(hide = true)]
    /// Read a site until told to stop; `live` starts this verb
    LiveReader(live::ReaderArgs),
    /// Ask running servers for files while these are collected again
    Served(served::Args),
    /// Serve a project with WhiteNoise, nginx and Apache, and verify it at its URL
    Serve(serve::Args),
    /// Publish to servers of S3 and Azure, and read the objects back
    Stores(stores::Args),
    /// Start 20 runs at once
    Crowd(crowd::Args),
    /// Run the targets of fuzz/ with libFuzzer
    Fuzz(cargo_fuzz::Args),
}

impl Verb {
    pub fn run(self) -> Result<(), String> {
        match self {
            Self::Crash(args) => crash::run(&args),
            Self::Live(args) => live::run(&args),
            Self::LiveReader(args) => {
                live::read(&args);
                Ok(())
            }
            Self::Served(args) => served::run(&args),
            Self::Serve(args) => serve::run(&args),
            Self::Stores(args) => stores::run(&args),
            Self::Crowd(args) => crowd::run(&args),
            Self::Fuzz(args) => cargo_fuzz::run(&args),
        }
    }
}

/// Where a verb makes its trees.
#[derive(clap::Args)]
struct DirectoryArgs {
    /// Directory for the trees of this verb [default: target/xtask]
    ///
    /// In a directory in memory, such as below /dev/shm, files are made faster.
    #[arg(long = "in", value_name = "DIR")]
    parent: Option<PathBuf>,
}

impl DirectoryArgs {
    fn directory(&self, verb: &str) -> PathBuf {
        self.parent.clone().unwrap_or_else(work_dir).join(verb)
    }
}
