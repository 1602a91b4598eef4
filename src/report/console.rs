//! The console of a run, which several threads share: the one that works, and the one that
//! handles signals. Does not know how an event is printed.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::printer::{ConsoleOptions, Printer};
use crate::model::{DjangoVersion, Event, Report};

#[derive(Clone)]
pub struct Console(Arc<Mutex<Printer>>);

impl Report for Console {
    fn event(&mut self, event: Event) {
        self.printer().event(event);
    }
}

impl Console {
    /// Returns a console that prints the messages of the newest Django.
    pub fn new(options: ConsoleOptions) -> Self {
        Self(Arc::new(Mutex::new(Printer::new(options))))
    }

    /// Prints the messages of this Django version from now on.
    pub fn use_messages_of(&self, django: DjangoVersion) {
        self.printer().use_messages_of(django);
    }

    /// Returns whether there were warnings, and they fail the run.
    pub fn fails_strictly(&self) -> bool {
        self.printer().fails_strictly()
    }

    /// Prints the text that a verb is there for, on standard output.
    pub fn print(&self, text: &[u8]) {
        self.printer().print(text);
    }

    /// Prints a message as a line on standard output.
    pub fn print_line(&self, text: &str) {
        self.printer().print_line(text);
    }

    /// Prints what ends every run, and nothing after it. Returns whether all output was
    /// written.
    pub fn finish(&self, exit_status: u8) -> bool {
        self.printer().finish(exit_status)
    }

    /// Returns what is printed of a path on standard output.
    pub fn display_path(&self, path: &[u8]) -> Vec<u8> {
        self.printer().display_path(path)
    }

    /// Asks a question and returns the answer, which is one line.
    pub fn ask(&self, question: &[u8]) -> String {
        self.printer().print_question(question);
        let mut answer = String::new();
        // Without an answer, the line is empty: nobody agrees.
        let _ = io::stdin().read_line(&mut answer);
        answer.trim_end_matches(['\n', '\r']).to_owned()
    }

    fn printer(&self) -> MutexGuard<'_, Printer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
