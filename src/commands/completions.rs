//! `staticc completions`: prints a script with which a shell completes verbs and flags.

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use super::context::Context;
use super::outcome::{Exit, Outcome};
use crate::cli::Cli;

pub fn run(context: &Context, shell: Shell) -> Outcome {
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "staticc", &mut script);
    context.console.print(&script);
    Ok(Exit::Done)
}
