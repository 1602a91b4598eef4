//! `cargo xtask serve`: serves a project with WhiteNoise, nginx and Apache, and lets `staticc
//! verify URL` look at each: with the configurations of the documentation, and with worse ones.

use std::path::Path;
use std::process::Command;

use super::DirectoryArgs;
use crate::support::paths::{repository, script};
use crate::support::process::run as run_program;
use crate::support::staticc;
use crate::support::venv::{DJANGO, Environment};

/// The servers, by their programs and by the Debian packages that have these.
const SERVERS: [(&str, &[&str]); 2] = [
    (
        "/usr/sbin/nginx",
        &["nginx-light", "libnginx-mod-http-brotli-static"],
    ),
    ("/usr/sbin/apache2", &["apache2-bin", "media-types"]),
];

#[derive(clap::Args)]
pub struct Args {
    /// Leave out Apache
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    directory: DirectoryArgs,
}

pub fn run(args: &Args) -> Result<(), String> {
    let binary = staticc::binary()?;
    let newest = DJANGO[DJANGO.len() - 1];
    let python = Environment::with_django("serve", newest, &["gunicorn==23.*"]).make()?;
    let count = if args.quick { 1 } else { SERVERS.len() };
    for (program, packages) in &SERVERS[..count] {
        install(program, packages)?;
    }
    run_program(
        Command::new(python)
            .arg(script("serve/main.py"))
            .args(args.quick.then_some("--quick"))
            .args([&binary, &args.directory.directory("serve"), &repository()]),
    )
}

/// Installs Debian packages unless the program is there.
fn install(program: &str, packages: &[&str]) -> Result<(), String> {
    if Path::new(program).exists() {
        return Ok(());
    }
    let options = ["install", "--yes", "--quiet", "--no-install-recommends"];
    let by_user = run_program(Command::new("apt-get").args(options).args(packages));
    by_user.or_else(|_| {
        let mut command = Command::new("sudo");
        run_program(command.arg("apt-get").args(options).args(packages))
    })
}
