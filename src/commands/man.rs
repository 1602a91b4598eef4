//! `staticc man`: prints manual pages, made from the help texts.

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::context::Context;
use super::outcome::{Exit, Failure, Outcome};
use crate::cli::Cli;
use crate::model::{Code, Problem};

pub fn run(context: &Context, verb: &[String]) -> Outcome {
    // Without the help subcommand there is no page for the help of each verb.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let found = verb.iter().try_fold(&command, |command, word| {
        command.find_subcommand(word).ok_or(command)
    });
    let command = found.map_err(|parent| Failure::usage(unknown_verb(parent, &verb.join(" "))))?;
    let man = Man::new(command.clone()).source(concat!("staticc ", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    // Writing to memory cannot fail.
    let _ = man.render(&mut page);
    context.console.print(&page);
    Ok(Exit::Done)
}

fn unknown_verb(parent: &Command, verb: &str) -> Problem {
    let verbs: Vec<&str> = parent.get_subcommands().map(Command::get_name).collect();
    let problem = Problem::error(Code::UnknownVerb, format!("there is no verb `{verb}`"));
    if verbs.is_empty() {
        problem
    } else {
        problem.help(format!("one of {}", verbs.join(", ")))
    }
}
