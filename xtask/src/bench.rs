//! `cargo xtask bench`: measures staticc against Django on real packages and
//! generated trees. The table goes to `docs/benchmarks.md`, unless `--quick` or
//! `--only` is given.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use clap::builder::PossibleValuesParser;

use crate::bench_stores;
use crate::support::paths::{repository, script, work_dir};
use crate::support::process::{cargo, run};
use crate::support::venv::Environment;
use crate::support::{npm, staticc};

/// From PyPI, with their dependencies, because Django imports them.
const APPS: [&str; 3] = [
    "djangorestframework",
    "django-debug-toolbar",
    "django-tinymce",
];

/// From npm.
const NODE_PACKAGES: [&str; 5] = [
    "bootstrap",
    "leaflet",
    "swagger-ui-dist",
    "pdfjs-dist",
    "katex",
];

/// The functions of `bench.py` that each measure some rows.
const PARTS: [&str; 7] = [
    "small",
    "uncompressed",
    "scale",
    "linear",
    "huge",
    "check",
    "big",
];

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Measure staticc against Django, as ratios
    Bench(Args),
    /// Measure publishing and the remote cache against other programs
    BenchStores(bench_stores::Args),
}

impl Verb {
    pub fn run(self) -> Result<(), String> {
        match self {
            Self::Bench(args) => bench(&args),
            Self::BenchStores(args) => bench_stores::run(&args),
        }
    }
}

#[derive(clap::Args)]
pub struct Args {
    /// Leave out the large trees, and write no table
    #[arg(long)]
    quick: bool,
    /// Also measure a tree of a million files
    #[arg(long, conflicts_with = "quick")]
    full: bool,
    /// Measure one part, and write no table
    #[arg(long, value_name = "PART", value_parser = PossibleValuesParser::new(PARTS))]
    only: Option<String>,
}

fn bench(args: &Args) -> Result<(), String> {
    let extent = match (args.quick, args.full) {
        (true, _) => "quick",
        (_, true) => "full",
        _ => "usual",
    };
    let list =
        fs::read_to_string(script("bench_packages.txt")).map_err(|error| error.to_string())?;
    let files_only: Vec<&str> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "django" && !APPS.contains(name))
        .collect();
    let environment = Environment {
        without_dependencies: &files_only,
        ..Environment::with_django("bench", "6.1", &APPS)
    };
    let report = match extent {
        "quick" => work_dir().join("bench.md"),
        _ => repository().join("docs/benchmarks.md"),
    };
    run(Command::new(environment.make()?)
        .arg(script("bench.py"))
        .arg(staticc::binary()?)
        .arg(encoders()?)
        .arg(npm::packages(&NODE_PACKAGES)?)
        .arg(work_dir().join("bench"))
        .arg(report)
        .arg(extent)
        .arg(args.only.as_deref().unwrap_or_default()))
}

/// Builds `benches/encoders.rs` and returns its path.
fn encoders() -> Result<PathBuf, String> {
    let output = cargo()
        .current_dir(repository())
        .args(["bench", "--no-run", "--bench", "encoders"])
        .args(["--message-format", "json"])
        .output()
        .map_err(|error| error.to_string())?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "encoders")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned())
}
