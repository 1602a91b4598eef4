//! How a verb ends: its exit status, and the problems that end it early. Prints nothing.

use std::process::ExitCode;

use crate::model::Problem;

/// The result of a verb.
pub type Outcome = Result<Exit, Failure>;

/// How a run ends, as its exit status tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The run did its work; it may have reported warnings.
    Done,
    /// The run failed. STATIC_ROOT is as it was, unless the run failed while
    /// it renamed files there, or failed because its output was lost.
    Failed,
    /// The command line or the settings are not usable.
    Usage,
}

impl Exit {
    pub fn status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.status().into()
    }
}

/// Ends a verb early with problems that are not yet reported.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub problems: Vec<Problem>,
}

impl Failure {
    /// The command line or the settings are not usable.
    pub fn usage(problems: impl Into<Self>) -> Self {
        Self {
            exit: Exit::Usage,
            ..problems.into()
        }
    }
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        Self {
            exit: Exit::Failed,
            problems,
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        vec![problem].into()
    }
}
