//! Writes to standard output and standard error. Only this file and the progress bar do.
//! Does not know what is written.

use std::io::{self, Write as _};

use crate::model::{Code, Problem};

/// Standard output. Once it cannot be written, nothing more is written to it.
#[derive(Debug, Default)]
pub(super) struct Output {
    error: Option<io::Error>,
}

impl Output {
    pub fn write(&mut self, text: &[u8]) {
        if self.error.is_none() {
            let mut out = io::stdout().lock();
            self.error = out.write_all(text).and_then(|()| out.flush()).err();
        }
    }

    pub fn write_line(&mut self, line: &[u8]) {
        self.write(&[line, b"\n"].concat());
    }

    /// Returns why a part of the output is lost, if it is.
    pub fn problem(&self) -> Option<Problem> {
        self.error.as_ref().and_then(output_problem)
    }
}

/// Returns the problem of standard output that cannot be written.
pub fn output_problem(error: &io::Error) -> Option<Problem> {
    // A reader that has gone away, such as `head`, has read enough.
    if error.kind() == io::ErrorKind::BrokenPipe {
        return None;
    }
    let message = format!("standard output cannot be written: {error}");
    Some(Problem::error(Code::StandardOutput, message))
}

/// Writes to standard error.
pub fn eprint(text: &str) {
    // There is no other place to report that standard error is closed.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
