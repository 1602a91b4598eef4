//! Prints the events of a run in the format of the command line. Decides nothing
//! about the run; does not know which text an event has in a format.

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::path::PathBuf;

use super::django_messages::{self, MessageOptions};
use super::explain_text::explain_text;
use super::format::Format;
use super::messages::{self, Stream};
use super::paths::Bases;
use super::render::render;
use super::streams::{eprint, write_line};
use super::tally::Tally;
use super::{github, json, sarif};
use crate::model::{DjangoVersion, Event, Problem, Report};

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

pub struct Console {
    options: ConsoleOptions,
    /// The Django version whose messages are printed.
    django: DjangoVersion,
    tally: Tally,
    /// The problem that was printed last.
    last: Option<Problem>,
    /// The problems of a SARIF document, which is printed when the run ends.
    sarif_problems: Vec<Problem>,
}

impl Report for Console {
    fn event(&mut self, event: Event) {
        if let Event::Problem(problem) = &event {
            self.tally.count(problem);
        }
        match (self.options.format, event) {
            (Format::Json, event) => {
                if self.options.verbosity >= json::verbosity(&event) {
                    let line = json::line(event, &self.options.directory, self.message_options());
                    write_line(line.as_bytes());
                }
            }
            (Format::Text, Event::Problem(problem)) => self.print_problem(problem),
            (Format::Github, Event::Problem(problem)) => {
                write_line(github::command(&problem, self.bases()).as_bytes());
            }
            (Format::Sarif, Event::Problem(problem)) => self.sarif_problems.push(problem),
            (_, event) => self.print_event(&event),
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
            sarif_problems: Vec::new(),
        }
    }

    /// Prints the messages of this Django version from now on.
    pub fn use_messages_of(&mut self, django: DjangoVersion) {
        self.django = django;
    }

    /// Returns whether there were warnings, and they fail the run.
    pub fn fails_strictly(&self) -> bool {
        self.options.strict && self.tally.has_warnings()
    }

    /// Prints what ends every run: the number of problems, or the document.
    pub fn finish(&self, exit_status: u8) {
        match self.options.format {
            Format::Text | Format::Github => {
                if let Some(sentence) = self.tally.sentence(self.options.strict) {
                    eprint(&format!("\n{sentence}\n"));
                }
            }
            Format::Json => write_line(self.tally.object().to_string().as_bytes()),
            Format::Sarif => {
                let document = sarif::document(&self.sarif_problems, self.bases(), exit_status);
                write_line(format!("{document:#}").as_bytes());
            }
        }
    }

    /// Prints a problem; an empty line separates the problems of different files.
    fn print_problem(&mut self, problem: Problem) {
        let text = render(&problem, &self.options.directory, self.options.color);
        let last = self.last.as_ref();
        let separator = if last.is_some_and(|last| last.file != problem.file) {
            "\n"
        } else {
            ""
        };
        eprint(&format!("{separator}{text}"));
        self.last = Some(problem);
    }

    /// Prints an event as text. Standard output stays free for a SARIF document.
    fn print_event(&self, event: &Event) {
        let output_is_free = self.options.format != Format::Sarif;
        if let Event::Explanation(explanation) = event {
            if output_is_free {
                let ConsoleOptions { directory, .. } = &self.options;
                self.print(&explain_text(
                    explanation,
                    directory,
                    self.options.color_output,
                ));
            }
        } else if let Some(message) = messages::message(event, self.options.dry_run) {
            match message.stream {
                _ if self.options.verbosity < message.verbosity => {}
                Stream::Output if output_is_free => self.print(&message.text),
                Stream::Output => {}
                Stream::Error => self.status(&message.text),
            }
        } else if let Some((verbosity, line)) =
            django_messages::message(event, self.message_options())
            && self.options.verbosity >= verbosity
            && output_is_free
        {
            write_line(&self.without_commands(&line));
        }
    }

    fn message_options(&self) -> MessageOptions {
        MessageOptions {
            django: self.django,
            verbosity: self.options.verbosity,
            dry_run: self.options.dry_run,
            display_path: match self.options.format {
                Format::Github => github::display_path,
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

    /// Prints a message on standard output.
    pub fn print(&self, text: &str) {
        write_line(&self.without_commands(text.as_bytes()));
    }

    /// Prints a message on standard error.
    fn status(&self, text: &str) {
        let line = self.without_commands(text.as_bytes());
        eprint(&format!("{}\n", String::from_utf8_lossy(&line)));
    }

    /// Changes text in which GitHub would find a workflow command.
    fn without_commands<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match self.options.format {
            Format::Github => github::without_commands(text).into(),
            _ => text.into(),
        }
    }

    /// Asks a question and returns the answer, which is one line. As in Django,
    /// the question goes to standard output, unless programs read that.
    pub fn ask(&self, question: &[u8]) -> String {
        let mut out: Box<dyn io::Write> = match self.options.format {
            Format::Text | Format::Github => Box::new(io::stdout().lock()),
            Format::Json | Format::Sarif => Box::new(io::stderr().lock()),
        };
        let text = self.without_commands(question);
        let _ = out.write_all(&text).and_then(|()| out.flush());
        let mut answer = String::new();
        // Without an answer, the line is empty: nobody agrees.
        let _ = io::stdin().read_line(&mut answer);
        answer.trim_end_matches(['\n', '\r']).to_owned()
    }
}
