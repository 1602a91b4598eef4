//! A problem as text for people: `error: file:line:column: message`, the source
//! line with carets, notes and help. Knows no streams.
//!
//! Diagnostics crates draw several labels over several lines, with the place below
//! the message. Here the place is in the first line, where editors look for it.

use std::fmt::Write as _;
use std::path::Path;

use unicode_width::UnicodeWidthChar as _;

use super::paths::{file_of, relative};
use super::text::{clean, is_obeyed, paint};
use crate::model::{Problem, Severity, SourceSpan};

/// Returns the problem as lines, each with its end. Paths are shown relative to
/// `directory`.
pub fn render(problem: &Problem, directory: &Path, color: bool) -> String {
    let paint = |code: &str, text: &str| paint(color, code, text);
    let mark = match problem.severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Note => "1;34",
    };
    let mut out = paint(mark, problem.severity.as_str());
    out.push_str(": ");
    if let Some(file) = &problem.file {
        let location = at(file, problem.span.as_ref(), directory);
        let _ = write!(out, "{}: ", paint("1", &location));
    }
    out.push_str(&clean(&problem.message));
    let _ = writeln!(out, " {}", paint("2", &format!("[{}]", problem.code)));
    if let Some(span) = &problem.span {
        let number = span.line.to_string();
        let margin = " ".repeat(number.len());
        let bar = paint("34", "|");
        let (lead, carets) = underline(span);
        let _ = writeln!(out, " {number} {bar} {}", clean(&span.source_line));
        let _ = writeln!(out, " {margin} {bar} {lead}{}", paint(mark, &carets));
    }
    for line in see(problem, directory).iter().chain(&advice(problem)) {
        let (label, rest) = line.split_once(' ').unwrap_or((line, ""));
        let mark = if label == "help:" { "32" } else { "34" };
        let _ = writeln!(out, "  {} {rest}", paint(mark, label));
    }
    out
}

/// Returns the message for a format that has the place elsewhere. A place in the
/// value of a flag has to be in the message.
pub(super) fn sentence(problem: &Problem) -> String {
    let message = clean(&problem.message);
    match &problem.file {
        Some(flag) if file_of(problem).is_none() => {
            let location = at(flag, problem.span.as_ref(), Path::new(""));
            format!("{location}: {message}")
        }
        _ => message,
    }
}

/// Returns notes and help, one line each.
pub(super) fn advice(problem: &Problem) -> Vec<String> {
    let notes = problem.notes.iter();
    let help = problem.help.iter();
    notes
        .map(|note| format!("note: {}", clean(note)))
        .chain(help.map(|help| format!("help: {}", clean(help))))
        .collect()
}

/// Returns the other places, one line each.
pub(super) fn see(problem: &Problem, directory: &Path) -> Vec<String> {
    let related = problem.related.iter().map(|related| {
        let location = at(&related.file, related.span.as_ref(), directory);
        format!("see: {location}: {}", clean(&related.message))
    });
    related.collect()
}

/// Returns `file:line:column`, which editors recognize.
pub(super) fn at(file: &Path, span: Option<&SourceSpan>, directory: &Path) -> String {
    let mut text = clean(&relative(file, directory).to_string_lossy());
    if let Some(span) = span {
        let _ = write!(text, ":{}:{}", span.line, span.column);
    }
    text
}

/// Returns the space before the carets, and the carets, which are as wide as the
/// characters above them. Tabs stay tabs.
fn underline(span: &SourceSpan) -> (String, String) {
    let columns = |character: char| match character {
        // `clean` replaces it with U+FFFD.
        character if is_obeyed(character) => 1,
        character => character.width().unwrap_or(0),
    };
    let mut characters = span.source_line.chars();
    let mut lead = String::new();
    for character in characters.by_ref().take(span.caret) {
        match character {
            '\t' => lead.push('\t'),
            character => lead.extend(std::iter::repeat_n(' ', columns(character))),
        }
    }
    let wide: usize = characters.take(span.width).map(columns).sum();
    (lead, "^".repeat(wide.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Code, span_at};

    #[test]
    fn all_parts() {
        let text = "a {\n\tbackground: url(img/logo.pgn);\n}\n";
        let problem = Problem::error(
            Code::MissingReference,
            "url(img/logo.pgn) names no collected file",
        )
        .in_file("/project/css/site.css")
        .at(span_at(text, 17, 34))
        .note("looked for css/img/logo.pgn")
        .help("did you mean img/logo.png?");
        assert_eq!(
            render(&problem, Path::new("/project"), false),
            "error: css/site.css:2:14: url(img/logo.pgn) names no collected file [missing-reference]\n \
             2 | \tbackground: url(img/logo.pgn);\n   | \t            ^^^^^^^^^^^^^^^^^\n  \
             note: looked for css/img/logo.pgn\n  help: did you mean img/logo.png?\n"
        );
    }

    #[test]
    fn carets_stand_below_wide_characters() {
        let text = "\t日本e\u{301}: url(图.png) x";
        let start = text.find("url").unwrap();
        let span = span_at(text, start, text.find(" x").unwrap());
        assert_eq!((span.column, span.width), (8, 10));
        let (lead, carets) = underline(&span);
        assert_eq!(lead, format!("\t{}", " ".repeat(4 + 1 + 2)));
        assert_eq!(carets.len(), 11);
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let problem = Problem::error(Code::BadValue, "a\x1b[31mb\n");
        assert_eq!(
            render(&problem, Path::new(""), false),
            "error: a\u{fffd}[31mb\u{fffd} [bad-value]\n"
        );
    }
}
