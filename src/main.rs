//! Turns the command line into a verb, and the verb's result into an exit status.

use std::process::ExitCode;

use clap::Parser as _;
use staticc::cli::Cli;

fn main() -> ExitCode {
    staticc::commands::run(&Cli::parse()).into()
}
