//! The one place that prints: what was asked for on standard output,
//! problems for people and the progress bar on standard error. Decides
//! nothing.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use super::django_messages as words;
use super::django_messages::Voice;
use super::format::Format;
use super::messages as own;
use super::messages::Stream;
use super::paths::Bases;
use super::tally::Tally;
use super::{explain_text as explain, github, json, render, sarif};
use crate::model::{DjangoVersion, Event, Problem, Progress, Report};

/// How a run is reported.
pub struct ConsoleOptions {
    pub format: Format,
    /// The value of `--verbosity`, from 0 to 3.
    pub verbosity: u8,
    /// Whether warnings fail the run.
    pub strict: bool,
    /// Whether the run changes no files.
    pub dry_run: bool,
    /// Whether standard error shows colors.
    pub color: bool,
    /// Whether standard output shows colors.
    pub color_output: bool,
    /// People read paths relative to this directory.
    pub directory: PathBuf,
    /// Code hosting services read paths relative to this directory.
    pub repository: PathBuf,
}

/// Prints a run.
pub struct Console {
    options: ConsoleOptions,
    /// The Django version whose messages are printed.
    django: DjangoVersion,
    tally: Tally,
    /// The problem that was shown last.
    last: Option<Problem>,
    /// The problems that are printed when the run ends.
    kept: Vec<Problem>,
}

impl Report for Console {
    fn event(&mut self, event: Event) {
        if let Event::Problem(problem) = &event {
            self.tally.count(problem);
        }
        match (self.options.format, event) {
            (Format::Json, event) => {
                let (verbosity, object) = json::object(&event, &self.options.directory);
                if self.options.verbosity >= verbosity {
                    put(self.with_text(object, &event).to_string().as_bytes());
                }
            }
            (Format::Text, Event::Problem(problem)) => self.show(problem),
            (Format::Github, Event::Problem(problem)) => {
                put(github::command(&problem, self.bases()).as_bytes());
            }
            (Format::Sarif, Event::Problem(problem)) => self.kept.push(problem),
            (_, event) => self.tell(&event),
        }
    }
}

impl Console {
    /// Returns a console that prints the messages of the newest Django.
    pub fn new(options: ConsoleOptions) -> Self {
        Self {
            options,
            django: DjangoVersion::NEWEST,
            tally: Tally::default(),
            last: None,
            kept: Vec::new(),
        }
    }

    /// Prints the messages of this Django version from now on.
    pub fn use_messages_of(&mut self, django: DjangoVersion) {
        self.django = django;
    }

    /// Whether there were warnings, and they fail the run.
    pub fn fails_strictly(&self) -> bool {
        self.options.strict && self.tally.has_warnings()
    }

    /// Says what is said at the end of every run, which has this exit status.
    pub fn finish(&self, exit: u8) {
        match self.options.format {
            Format::Text | Format::Github => {
                if let Some(sentence) = self.tally.sentence(self.options.strict) {
                    complain(&format!("\n{sentence}\n"));
                }
            }
            Format::Json => put(self.tally.object().to_string().as_bytes()),
            Format::Sarif => {
                let document = sarif::document(&self.kept, self.bases(), exit);
                put(format!("{document:#}").as_bytes());
            }
        }
    }

    /// Shows a problem; an empty line parts those of different files.
    fn show(&mut self, problem: Problem) {
        let text = render::render(&problem, &self.options.directory, self.options.color);
        let parts = self.last.as_ref().is_some_and(|it| it.file != problem.file);
        complain(&format!("{}{text}", if parts { "\n" } else { "" }));
        self.last = Some(problem);
    }

    /// Tells an event in Django's words or in ours; what would be on standard
    /// output, unless that is for a document.
    fn tell(&self, event: &Event) {
        let silent = self.options.format == Format::Sarif;
        if let Event::Explanation(explanation) = event {
            if !silent {
                self.say(&explain::say(
                    explanation,
                    &self.options.directory,
                    self.options.color_output,
                ));
            }
        } else if let Some((verbosity, stream, line)) = own::say(event, self.options.dry_run) {
            match stream {
                _ if self.options.verbosity < verbosity => {}
                Stream::Output if silent => {}
                Stream::Output => self.say(&line),
                Stream::Error => self.remark(&line),
            }
        } else if let Some((verbosity, line)) = words::say(event, self.voice())
            && self.options.verbosity >= verbosity
            && !silent
        {
            put(&self.ordinary(&line));
        }
    }

    /// An object with what the text format says: of a problem as it is shown,
    /// else in Django's words, if it has any.
    fn with_text(&self, object: Value, event: &Event) -> Value {
        match event {
            Event::Problem(problem) => {
                let text = render::render(problem, &self.options.directory, false);
                json::with(object, [("rendered", text.into())])
            }
            event => match words::say(event, self.voice()) {
                Some((verbosity, text)) => {
                    let text = String::from_utf8_lossy(&text).into_owned();
                    json::with(
                        object,
                        [("text", text.into()), ("verbosity", verbosity.into())],
                    )
                }
                None => object,
            },
        }
    }

    fn voice(&self) -> Voice {
        Voice {
            django: self.django,
            verbosity: self.options.verbosity,
            dry_run: self.options.dry_run,
            name: match self.options.format {
                Format::Github => github::name,
                _ => <[u8]>::to_vec,
            },
        }
    }

    fn bases(&self) -> Bases<'_> {
        Bases {
            directory: &self.options.directory,
            repository: &self.options.repository,
        }
    }

    /// Says something on standard output.
    pub fn say(&self, text: &str) {
        put(&self.ordinary(text.as_bytes()));
    }

    /// Says something on standard error.
    fn remark(&self, text: &str) {
        let text = self.ordinary(text.as_bytes());
        complain(&format!("{}\n", String::from_utf8_lossy(&text)));
    }

    /// What is no command, as it may be said in this format.
    fn ordinary<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match self.options.format {
            Format::Github => github::harmless(text).into(),
            _ => text.into(),
        }
    }

    /// Asks a question and reads one line of answer. As Django does, it asks
    /// on standard output, unless programs read that.
    pub fn ask(&self, question: &[u8]) -> String {
        let mut out: Box<dyn io::Write> = match self.options.format {
            Format::Text | Format::Github => Box::new(io::stdout().lock()),
            Format::Json | Format::Sarif => Box::new(io::stderr().lock()),
        };
        let question = self.ordinary(question);
        let _ = out.write_all(&question).and_then(|()| out.flush());
        let mut answer = String::new();
        // No answer is no consent.
        let _ = io::stdin().read_line(&mut answer);
        answer.trim_end_matches(['\n', '\r']).to_owned()
    }
}

/// Puts a line on standard output.
fn put(line: &[u8]) {
    // A reader that went away (`| head`) does not undo the work.
    let _ = io::stdout().lock().write_all(&[line, b"\n"].concat());
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
