//! `staticc man`: manual pages, made of the help.

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::tell;
use super::{Exit, print};
use crate::cli::Cli;
use crate::model::{Code, Problem};
use crate::report::console::Console;

/// Runs the verb.
pub fn run(verb: &[String], console: &mut Console) -> Exit {
    // There would be a page for each verb's help.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let page = verb.iter().try_fold(&command, |command, word| {
        command.find_subcommand(word).ok_or(command)
    });
    match page {
        Ok(page) => {
            let man = Man::new(page.clone()).source(concat!("staticc ", env!("CARGO_PKG_VERSION")));
            let mut text = Vec::new();
            // Memory takes what it is given.
            let _ = man.render(&mut text);
            print(&text, console)
        }
        Err(command) => {
            tell(console, vec![unknown(command, &verb.join(" "))]);
            Exit::Usage
        }
    }
}

fn unknown(command: &Command, verb: &str) -> Problem {
    let verbs: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let problem = Problem::error(Code::UnknownVerb, format!("there is no verb `{verb}`"));
    match &verbs[..] {
        [] => problem,
        verbs => problem.help(format!("one of {}", verbs.join(", "))),
    }
}
