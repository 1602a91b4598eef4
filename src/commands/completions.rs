//! `staticc completions`: what lets a shell complete verbs and flags.

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use super::{Exit, print};
use crate::cli::Cli;
use crate::report::console::Console;

/// Runs the verb.
pub fn run(shell: Shell, console: &mut Console) -> Exit {
    let mut text = Vec::new();
    generate(shell, &mut Cli::command(), "staticc", &mut text);
    print(&text, console)
}
