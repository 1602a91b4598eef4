//! `cargo xtask python-parity`: compares the parts of Python and of Django's
//! naming that staticc implements with the originals, on random texts full of
//! special characters.

use clap::builder::PossibleValuesParser;
use serde_json::json;

use super::answers::{Question, compare, fail_if_different};
use super::text_generator::{Kind, TextGenerator};
use crate::support::print_line;
use crate::support::venv::Environment;

/// A Python, and a Django that supports it.
struct Pair {
    python: &'static str,
    django: &'static str,
}

/// The oldest and the newest Django are among them.
const PAIRS: [Pair; 3] = [
    Pair {
        python: "3.11",
        django: "4.2",
    },
    Pair {
        python: "3.12",
        django: "6.1",
    },
    Pair {
        python: "3.13",
        django: "6.1",
    },
];

#[derive(clap::Args)]
pub struct Args {
    /// Number of random cases of each kind
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    cases: u64,
    /// Seed of the random cases
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Python version [default: all]
    #[arg(
        long,
        value_name = "X.Y",
        value_parser = PossibleValuesParser::new(PAIRS.map(|pair| pair.python))
    )]
    python: Option<String>,
}

pub fn run(args: &Args) -> Result<(), String> {
    let Args { cases, seed, .. } = *args;
    let only = args.python.as_deref();
    print_line("Python  cases of            number  refused by Python  explained  differences");
    let mut differences = 0;
    for Pair { python, django } in PAIRS {
        if only.is_some_and(|only| only != python) {
            continue;
        }
        let name = format!("python-{python}");
        let environment = Environment {
            python,
            ..Environment::with_django(&name, django, &[])
        };
        let interpreter = environment.make()?;
        for kind in Kind::ALL {
            let counts = compare(
                &interpreter,
                "python_parity.py",
                questions(kind, cases, seed),
            )?;
            print_line(&format!(
                "{python:<7} {:<16} {cases:>9} {:>18} {:>10} {:>12}",
                kind.name(),
                counts.refused,
                counts.explained,
                counts.different,
            ));
            differences += counts.different;
        }
    }
    fail_if_different(differences, "Python")
}

fn questions(kind: Kind, cases: u64, seed: u64) -> impl Iterator<Item = Question> {
    let mut texts = TextGenerator::new(seed);
    (0..cases).map(move |_| {
        let case = texts.case(kind);
        Question {
            input: json!([kind.name(), to_latin1(&case.fields)]),
            answer: json!(to_latin1(&case.answers())),
        }
    })
}

/// Bytes as text, one character for each byte.
fn to_latin1(texts: &[Vec<u8>]) -> Vec<String> {
    let text = |bytes: &Vec<u8>| bytes.iter().copied().map(char::from).collect();
    texts.iter().map(text).collect()
}
