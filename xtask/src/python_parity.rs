//! `cargo xtask python-parity`: what staticc has of Python and of Django's
//! naming, against the real ones, on random texts biased to the nasty.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::process::{flag, script};
use crate::texts::{Case, Kind, Texts};
use crate::venv;

/// Each Python, and the newest Django that runs on it.
const PYTHONS: [(&str, &str); 3] = [("3.11", "5.2"), ("3.12", "6.1"), ("3.13", "6.1")];

/// The verb.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let number = |name, default: u64| match flag(arguments, name) {
        Some(text) => text.parse().map_err(|_| format!("{name} wants a number")),
        None => Ok(default),
    };
    let (cases, seed) = (number("--cases", 200_000)?, number("--seed", 1)?);
    let only = flag(arguments, "--python");
    crate::say("Python  cases of            number  refused by Python  explained  differences");
    let mut differences = 0;
    for (python, django) in PYTHONS {
        if only.is_none_or(|only| only == python) {
            let interpreter = venv::python_of(python, django)?;
            for kind in Kind::ALL {
                let count = compare(&interpreter, kind, cases, seed)?;
                let Count {
                    refused,
                    explained,
                    different,
                } = count;
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

/// What came of the cases of one kind.
#[derive(Default)]
struct Count {
    /// Python raises an exception: Django's collectstatic fails.
    refused: u64,
    /// Python before 3.12.4 answers otherwise, and later ones as we do.
    explained: u64,
    different: u64,
}

/// Asks one Python process.
fn compare(
    interpreter: &std::path::Path,
    kind: Kind,
    cases: u64,
    seed: u64,
) -> Result<Count, String> {
    let mut python = Command::new(interpreter)
        .arg(script("python_parity.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let (Some(questions), Some(answers)) = (python.stdin.take(), python.stdout.take()) else {
        return Err("a pipe is missing".to_owned());
    };
    // Written while answers are read, or both pipes would fill up.
    let writer = std::thread::spawn(move || {
        let mut questions = BufWriter::new(questions);
        let mut texts = Texts::new(seed);
        (0..cases).try_for_each(|_| {
            let case = texts.case(kind);
            let fields: Vec<String> = case.fields.iter().map(|field| latin1(field)).collect();
            writeln!(questions, "{}", json!([kind.name(), fields]))
        })
    });
    let mut count = Count::default();
    let mut texts = Texts::new(seed);
    for line in BufReader::new(answers).lines() {
        let case = texts.case(kind);
        let line = line.map_err(|error| error.to_string())?;
        let answers: Vec<Value> = serde_json::from_str(&line).map_err(|error| error.to_string())?;
        judge(&case, &answers, &mut count);
    }
    let written = writer.join().map_err(|_| "writing failed".to_owned())?;
    written.map_err(|error| error.to_string())?;
    let status = python.wait().map_err(|error| error.to_string())?;
    if status.success() {
        Ok(count)
    } else {
        Err(format!("Python failed ({status})"))
    }
}

/// Compares Python's answers (its own, and that of the newest Python) with
/// ours.
fn judge(case: &Case, answers: &[Value], count: &mut Count) {
    const SHOWN: u64 = 5;
    if answers.iter().any(Value::is_null) {
        count.refused += 1;
        return;
    }
    let ours: Vec<String> = case.answers().iter().map(|text| latin1(text)).collect();
    let ours = json!(ours);
    if answers[0] == ours {
        return;
    }
    if answers.contains(&ours) {
        count.explained += 1;
        return;
    }
    count.different += 1;
    if count.different <= SHOWN {
        let asked: Vec<String> = case.fields.iter().map(|field| latin1(field)).collect();
        crate::say(&format!(
            "{asked:?}\n  Python:  {}\n  staticc: {ours}",
            answers[0]
        ));
    }
}

/// Bytes as text, one character each.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
