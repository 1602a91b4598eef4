//! `cargo xtask served`: asks gunicorn with WhiteNoise, and with ServeStatic, for all
//! fingerprinted files, while staticc and Django collect into the tree that it serves.

use std::process::Command;

use clap::builder::PossibleValuesParser;

use super::DirectoryArgs;
use crate::support::paths::script;
use crate::support::process::run as run_program;
use crate::support::venv::{DJANGO, Environment};
use crate::support::{print_line, staticc};

/// Beside Django and WhiteNoise.
const SERVERS: [&str; 2] = ["gunicorn==23.*", "servestatic"];

/// The oldest and the newest Django.
const VERSIONS: [&str; 2] = [DJANGO[0], DJANGO[DJANGO.len() - 1]];

#[derive(clap::Args)]
pub struct Args {
    /// Django version [default: the oldest and the newest]
    #[arg(long, value_name = "X.Y", value_parser = PossibleValuesParser::new(DJANGO))]
    django: Option<String>,
    /// Use the newest Django only
    #[arg(long, conflicts_with = "django")]
    quick: bool,
    #[command(flatten)]
    directory: DirectoryArgs,
}

pub fn run(args: &Args) -> Result<(), String> {
    let binary = staticc::binary()?;
    let versions = match &args.django {
        Some(version) => vec![version.as_str()],
        None if args.quick => VERSIONS[1..].to_vec(),
        None => VERSIONS.to_vec(),
    };
    for django in versions {
        print_line(&format!("Django {django}"));
        let name = format!("served-{django}");
        let python = Environment::with_django(&name, django, &SERVERS).make()?;
        let directory = args.directory.directory("served");
        run_program(
            Command::new(python)
                .arg(script("served.py"))
                .args([&binary, &directory]),
        )?;
    }
    Ok(())
}
