//! `cargo xtask`: the checks and tools that need more than `cargo test`, such as
//! real Django, strace or pre-commit. Each verb installs what it needs below
//! `target/xtask`.

mod bench;
mod bench_stores;
mod docs;
mod packaging;
mod parity;
mod robustness;
mod support;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

/// Check staticc, measure it and make its documentation
///
/// Each verb installs what it needs below target/xtask.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    #[command(flatten)]
    Parity(parity::Verb),
    #[command(flatten)]
    Robustness(robustness::Verb),
    #[command(flatten)]
    Packaging(packaging::Verb),
    #[command(flatten)]
    Bench(bench::Verb),
    #[command(flatten)]
    Docs(docs::Verb),
}

/// Adds the verbs of one group to a command.
type AddVerbs = fn(clap::Command) -> clap::Command;

/// The headings under which `--help` lists the verbs.
const GROUPS: [(&str, AddVerbs); 5] = [
    (
        "Comparing with Django and Python",
        parity::Verb::augment_subcommands,
    ),
    ("Robustness", robustness::Verb::augment_subcommands),
    ("Packaging", packaging::Verb::augment_subcommands),
    ("Measuring", bench::Verb::augment_subcommands),
    ("Documentation", docs::Verb::augment_subcommands),
];

fn main() -> ExitCode {
    let matches = command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let result = match cli.verb {
        Verb::Parity(verb) => verb.run(),
        Verb::Robustness(verb) => verb.run(),
        Verb::Packaging(verb) => verb.run(),
        Verb::Bench(verb) => verb.run(),
        Verb::Docs(verb) => verb.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            support::print_line(&message);
            ExitCode::FAILURE
        }
    }
}

/// The command line, whose help lists the verbs by group.
fn command() -> clap::Command {
    let groups: String = GROUPS.into_iter().map(list_group).collect();
    Cli::command().help_template(format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\n{groups}Options:\n{{options}}"
    ))
}

/// A heading, and a line for each verb under it.
fn list_group((heading, add_verbs): (&str, AddVerbs)) -> String {
    let group = add_verbs(clap::Command::new("group"));
    let mut lines = vec![format!("{heading}:\n")];
    for verb in group.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        let about = verb.get_about().map(ToString::to_string);
        let sentence = about.unwrap_or_default();
        lines.push(format!("  {:<16} {sentence}\n", verb.get_name()));
    }
    lines.push("\n".to_owned());
    lines.concat()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }

    #[test]
    fn help_lists_each_verb_with_a_sentence() {
        let help = super::command().render_help().to_string();
        for verb in super::command().get_subcommands() {
            let listed = help.contains(&format!("\n  {} ", verb.get_name()));
            assert_eq!(listed, !verb.is_hide_set(), "{}", verb.get_name());
            assert!(verb.get_about().is_some(), "{}", verb.get_name());
        }
    }
}
