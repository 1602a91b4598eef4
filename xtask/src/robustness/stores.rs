//! `cargo xtask stores`: publishes to moto, a server that speaks S3, and reads the objects
//! back with boto3.

use std::process::Command;

use super::DirectoryArgs;
use crate::support::paths::script;
use crate::support::process::run as run_program;
use crate::support::staticc;
use crate::support::venv::Environment;

const PACKAGES: [&str; 2] = ["moto[server]==5.2.5", "boto3"];

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    directory: DirectoryArgs,
}

pub fn run(args: &Args) -> Result<(), String> {
    let binary = staticc::binary()?;
    let python = Environment::new("stores", &PACKAGES).make()?;
    let directory = args.directory.directory("stores");
    run_program(
        Command::new(python)
            .arg(script("stores.py"))
            .args([&binary, &directory]),
    )
}
