//! `cargo xtask projects`: collects real projects with Django, with the
//! settings.toml that `init` writes, with `--settings MODULE`, and with the app
//! "staticc" in INSTALLED_APPS, and compares the results.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::builder::PossibleValuesParser;

use crate::support::paths::{repository, script, work_dir};
use crate::support::scripts::{ScriptRun, run_scripts};
use crate::support::venv::{self, Environment};
use crate::support::{process, reports, wheel};

/// A Django version, and the Pythons to run it on: the first that is installed.
struct Pair {
    django: &'static str,
    pythons: &'static [&'static str],
}

/// Together they use the oldest and the newest Python of each Django.
const PAIRS: [Pair; 4] = [
    Pair {
        django: "4.2",
        pythons: &["3.9", "3.11"],
    },
    Pair {
        django: "5.2",
        pythons: &["3.11", "3.12"],
    },
    Pair {
        django: "6.0",
        pythons: &["3.12"],
    },
    Pair {
        django: "6.1",
        pythons: &["3.13"],
    },
];

/// What the projects use: the newest releases that support the Python and the
/// Django. Old Pythons have no WhiteNoise 6.12.
const PACKAGES: [&str; 9] = [
    "whitenoise>=6.11,<6.13",
    "Brotli==1.2.*",
    "djangorestframework",
    "django-debug-toolbar",
    "django-crispy-forms",
    "django-import-export",
    "django-compressor",
    "django-environ",
    "python-decouple",
];

/// Packages of xtask/projects, installed in editable mode; each has a build
/// backend of its own.
const EDITABLE: [&str; 2] = ["acme-widgets", "acme-icons"];

/// Python works on one core for the most part.
const PARALLEL: usize = 2;

#[derive(clap::Args)]
pub struct Args {
    /// Django versions [default: all]
    #[arg(
        value_name = "DJANGO",
        value_parser = PossibleValuesParser::new(PAIRS.map(|pair| pair.django))
    )]
    versions: Vec<String>,
    /// Use the newest Django only
    #[arg(long, conflicts_with = "versions")]
    quick: bool,
}

pub fn run(args: &Args) -> Result<(), String> {
    let all = if args.quick { &PAIRS[3..] } else { &PAIRS[..] };
    let is_wanted = |pair: &&Pair| {
        args.versions.is_empty() || args.versions.iter().any(|version| version == pair.django)
    };
    let pairs: Vec<&Pair> = all.iter().filter(is_wanted).collect();
    let wheel = wheel::build()?;
    let directory = work_dir().join("projects");
    let report = |pair: &Pair| directory.join(format!("report-{}.json", pair.django));
    let failed = run_scripts(&pairs, PARALLEL, |pair| {
        let python = environment(pair, &directory)?;
        wheel::install(&python, &wheel)?;
        let mut command = Command::new(&python);
        command.arg(script("projects.py")).arg(pair.django);
        command.args([&python.with_file_name("staticc"), &directory, &report(pair)]);
        Ok(ScriptRun {
            name: pair.django,
            command,
        })
    })?;
    if !failed.is_empty() {
        let failed = failed.join(", ");
        return Err(format!(
            "the projects of Django {failed} were not completed"
        ));
    }
    let files: Vec<PathBuf> = pairs.iter().map(|pair| report(pair)).collect();
    reports::finish(&reports::read(&files)?)
}

/// Makes the environment of a pair; returns its interpreter.
fn environment(pair: &Pair, directory: &Path) -> Result<PathBuf, String> {
    // Each has a copy, because an editable install writes into it.
    let packages = directory.join("packages").join(pair.django);
    if !packages.exists() {
        fs::create_dir_all(directory.join("packages")).map_err(|error| error.to_string())?;
        let source = repository().join("xtask/projects/packages");
        process::run(Command::new("cp").arg("-R").args([&source, &packages]))?;
    }
    let python = pair
        .pythons
        .iter()
        .find(|version| venv::interpreter(version).is_ok())
        .ok_or_else(|| format!("no Python {} found", pair.pythons.join(" or ")))?;
    let name = format!("projects-{}", pair.django);
    let django = format!("Django~={}.0", pair.django);
    let mut requirements = vec![django];
    requirements.extend(PACKAGES.iter().map(ToString::to_string));
    for package in EDITABLE {
        let path = packages.join(package).display().to_string();
        requirements.extend(["-e".to_owned(), path]);
    }
    Environment {
        python,
        packages: requirements,
        ..Environment::new(&name, &[])
    }
    .make()
}
