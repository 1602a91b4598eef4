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
pub mod schema;
pub mod verify;

use self::context::Context;
use self::outcome::Exit;
use crate::cli::{Cli, Verb};

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
        Verb::Cache(args) => cache::run(&mut context, args),
        Verb::Schema => schema::run(&context),
        Verb::Completions { shell } => completions::run(&context, *shell),
        Verb::Man { verb } => man::run(&context, verb),
    };
    context.finish(outcome)
}
