//! Asks one Python process many questions, and compares its answers with
//! ours.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;

use serde_json::Value;

use crate::process::{flag, script};

/// One question.
pub struct Question {
    /// What Python gets.
    pub asked: Value,
    /// What staticc says.
    pub ours: Value,
}

/// What came of the questions.
#[derive(Default)]
pub struct Count {
    /// Python raises an exception, as Django would.
    pub refused: u64,
    /// Ours is not Python's first answer but another that it allows.
    pub explained: u64,
    pub different: u64,
}

/// Asks; an answer is a list of allowed answers, the first preferred, or
/// holds null where Python raises.
pub fn compare(
    interpreter: &Path,
    program: &str,
    questions: impl Iterator<Item = Question> + Send + 'static,
) -> Result<Count, String> {
    let mut python = Command::new(interpreter)
        .arg(script(program))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let (Some(asked), Some(answers)) = (python.stdin.take(), python.stdout.take()) else {
        return Err("a pipe is missing".to_owned());
    };
    let (sender, waiting) = mpsc::channel();
    // Written while answers are read, or both pipes would fill up.
    let writer = std::thread::spawn(move || {
        let mut asked = BufWriter::new(asked);
        for question in questions {
            writeln!(asked, "{}", question.asked)?;
            let _ = sender.send(question);
        }
        asked.flush()
    });
    let mut count = Count::default();
    for (line, question) in BufReader::new(answers).lines().zip(waiting) {
        let line = line.map_err(|error| error.to_string())?;
        let answers: Vec<Value> = serde_json::from_str(&line).map_err(|error| error.to_string())?;
        judge(&question, &answers, &mut count);
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

fn judge(question: &Question, answers: &[Value], count: &mut Count) {
    const SHOWN: u64 = 5;
    if answers.iter().any(Value::is_null) {
        count.refused += 1;
        return;
    }
    match answers.iter().position(|answer| *answer == question.ours) {
        Some(0) => {}
        Some(_) => count.explained += 1,
        None => {
            count.different += 1;
            if count.different <= SHOWN {
                crate::say(&format!(
                    "{}\n  Python:  {}\n  staticc: {}",
                    question.asked, answers[0], question.ours
                ));
            }
        }
    }
}

/// The number after a flag.
pub fn number(arguments: &[String], name: &str, default: u64) -> Result<u64, String> {
    match flag(arguments, name) {
        Some(text) => text.parse().map_err(|_| format!("{name} wants a number")),
        None => Ok(default),
    }
}
