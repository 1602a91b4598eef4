//! `cargo xtask python-parity`: what staticc has of Python and of Django's
//! naming, against the real ones, on random texts biased to the nasty.

use serde_json::json;

use crate::ask::{Count, Question, compare, number};
use crate::process::flag;
use crate::texts::{Kind, Texts};
use crate::venv;

/// Each Python, and the oldest or the newest Django.
const PYTHONS: [(&str, &str); 3] = [("3.11", "4.2"), ("3.12", "6.1"), ("3.13", "6.1")];

/// The verb.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let cases = number(arguments, "--cases", 200_000)?;
    let seed = number(arguments, "--seed", 1)?;
    let only = flag(arguments, "--python");
    crate::say("Python  cases of            number  refused by Python  explained  differences");
    let mut differences = 0;
    for (python, django) in PYTHONS {
        if only.is_none_or(|only| only == python) {
            let interpreter = venv::python_of(python, django)?;
            for kind in Kind::ALL {
                let Count {
                    refused,
                    explained,
                    different,
                } = compare(
                    &interpreter,
                    "python_parity.py",
                    questions(kind, cases, seed),
                )?;
                crate::say(&format!(
                    "{python:<7} {:<16} {cases:>9} {refused:>18} {explained:>10} {different:>12}",
                    kind.name()
                ));
                differences += different;
            }
        }
    }
    match differences {
        0 => Ok(()),
        _ => Err(format!("{differences} differences from Python")),
    }
}

/// Questions of one kind; Python also says what the newest Python does.
fn questions(kind: Kind, cases: u64, seed: u64) -> impl Iterator<Item = Question> {
    let mut texts = Texts::new(seed);
    (0..cases).map(move |_| {
        let case = texts.case(kind);
        Question {
            asked: json!([kind.name(), latin1(&case.fields)]),
            ours: json!(latin1(&case.answers())),
        }
    })
}

/// Bytes as text, one character each.
fn latin1(texts: &[Vec<u8>]) -> Vec<String> {
    let text = |bytes: &Vec<u8>| bytes.iter().copied().map(char::from).collect();
    texts.iter().map(text).collect()
}
