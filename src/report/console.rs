//! The one place that prints: Django's sentences on standard output,
//! problems and the progress bar on standard error. Decides nothing.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::own::{self, Stream};
use super::{json, render, words};
use crate::nouns::{DjangoVersion, Event, Progress, Report};

/// Prints a run.
pub struct Console {
    /// Whose words.
    pub django: DjangoVersion,
    /// 0 to 3.
    pub verbosity: u8,
    /// Whether nothing is really done.
    pub dry_run: bool,
    /// Paths are shown relative to this directory.
    pub directory: PathBuf,
    /// Whether standard error takes colours.
    pub color: bool,
    /// Whether everything is told as JSON on standard output.
    pub json: bool,
}

impl Report for Console {
    fn event(&mut self, event: Event) {
        if self.json {
            let (verbosity, object) = json::object(&event);
            if self.verbosity >= verbosity {
                self.say(&object.to_string());
            }
        } else if let Event::Problem(problem) = &event {
            complain(&render(problem, &self.directory, self.color));
        } else if let Some((verbosity, stream, line)) = own::say(&event, self.dry_run) {
            if self.verbosity >= verbosity {
                match stream {
                    Stream::Output => self.say(&line),
                    Stream::Error => complain(&format!("{line}\n")),
                }
            }
        } else if let Some((verbosity, mut line)) = words::say(&event, self.django, self.dry_run)
            && self.verbosity >= verbosity
        {
            line.push(b'\n');
            // A reader that went away (`| head`) does not undo the work.
            let _ = io::stdout().lock().write_all(&line);
        }
    }
}

impl Console {
    /// A console for a verb that is not Django's.
    pub fn plain(django: DjangoVersion, directory: PathBuf) -> Self {
        Self {
            django,
            verbosity: 1,
            dry_run: false,
            directory,
            color: false,
            json: false,
        }
    }

    /// Says one line.
    pub fn say(&self, line: &str) {
        let _ = io::stdout()
            .lock()
            .write_all(format!("{line}\n").as_bytes());
    }

    /// Asks a question on standard output and reads one line of answer.
    pub fn ask(&self, question: &[u8]) -> String {
        let mut out = io::stdout().lock();
        let _ = out.write_all(question).and_then(|()| out.flush());
        let mut answer = String::new();
        // No answer is no consent.
        let _ = io::stdin().read_line(&mut answer);
        answer.trim_end_matches(['\n', '\r']).to_owned()
    }
}

/// Prints on standard output what was asked for.
pub fn print(text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        // A reader that went away (`| head`) has what it wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// Says something on standard error.
pub fn complain(text: &str) {
    // There is nobody to tell when standard error is closed.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// A progress bar on standard error.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar that shows only if `always`, or if standard error is a terminal
    /// and it is not `never`.
    pub fn new(show: Option<bool>) -> Self {
        let shown = show.unwrap_or_else(|| io::stderr().is_terminal());
        let bar = if shown {
            ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template(
            "Compressing {bar:30} {bytes} of {total_bytes}, {eta} left",
        ) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Takes the bar off the screen.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn expect(&self, bytes: u64) {
        self.0.set_length(bytes);
        if bytes > 0 && !self.0.is_hidden() {
            self.0.enable_steady_tick(Duration::from_millis(200));
        }
    }

    fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}
