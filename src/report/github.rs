//! Problems as workflow commands of GitHub Actions, which shows them at their
//! lines in a pull request. Takes care that no other output is read as a command.
//! Knows no streams and no environment.
//!
//! A command is one line of standard output:
//! `::error file=a.css,line=1,col=2,endColumn=5,title=code::message`.

use std::fmt::Write as _;

use super::paths::{Bases, file_of};
use super::render::{advice, see, sentence};
use super::text::clean;
use crate::model::{Problem, Severity};

/// Returns the command, without its line end.
pub(super) fn command(problem: &Problem, bases: Bases<'_>) -> String {
    let level = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut text = format!("::{level} ");
    if let Some(file) = file_of(problem) {
        let path = bases.locate(file);
        let _ = write!(text, "file={},", property(&path.to_string_lossy()));
        if let Some(span) = &problem.span {
            let _ = write!(text, "line={},", span.line);
            if span.end_line == span.line {
                // GitHub takes columns within one line only. `endColumn` is
                // the column after the last character.
                let end = span.end_column.max(span.column);
                let _ = write!(text, "col={},endColumn={end},", span.column);
            } else {
                let _ = write!(text, "endLine={},", span.end_line);
            }
        }
    }
    let mut lines = vec![sentence(problem)];
    lines.extend(see(problem, bases.directory));
    lines.extend(advice(problem));
    let message = data(&lines.join("\n"));
    let _ = write!(text, "title={}::{message}", property(problem.code.as_str()));
    text
}

/// Escapes the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes a property of a command. Characters that GitHub does not decode are replaced.
fn property(text: &str) -> String {
    clean(&data(text).replace(':', "%3A").replace(',', "%2C"))
}

/// Changes output in which GitHub would find a command: `::` after blanks at the
/// beginning of a line, or `##[` of the old form anywhere.
pub(super) fn without_commands(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in text.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
        let blanks = line.iter().take_while(|byte| !byte.is_ascii_graphic());
        if line[blanks.count()..].starts_with(b"::") {
            out.extend_from_slice(b"| ");
        }
        for &byte in line {
            if byte == b'[' && out.ends_with(b"##") {
                out.push(b' ');
            }
            out.push(byte);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::model::Code;
    use crate::model::span_at;

    fn command_of(problem: &Problem) -> String {
        let bases = Bases {
            directory: Path::new("/repository/site"),
            repository: Path::new("/repository"),
        };
        command(problem, bases)
    }

    #[test]
    fn paths_are_relative_to_the_repository() {
        let of = |file: &str| command_of(&Problem::error(Code::BadValue, "x").in_file(file));
        assert_eq!(
            of("/repository/b.css"),
            "::error file=b.css,title=bad-value::x"
        );
        assert_eq!(
            of("settings.toml"),
            "::error file=site/settings.toml,title=bad-value::x"
        );
        assert_eq!(
            of("/else/b.css"),
            "::error file=/else/b.css,title=bad-value::x"
        );
        assert_eq!(of("--set"), "::error title=bad-value::--set: x");
    }

    #[test]
    fn properties_and_messages_are_escaped() {
        let problem = Problem::warning(Code::BadValue, "100 %, a:b\n::error::c")
            .in_file("/repository/a,b:c\r\n%41.css")
            .note("d")
            .related("/repository/site/e", None, "see there")
            .help("f");
        assert_eq!(
            command_of(&problem),
            "::warning file=a%2Cb%3Ac%0D%0A%2541.css,title=bad-value::\
             100 %25, a:b\u{fffd}::error::c%0Asee: e: see there%0Anote: d%0Ahelp: f"
        );
    }

    #[test]
    fn ordinary_output_has_no_commands() {
        for (text, wanted) in [
            ("a::b\n\nc", "a::b\n\nc"),
            ("::error::x", "| ::error::x"),
            ("a\n \t::x\r::y\n", "a\n|  \t::x\r| ::y\n"),
            ("\u{a0}\0::x", "| \u{a0}\0::x"),
            ("a ##[error]b", "a ## [error]b"),
        ] {
            let changed = String::from_utf8(without_commands(text.as_bytes())).unwrap();
            assert_eq!(changed, wanted);
        }
    }

    #[test]
    fn columns_only_within_a_line() {
        let text = "ab(c\nd)";
        let of = |start, end| {
            let span = span_at(text, start, end);
            command_of(
                &Problem::info(Code::BadValue, "x")
                    .in_file("/repository/a")
                    .at(span),
            )
        };
        assert_eq!(
            of(1, 3),
            "::notice file=a,line=1,col=2,endColumn=4,title=bad-value::x"
        );
        assert_eq!(
            of(2, 7),
            "::notice file=a,line=1,endLine=2,title=bad-value::x"
        );
    }
}
