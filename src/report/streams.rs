//! Writes to standard output and standard error. Only this file, the progress
//! bar and [`super::console::Console::ask`] do. Does not know what is written.

use std::io::{self, Write as _};

/// Writes a line to standard output.
pub(super) fn write_line(line: &[u8]) {
    // A reader that has gone away, such as `head`, does not stop the run.
    let _ = io::stdout().lock().write_all(&[line, b"\n"].concat());
}

/// Writes the text that a verb is there for to standard output.
pub fn print(text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        // A reader that has gone away, such as `head`, has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes to standard error.
pub fn eprint(text: &str) {
    // There is no other place to report that standard error is closed.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
