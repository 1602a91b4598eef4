//! `staticc completions` and `staticc man`, which print what the flags are.

use std::io::Write as _;
use std::process::{Command, Stdio};

use clap::CommandFactory as _;

use crate::support::project::Project;

/// The output of a run with these arguments.
fn printed(arguments: &[&str]) -> String {
    let project = Project::new();
    project.verb(arguments).success().empty_stderr().out
}

fn verbs(command: &clap::Command) -> impl Iterator<Item = &clap::Command> {
    command.get_subcommands()
}

#[test]
fn completions_know_every_verb_in_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = printed(&["completions", shell]);
        for verb in verbs(&staticc::cli::Cli::command()) {
            let verb = verb.get_name();
            assert!(text.contains(verb), "{shell} does not know {verb}");
        }
        assert!(text.contains("no-default-ignore"), "{shell}");
        assert_parsed(shell, &text);
    }
}

/// Asks the shell, where it is there.
fn assert_parsed(shell: &str, text: &str) {
    let flags = match shell {
        "bash" | "zsh" => "-n",
        "fish" => "--no-execute",
        _ => return,
    };
    let mut command = Command::new(shell);
    let Ok(mut child) = command.arg(flags).stdin(Stdio::piped()).spawn() else {
        return;
    };
    let mut input = child.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    assert!(child.wait().unwrap().success(), "{shell}");
}

#[test]
fn manual_pages_describe_every_verb_and_flag() {
    let command = staticc::cli::Cli::command();
    let page = printed(&["man"]);
    for verb in verbs(&command) {
        let name = verb.get_name();
        assert!(page.contains(&format!("staticc\\-{name}(1)")), "{name}");
        assert_whole(verb, &[name]);
        for inner in verbs(verb) {
            assert_whole(inner, &[name, inner.get_name()]);
        }
    }
}

/// Every flag has its place in the page.
fn assert_whole(verb: &clap::Command, words: &[&str]) {
    let page = printed(&[&["man"], words].concat());
    let title = format!(".TH staticc-{} 1 ", words.join("-"));
    assert!(page.contains(&title), "{title}\n{page}");
    for argument in verb
        .get_arguments()
        .filter(|argument| !argument.is_hide_set())
    {
        let long = argument.get_long();
        let long = long.map(|long| format!("\\-\\-{}", long.replace('-', "\\-")));
        let value = || Some(argument.get_value_names()?.first()?.to_string());
        let name = long.or_else(value);
        let name = name.unwrap_or_else(|| argument.get_id().to_string());
        assert!(page.contains(&name), "{words:?} has no {name}\n{page}");
    }
}

#[test]
fn manual_page_of_an_unknown_verb_is_an_error() {
    let project = Project::new();
    for (words, help) in [
        (
            &["man", "colect"][..],
            "help: one of collect, init, check, ",
        ),
        (
            &["man", "cache", "empty"],
            "help: one of info, clear, prune",
        ),
        (
            &["man", "verify", "all"],
            "error: there is no verb `verify all`",
        ),
    ] {
        let outcome = project.verb(words).failure(2).stderr([help]);
        assert_eq!(outcome.out, "");
    }
}
