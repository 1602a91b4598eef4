//! Turns the command line into a verb, and the verb's result into an exit status.

use std::process::ExitCode;

use clap::Parser as _;
use staticc::cli::Cli;

fn main() -> ExitCode {
    let exit = match Cli::try_parse() {
        Ok(cli) => staticc::commands::run(&cli),
        Err(answer) => staticc::commands::print_answer(&answer),
    };
    exit.into()
}
