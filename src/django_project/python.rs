//! Asks the project's own Python: finds it, and runs the script. Does not know
//! what the answers mean.

use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::answers;
use super::answers::Answers;
use super::manage_py;
use crate::model::{Code, Problem};

/// The script. The wheel contains it too.
const SCRIPT: &str = include_str!("../python/staticc/ask.py");

#[derive(Debug)]
pub struct Question<'a> {
    pub directory: &'a Path,
    /// The Python of the command line.
    pub python: Option<&'a Path>,
    /// The settings module of the command line.
    pub module: Option<&'a str>,
    /// Set to ask finders other than Django's two for their files.
    pub files: Option<FileQuestion<'a>>,
}

/// Which files are asked for.
#[derive(Clone, Copy, Debug)]
pub struct FileQuestion<'a> {
    /// The patterns of `-i`.
    pub ignore: &'a [String],
    pub no_default_ignore: bool,
}

/// Runs the script and waits for the answers.
pub fn ask(question: &Question<'_>) -> Result<Answers, Problem> {
    let manage = manage_py::find(question.directory);
    let python = question.python.map_or_else(
        || default_python(question.directory, manage.as_deref()),
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
    if let Some(files) = question.files {
        command.arg("--files");
        command.args(
            files
                .ignore
                .iter()
                .map(|pattern| format!("--ignore={pattern}")),
        );
        if files.no_default_ignore {
            command.arg("--no-default-ignore");
        }
    }
    let (output, errors) = run(&mut command).map_err(|error| not_run(&python, &error))?;
    let shown = python.strip_prefix(question.directory).unwrap_or(&python);
    let asked = match question.module {
        Some(module) => format!("{} for {module}", shown.display()),
        None => shown.display().to_string(),
    };
    // Another module, such as sitecustomize, may print before the script does.
    let answers = output.stdout.rsplit(|&byte| byte == b'\n').next();
    match answers.filter(|answers| !answers.is_empty()) {
        Some(answers) => answers::read(answers, &asked, question.module),
        None => Err(crashed(&asked, &output, &errors)),
    }
}

/// Runs a command. Returns its output, and what it has written to standard error. That goes to a
/// file, since a process that it leaves running could keep a pipe open for ever.
fn run(command: &mut Command) -> io::Result<(Output, String)> {
    let mut errors = tempfile::tempfile()?;
    command.stderr(errors.try_clone()?);
    let output = command.output()?;
    let mut bytes = Vec::new();
    errors.rewind()?;
    errors.read_to_end(&mut bytes)?;
    Ok((output, String::from_utf8_lossy(&bytes).into_owned()))
}

/// Returns the Python of the virtual environment beside manage.py or in the working directory,
/// or else that of PATH.
fn default_python(directory: &Path, manage: Option<&Path>) -> PathBuf {
    let beside = manage.and_then(Path::parent);
    let mut pythons = beside.into_iter().chain([directory]).flat_map(|beside| {
        [".venv", "venv"].map(|environment| beside.join(environment).join("bin/python"))
    });
    let environment = pythons.find(|python| python.exists());
    environment.unwrap_or_else(|| "python3".into())
}

/// Returns the program to run: a path is relative to the working directory, a name is found on
/// PATH.
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

/// Returns the problem of a Python that ended without an answer.
fn crashed(asked: &str, output: &Output, errors: &str) -> Problem {
    let message = format!("the project's Python gave no answer: {}", output.status);
    let problem = Problem::error(Code::ProjectUnloadable, message).note(format!("asked {asked}"));
    let last = errors.lines().rev().find(|line| !line.trim().is_empty());
    let with_reason = last.into_iter().fold(problem, Problem::note);
    with_reason.help("name the Python that the project runs on: --python .venv/bin/python")
}
