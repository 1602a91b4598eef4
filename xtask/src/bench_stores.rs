//! `cargo xtask bench-stores`: measures publishing against `aws s3 sync` and django-storages, and
//! the remote cache. The tables go to `docs/benchmarks-stores.md`, unless `--only` is given.

use std::process::Command;

use clap::builder::PossibleValuesParser;

use crate::robustness::stores;
use crate::support::paths::{repository, script, work_dir};
use crate::support::process::run as run_program;
use crate::support::{cargo_install, staticc, venv};

/// The functions of `stores/bench.py` that each measure a table.
const PARTS: [&str; 3] = ["publishing", "machines", "threshold"];

#[derive(clap::Args)]
pub struct Args {
    /// Measure one part, and write no table
    #[arg(long, value_name = "PART", value_parser = PossibleValuesParser::new(PARTS))]
    only: Option<String>,
    /// How many static files are published, beside those of Django's admin
    #[arg(long, value_name = "N", default_value_t = 2400)]
    files: usize,
}

pub fn run(args: &Args) -> Result<(), String> {
    let flags = ["--version", "0.14.1", "--features", "binary"];
    let s3s_fs = cargo_install::program("s3s-fs", &flags)?;
    let aws = venv::programs("aws", &["awscli"])?.join("aws");
    run_program(
        Command::new(stores::python()?)
            .arg(script("stores/bench.py"))
            .args([staticc::binary()?, s3s_fs, aws])
            .arg(work_dir().join("bench-stores"))
            .arg(repository().join("docs/benchmarks-stores.md"))
            .arg(args.files.to_string())
            .args(&args.only),
    )
}
