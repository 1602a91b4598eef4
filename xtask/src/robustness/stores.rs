//! `cargo xtask stores`: publishes to servers that speak S3, Azure and Google Cloud Storage, and
//! reads the objects back with libraries of others.

use std::path::PathBuf;
use std::process::Command;

use super::DirectoryArgs;
use crate::support::npm;
use crate::support::paths::{repository, script};
use crate::support::process::run as run_program;
use crate::support::staticc;
use crate::support::venv::{DJANGO, Environment};

/// Servers, their own clients, the hash of releases, and the other way to publish from Django.
const PACKAGES: [&str; 8] = [
    "moto[server]==5.2.5",
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
    let python = python()?;
    let directory = args.directory.directory("stores");
    let azurite = npm::packages(&["azurite"])?.join(".bin/azurite-blob");
    let tests = repository().join("tests/python/test_object_stores.py");
    run_program(Command::new(&python).arg(tests))?;
    run_program(
        Command::new(python)
            .arg(script("stores/main.py"))
            .args(args.quick.then_some("--quick"))
            .args([&binary, &directory, &azurite]),
    )
}

/// Makes the environment of the scripts in `python/stores`; returns its interpreter.
pub fn python() -> Result<PathBuf, String> {
    let newest = DJANGO[DJANGO.len() - 1];
    Environment::with_django("stores", newest, &PACKAGES).make()
}
