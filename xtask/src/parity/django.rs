//! `cargo xtask parity` and `cargo xtask fuzz-parity`: each starts a Python
//! script for each Django version, which compares staticc with Django.

use std::path::PathBuf;
use std::process::Command;

use clap::builder::PossibleValuesParser;

use crate::support::paths::{script, work_dir};
use crate::support::process::run;
use crate::support::scripts::{ScriptRun, run_scripts};
use crate::support::venv::{self, DJANGO, Environment};
use crate::support::{npm, print_line, reports, staticc};

/// From PyPI.
const PACKAGES: [&str; 7] = [
    "djangorestframework",
    "django-debug-toolbar",
    "django-unfold",
    "django-import-export",
    "drf-spectacular-sidecar",
    "django-silk",
    "django-tinymce",
];

/// From npm.
const NODE_PACKAGES: [&str; 3] = ["bootstrap", "leaflet", "swagger-ui-dist"];

/// Django works on one core for the most part.
const PARALLEL: usize = 2;

#[derive(clap::Args)]
pub struct PackageArgs {
    /// Django versions [default: all]
    #[arg(value_name = "DJANGO", value_parser = PossibleValuesParser::new(DJANGO))]
    versions: Vec<String>,
    /// Compare with the newest Django only
    #[arg(long, conflicts_with = "versions")]
    quick: bool,
}

#[derive(clap::Args)]
pub struct RandomTreeArgs {
    /// Seconds to spend on each version
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u64,
    /// Django version [default: all]
    #[arg(long, value_name = "X.Y", value_parser = PossibleValuesParser::new(DJANGO))]
    django: Option<String>,
    /// Seed of the random trees
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub fn compare_packages(args: &PackageArgs) -> Result<(), String> {
    let all = if args.quick {
        &DJANGO[5..]
    } else {
        &DJANGO[..]
    };
    let is_wanted = |django: &&str| {
        args.versions.is_empty() || args.versions.iter().any(|version| version == django)
    };
    let versions: Vec<&str> = all.iter().copied().filter(is_wanted).collect();
    let binary = staticc::binary()?;
    let node_modules = npm::packages(&NODE_PACKAGES)?;
    let python = |django: &str| {
        let name = format!("parity-{django}");
        Environment::with_django(&name, django, &PACKAGES).make()
    };
    let report = |django: &str| work_dir().join(format!("parity-{django}.json"));
    let failed = run_scripts(&versions, PARALLEL, |&django| {
        let mut command = Command::new(python(django)?);
        command.arg(script("parity.py")).arg(django).arg(&binary);
        command.args([&node_modules, &work_dir().join("parity"), &report(django)]);
        Ok(ScriptRun {
            name: django,
            command,
        })
    })?;
    if !failed.is_empty() {
        let failed = failed.join(", ");
        return Err(format!(
            "the comparison with Django {failed} was not completed"
        ));
    }
    for django in &versions {
        let mut command = Command::new(python(django)?);
        run(command
            .arg(script("find_parity.py"))
            .arg(django)
            .arg(&binary))?;
    }
    let files: Vec<PathBuf> = versions.iter().map(|django| report(django)).collect();
    let all_reports = reports::read(&files)?;
    print_sizes(&all_reports);
    reports::finish(&all_reports)
}

/// Prints a table of the compressed copies' sizes.
fn print_sizes(reports: &[serde_json::Value]) {
    print_line(
        "\nsizes in bytes           Django     .br WhiteNoise     .br staticc  ratio     .gz WhiteNoise     .gz staticc  ratio",
    );
    for report in reports {
        for row in report["sizes"].as_array().into_iter().flatten() {
            print_line(row.as_str().unwrap_or_default());
        }
    }
    print_line("");
}

pub fn compare_random_trees(args: &RandomTreeArgs) -> Result<(), String> {
    let only = args.django.as_deref();
    let is_wanted = |django: &&str| only.is_none_or(|only| only == *django);
    let versions: Vec<&str> = DJANGO.into_iter().filter(is_wanted).collect();
    let binary = staticc::binary()?;
    let failed = run_scripts(&versions, versions.len(), |&django| {
        let mut command = Command::new(venv::django_python(django)?);
        command.arg(script("random_trees.py")).arg(django);
        command.args([args.seconds.to_string(), args.seed.to_string()]);
        command.args([&binary, &work_dir().join("fuzz")]);
        command.env("XDG_CACHE_HOME", work_dir().join("cache"));
        Ok(ScriptRun {
            name: django,
            command,
        })
    })?;
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("differences with Django {}", failed.join(", ")))
    }
}
