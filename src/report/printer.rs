//! Prints the events of a run in the format of the command line. Decides nothing
//! about the run; does not know which text an event has in a format.

use std::borrow::Cow;
use std::path::PathBuf;

use super::django_messages::{self, MessageOptions};
use super::explain_text::explain_text;
use super::format::Format;
use super::messages::{self, Stream};
use super::paths::Bases;
use super::render::render;
use super::streams::{Output, eprint};
use super::tally::Tally;
use super::text::clean_bytes;
use super::{github, json, sarif};
use crate::model::{DjangoVersion, Event, Problem};

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
    pub output_is_terminal: bool,
    /// People read paths relative to this directory.
    pub directory: PathBuf,
    /// Code hosting services read paths relative to this directory.
    pub repository: PathBuf,
}

/// Prints one run.
pub(super) struct Printer {
    options: ConsoleOptions,
    output: Output,
    /// The Django version whose messages are printed.
    django: DjangoVersion,
    tally: Tally,
    /// The problem that was printed last.
    last: Option<Problem>,
    /// The problems of a SARIF document, which is printed when the run ends.
    sarif_problems: Vec<Problem>,
    /// Whether what ends a run is printed.
    is_finished: bool,
}

impl Printer {
    /// Returns a printer of the messages of the newest Django.
    pub fn new(options: ConsoleOptions) -> Self {
        Self {
            options,
            output: Output::default(),
            django: DjangoVersion::NEWEST,
            tally: Tally::default(),
            last: None,
            sarif_problems: Vec::new(),
            is_finished: false,
        }
    }

    pub fn event(&mut self, event: Event) {
        if self.is_finished {
            return;
        }
        let is_printed = match &event {
            Event::Problem(problem) => self.tally.count(problem),
            _ => true,
        };
        match (self.options.format, event) {
            (Format::Json, event) => {
                if self.options.verbosity >= json::verbosity(&event) {
                    let line = json::line(event, &self.options.directory, self.message_options());
                    self.output.write_line(line.as_bytes());
                }
            }
            (Format::Text, Event::Problem(_)) if !is_printed => {}
            (Format::Text, Event::Problem(problem)) => self.print_problem(problem),
            (Format::Github, Event::Problem(problem)) => {
                let command = github::command(&problem, self.bases());
                self.output.write_line(command.as_bytes());
            }
            (Format::Sarif, Event::Problem(problem)) => self.sarif_problems.push(problem),
            (_, event) => self.print_event(&event),
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

    /// Prints what ends every run, and nothing after it: the document, or the number of
    /// problems. Returns whether all output was written.
    pub fn finish(&mut self, exit_status: u8) -> bool {
        if std::mem::replace(&mut self.is_finished, true) {
            return true;
        }
        match self.options.format {
            Format::Text => {
                for line in self.tally.not_printed() {
                    eprint(&format!("{line}\n"));
                }
            }
            Format::Github => {}
            Format::Json => {
                let line = self.tally.object().to_string();
                self.output.write_line(line.as_bytes());
            }
            Format::Sarif => {
                let document = sarif::document(&self.sarif_problems, self.bases(), exit_status);
                let text = json::escape(&format!("{document:#}"));
                self.output.write_line(text.as_bytes());
            }
        }
        let lost = self.output.problem();
        let is_complete = lost.is_none();
        if let Some(problem) = lost {
            self.tally.count(&problem);
            self.print_problem(problem);
        }
        if let Format::Text | Format::Github = self.options.format
            && let Some(sentence) = self.tally.sentence(self.options.strict)
        {
            eprint(&format!("\n{sentence}\n"));
        }
        is_complete
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
    fn print_event(&mut self, event: &Event) {
        let output_is_free = self.options.format != Format::Sarif;
        if let Event::Explanation(explanation) = event {
            if output_is_free {
                let ConsoleOptions {
                    directory,
                    color_output,
                    ..
                } = &self.options;
                let text = explain_text(explanation, directory, *color_output);
                self.print_line(&text);
            }
        } else if let Some(message) = messages::message(event, self.options.dry_run) {
            match message.stream {
                _ if self.options.verbosity < message.verbosity => {}
                Stream::Output if output_is_free => self.print_line(&message.text),
                Stream::Output => {}
                Stream::Error => self.status(&message.text),
            }
        } else if let Some((verbosity, line)) =
            django_messages::message(event, self.message_options())
            && self.options.verbosity >= verbosity
            && output_is_free
        {
            let line = self.without_commands(&line);
            self.output.write_line(&line);
        }
    }

    fn message_options(&self) -> MessageOptions {
        MessageOptions {
            django: self.django,
            verbosity: self.options.verbosity,
            dry_run: self.options.dry_run,
            display_path: match self.options.format {
                Format::Github => clean_bytes,
                Format::Text if self.options.output_is_terminal => clean_bytes,
                // Programs want the name as it is.
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

    /// Prints the text that a verb is there for.
    pub fn print(&mut self, text: &[u8]) {
        self.output.write(text);
    }

    /// Prints a message as a line on standard output.
    pub fn print_line(&mut self, text: &str) {
        let line = self.without_commands(text.as_bytes());
        self.output.write_line(&line);
    }

    /// Returns what is printed of a path.
    pub fn display_path(&self, path: &[u8]) -> Vec<u8> {
        (self.message_options().display_path)(path)
    }

    /// Prints a question. As in Django, it goes to standard output, unless programs read
    /// that.
    pub fn print_question(&mut self, question: &[u8]) {
        let text = self.without_commands(question);
        match self.options.format {
            Format::Text | Format::Github => self.output.write(&text),
            Format::Json | Format::Sarif => eprint(&String::from_utf8_lossy(&text)),
        }
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
}
