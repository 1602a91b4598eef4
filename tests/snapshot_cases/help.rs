//! The help of every verb, in its short and its long form.

use clap::CommandFactory as _;
use staticc::cli::Cli;

use crate::support::project::staticc;

/// A verb with the verbs above it, as in `["cache", "prune"]`. Without any it is the
/// program itself.
type Verb = Vec<String>;

/// The forms of help by their names in the snapshots.
#[derive(Clone, Copy)]
pub enum Form {
    Short,
    Long,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
        }
    }

    fn flag(self) -> &'static str {
        match self {
            Self::Short => "-h",
            Self::Long => "--help",
        }
    }
}

/// Each verb in each form.
pub fn pages() -> Vec<(Verb, Form)> {
    let forms = |verb: Verb| [Form::Short, Form::Long].map(|form| (verb.clone(), form));
    verbs().into_iter().flat_map(forms).collect()
}

fn verbs() -> Vec<Verb> {
    fn collect(command: &clap::Command, verb: &[String], verbs: &mut Vec<Verb>) {
        verbs.push(verb.to_vec());
        for inner in command.get_subcommands() {
            let mut name = verb.to_vec();
            name.push(inner.get_name().to_owned());
            collect(inner, &name, verbs);
        }
    }
    let mut verbs = Vec::new();
    collect(&Cli::command(), &[], &mut verbs);
    verbs
}

/// The path of the help's snapshot, below `tests/snapshots`.
pub fn snapshot_name(verb: &[String], form: Form) -> String {
    let words = std::iter::once("staticc").chain(verb.iter().map(String::as_str));
    format!(
        "help/{}.{}",
        words.collect::<Vec<_>>().join("-"),
        form.name()
    )
}

pub fn help(verb: &[String], form: Form) -> String {
    let output = staticc().args(verb).arg(form.flag()).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}
