//! `cargo xtask serve`: serves a project by the recipes that `staticc recipe` prints, and lets
//! `staticc verify URL` look at each server: with its recipe, and with worse configurations.

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

/// What runs Django: of all runs, and of complete ones.
const QUICK_PACKAGES: [&str; 3] = ["gunicorn==23.*", "starlette==1.*", "uvicorn[standard]==0.*"];
const PACKAGES: [&str; 7] = [
    QUICK_PACKAGES[0],
    QUICK_PACKAGES[1],
    QUICK_PACKAGES[2],
    "daphne==4.*",
    "hypercorn==0.*",
    "servestatic==4.*",
    "uwsgi==2.*",
];

#[derive(clap::Args)]
pub struct Args {
    /// Leave out Apache and most servers of Python
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    directory: DirectoryArgs,
}

pub fn run(args: &Args) -> Result<(), String> {
    let binary = staticc::binary()?;
    let newest = DJANGO[DJANGO.len() - 1];
    let (name, packages) = if args.quick {
        ("serve-quick", &QUICK_PACKAGES[..])
    } else {
        ("serve", &PACKAGES[..])
    };
    let python = Environment::with_django(name, newest, packages).make()?;
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
