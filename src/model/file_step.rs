//! Words the problems of files that the operating system does not let us use.
//! The callers add the help, which depends on whose file it is.

use std::io;
use std::path::Path;

use super::code::Code;
use super::problem::Problem;

/// What staticc tried with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStep {
    Check,
    Open,
    Read,
    List,
    Write,
    Remove,
}

impl Problem {
    /// Returns the error of a step on a file that failed.
    pub fn failed(step: FileStep, file: &Path, error: &io::Error) -> Self {
        let (code, verb) = match step {
            FileStep::Check => (Code::NoSuchFile, "checked"),
            FileStep::Open => (Code::CannotHold, "opened"),
            FileStep::Read => (Code::Unreadable, "read"),
            FileStep::List => (Code::Unreadable, "listed"),
            FileStep::Write => (Code::CannotWrite, "written"),
            FileStep::Remove => (Code::CannotWrite, "removed"),
        };
        Self::error(code, format!("cannot be {verb}: {error}")).in_file(file)
    }
}
