//! `cargo xtask stores`: publishes to servers that speak S3, Azure and Google Cloud Storage, and
//! reads the objects back with libraries of others.

use std::panic::resume_unwind;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Instant;

use super::DirectoryArgs;
use crate::support::npm;
use crate::support::paths::{repository, script};
use crate::support::print_line;
use crate::support::process::run as run_program;
use crate::support::staticc;
use crate::support::venv::{DJANGO, Environment};

/// Servers, their own clients, the hash of releases, and the other way to publish from Django.
const PACKAGES: [&str; 10] = [
    // What moto's server needs for S3. `moto[server]` needs three times as many packages.
    "moto[s3]==5.2.5",
    "flask",
    "flask-cors",
    "boto3",
    "azure-storage-blob",
    "gcp-storage-emulator==2026.7.19",
    "google-cloud-storage",
    // The emulator imports it.
    "setuptools<81",
    "blake3",
    "django-storages[azure,google,s3]==1.14.6",
];

#[derive(clap::Args)]
pub struct Args {
    /// Let fewer requests fail
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    directory: DirectoryArgs,
}

pub fn run(args: &Args) -> Result<(), String> {
    let binary = staticc::binary()?;
    let directory = args.directory.directory("stores");
    let (python, azurite) = timed("installing what the checks need", install)?;
    let tests = repository().join("tests/python/test_object_stores.py");
    timed("the tests of the Django app", || {
        run_program(Command::new(&python).arg(tests))
    })?;
    run_program(
        Command::new(python)
            .arg(script("stores/main.py"))
            .args(args.quick.then_some("--quick"))
            .args([&binary, &directory, &azurite]),
    )
}

/// Returns the interpreter of the scripts, and the server that speaks Azure.
fn install() -> Result<(PathBuf, PathBuf), String> {
    thread::scope(|scope| {
        let npm = scope.spawn(|| npm::packages(&["azurite"]));
        let python = python()?;
        let modules = npm.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        Ok((python, modules.join(".bin/azurite-blob")))
    })
}

/// Prints how long a part of the run takes.
fn timed<T>(name: &str, part: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let start = Instant::now();
    let result = part()?;
    print_line(&format!("{name}: {:.1} s", start.elapsed().as_secs_f64()));
    Ok(result)
}

/// Makes the environment of the scripts in `python/stores`; returns its interpreter.
pub fn python() -> Result<PathBuf, String> {
    let newest = DJANGO[DJANGO.len() - 1];
    Environment {
        // Most modules of the clouds' libraries are never imported.
        is_compiled: false,
        ..Environment::with_django("stores", newest, &PACKAGES)
    }
    .make()
}
