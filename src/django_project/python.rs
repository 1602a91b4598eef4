//! Asks a project's own Python: which one it is, where manage.py is, running
//! the script. Knows no answer.

use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::answers;
use super::answers::Answers;
use crate::model::{Code, Problem};

/// The script, which is in the wheel too.
const SCRIPT: &str = include_str!("../python/staticc/ask.py");

/// What is asked.
#[derive(Debug)]
pub struct Question<'a> {
    /// The current directory.
    pub directory: &'a Path,
    /// The Python, where somebody said it.
    pub python: Option<&'a Path>,
    /// The settings module, where somebody said it.
    pub module: Option<&'a str>,
    /// With what finders other than Django's two are asked for their files, if
    /// they are: patterns that are ignored besides, and whether the usual
    /// ones are not.
    pub files: Option<(&'a [String], bool)>,
}

/// Asks, and waits for the answers.
pub fn ask(question: &Question<'_>) -> Result<Answers, Problem> {
    let manage = manage(question.directory);
    let python = question.python.map_or_else(
        || usual_python(question.directory, manage.as_deref()),
        Path::to_path_buf,
    );
    let mut command = Command::new(program(&python, question.directory));
    command.current_dir(question.directory).args(["-c", SCRIPT]);
    if let Some(manage) = &manage {
        command.arg("--manage").arg(manage);
    }
    if let Some(module) = question.module {
        command.args(["--settings", module]);
    }
    if let Some((ignored, no_default)) = question.files {
        command.arg("--files");
        command.args(ignored.iter().map(|pattern| format!("--ignore={pattern}")));
        if no_default {
            command.arg("--no-default-ignore");
        }
    }
    let (output, said) = run(&mut command).map_err(|error| not_run(&python, &error))?;
    let shown = python.strip_prefix(question.directory).unwrap_or(&python);
    let asked = match question.module {
        Some(module) => format!("{} for {module}", shown.display()),
        None => shown.display().to_string(),
    };
    // What is printed before the script runs, by sitecustomize, say, comes first.
    let answers = output.stdout.rsplit(|&byte| byte == b'\n').next();
    match answers.filter(|answers| !answers.is_empty()) {
        Some(answers) => answers::read(answers, &asked, question.module),
        None => Err(crashed(&asked, &output, &said)),
    }
}

/// Runs a command to its end: what it prints, and what it says on standard
/// error. A file, since what it leaves running may hold a pipe for ever.
fn run(command: &mut Command) -> io::Result<(Output, String)> {
    let mut errors = tempfile::tempfile()?;
    command.stderr(errors.try_clone()?);
    let output = command.output()?;
    let mut said = Vec::new();
    errors.rewind()?;
    errors.read_to_end(&mut said)?;
    Ok((output, String::from_utf8_lossy(&said).into_owned()))
}

/// The manage.py of a directory, or of the one directory in it that has one.
fn manage(directory: &Path) -> Option<PathBuf> {
    let own = directory.join("manage.py");
    if own.is_file() {
        return Some(own);
    }
    let entries = std::fs::read_dir(directory).ok()?.flatten();
    let below = entries.map(|entry| entry.path().join("manage.py"));
    let mut below: Vec<PathBuf> = below.filter(|path| path.is_file()).collect();
    below.pop().filter(|_| below.is_empty())
}

/// The Python of the virtual environment beside manage.py, or in the current
/// directory; else the one on PATH.
fn usual_python(directory: &Path, manage: Option<&Path>) -> PathBuf {
    let beside = manage.and_then(Path::parent);
    let mut pythons = beside.into_iter().chain([directory]).flat_map(|beside| {
        [".venv", "venv"].map(|environment| beside.join(environment).join("bin/python"))
    });
    let environment = pythons.find(|python| python.exists());
    environment.unwrap_or_else(|| "python3".into())
}

/// A program as it is run: one with a slash is relative to the current
/// directory, another one is on PATH.
fn program(python: &Path, directory: &Path) -> PathBuf {
    if python.components().count() > 1 {
        directory.join(python)
    } else {
        python.to_path_buf()
    }
}

fn not_run(python: &Path, error: &io::Error) -> Problem {
    let message = format!("{} cannot be run: {error}", python.display());
    Problem::error(Code::ProjectUnloadable, message)
        .help("name the Python that the project runs on: --python .venv/bin/python")
}

/// Python ended before it could say anything.
fn crashed(asked: &str, output: &Output, said: &str) -> Problem {
    let message = format!("the project's Python gave no answer: {}", output.status);
    let problem = Problem::error(Code::ProjectUnloadable, message).note(format!("asked {asked}"));
    let last = said.lines().rev().find(|line| !line.trim().is_empty());
    let problem = last.into_iter().fold(problem, Problem::note);
    problem.help("name the Python that the project runs on: --python .venv/bin/python")
}
