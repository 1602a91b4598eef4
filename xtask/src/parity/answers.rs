//! Sends many questions to one Python process and compares its answers with
//! staticc's.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;

use serde_json::Value;

use crate::support::paths::script;
use crate::support::print_line;

/// How many differences are printed.
const MAX_PRINTED: u64 = 5;

pub struct Question {
    /// What the Python process gets.
    pub input: Value,
    /// What staticc answers.
    pub answer: Value,
}

/// How the answers compare.
#[derive(Default)]
pub struct Counts {
    /// Python raises an exception, as Django would.
    pub refused: u64,
    /// staticc's answer is not Python's first, but another that is allowed.
    pub explained: u64,
    pub different: u64,
}

/// Asks all questions. Python answers with a list of allowed answers, the
/// preferred one first, or with a list that holds null where it raises.
pub fn compare(
    interpreter: &Path,
    program: &str,
    questions: impl Iterator<Item = Question> + Send + 'static,
) -> Result<Counts, String> {
    let mut python = Command::new(interpreter)
        .arg(script(program))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let (Some(stdin), Some(stdout)) = (python.stdin.take(), python.stdout.take()) else {
        return Err("a pipe is missing".to_owned());
    };
    let (sender, sent) = mpsc::channel();
    // Writing and reading at the same time keeps both pipes from filling up.
    let writer = std::thread::spawn(move || {
        let mut stdin = BufWriter::new(stdin);
        for question in questions {
            writeln!(stdin, "{}", question.input)?;
            let _ = sender.send(question);
        }
        stdin.flush()
    });
    let mut counts = Counts::default();
    for (line, question) in BufReader::new(stdout).lines().zip(sent) {
        let text = line.map_err(|error| error.to_string())?;
        let answers: Vec<Value> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        counts.add(&question, &answers);
    }
    let written = writer.join().map_err(|_| "writing failed".to_owned())?;
    written.map_err(|error| error.to_string())?;
    let status = python.wait().map_err(|error| error.to_string())?;
    if status.success() {
        Ok(counts)
    } else {
        Err(format!("Python failed ({status})"))
    }
}

/// Fails if there are differences from what `reference` names.
pub fn fail_if_different(differences: u64, reference: &str) -> Result<(), String> {
    match differences {
        0 => Ok(()),
        _ => Err(format!("{differences} differences from {reference}")),
    }
}

impl Counts {
    fn add(&mut self, question: &Question, answers: &[Value]) {
        if answers.iter().any(Value::is_null) {
            self.refused += 1;
            return;
        }
        match answers.iter().position(|answer| *answer == question.answer) {
            Some(0) => {}
            Some(_) => self.explained += 1,
            None => {
                self.different += 1;
                if self.different <= MAX_PRINTED {
                    print_line(&format!(
                        "{}\n  Python:  {}\n  staticc: {}",
                        question.input, answers[0], question.answer
                    ));
                }
            }
        }
    }
}
