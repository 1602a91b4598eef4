//! `cargo xtask stores`: publishes to moto, a server that speaks S3, and to azurite, one that
//! speaks Azure, and reads the objects back with boto3 and Azure's library.

use std::process::Command;

use super::DirectoryArgs;
use crate::support::npm;
use crate::support::paths::script;
use crate::support::process::run as run_program;
use crate::support::staticc;
use crate::support::venv::Environment;

const PACKAGES: [&str; 3] = ["moto[server]==5.2.5", "boto3", "azure-storage-blob"];

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    directory: DirectoryArgs,
}

pub fn run(args: &Args) -> Result<(), String> {
    let binary = staticc::binary()?;
    let python = Environment::new("stores", &PACKAGES).make()?;
    let directory = args.directory.directory("stores");
    let azurite = npm::packages(&["azurite"])?.join(".bin/azurite-blob");
    run_program(
        Command::new(python)
            .arg(script("stores.py"))
            .args([&binary, &directory, &azurite]),
    )
}
