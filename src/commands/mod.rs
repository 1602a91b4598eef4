//! One file for each verb, which connects the rooms. [`context`] holds what all verbs share.

pub mod cache;
pub mod check;
pub mod collect;
pub mod completions;
pub mod context;
pub mod explain;
pub mod find;
pub mod init;
pub mod man;
pub mod outcome;
pub mod prune;
pub mod publish;
pub mod releases;
pub mod schema;
pub mod verify;
pub mod verify_site;

use std::io::{self, Write as _};
use std::path::Path;

use self::context::Context;
use self::outcome::Exit;
use crate::cli::{Cli, Verb};
use crate::report::render::render;
use crate::report::streams::{eprint, output_problem};

/// Runs the verb of the command line.
pub fn run(cli: &Cli) -> Exit {
    let mut context = Context::new(&cli.verb);
    let outcome = match &cli.verb {
        Verb::Collect(args) => collect::run(&mut context, args),
        Verb::Init(args) => init::run(&mut context, args),
        Verb::Check(args) => check::run(&mut context, args),
        Verb::Find(args) => find::run(&mut context, args),
        Verb::Explain(args) => explain::run(&mut context, args),
        Verb::Verify(args) => verify::run(&mut context, args),
        Verb::Prune(args) => prune::run(&mut context, args),
        Verb::Publish(args) => publish::run(&mut context, args),
        Verb::Releases(args) => releases::run(&mut context, args),
        Verb::Cache(args) => cache::run(&mut context, args),
        Verb::Schema => schema::run(&context),
        Verb::Completions { shell } => completions::run(&context, *shell),
        Verb::Man { verb } => man::run(&context, verb),
    };
    context.finish(outcome)
}

/// Prints what clap answers instead of a verb: help, the version, or what is wrong with the
/// command line.
pub fn print_answer(answer: &clap::Error) -> Exit {
    let printed = answer.print().and_then(|()| io::stdout().flush());
    if answer.use_stderr() {
        return Exit::Usage;
    }
    match printed.err().as_ref().and_then(output_problem) {
        None => Exit::Done,
        Some(problem) => {
            eprint(&render(&problem, Path::new(""), false));
            Exit::Failed
        }
    }
}
