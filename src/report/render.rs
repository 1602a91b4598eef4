//! A problem as text for people: `error: file:line:column: message`, the
//! source line with a caret, notes, a cure. Knows no streams.
//!
//! Our own instead of a diagnostics crate: those draw several labels over
//! several lines, ours is one place in one line, with the place first, where
//! editors look for it.

use std::fmt::Write as _;
use std::path::Path;

use crate::nouns::{Problem, Severity};

/// The problem as lines, each ended. Paths are shown relative to `directory`.
pub fn render(problem: &Problem, directory: &Path, color: bool) -> String {
    let paint = |code: &str, text: &str| {
        if color {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    };
    let mut out = match problem.severity {
        Severity::Error => paint("1;31", "error"),
        Severity::Warning => paint("1;33", "warning"),
    };
    out.push_str(": ");
    if let Some(file) = &problem.file {
        let shown = file.strip_prefix(directory).unwrap_or(file);
        let mut place = clean(&shown.to_string_lossy());
        if let Some(at) = &problem.place {
            let _ = write!(place, ":{}:{}", at.line, at.column);
        }
        let _ = write!(out, "{}: ", paint("1", &place));
    }
    out.push_str(&clean(&problem.message));
    out.push('\n');
    if let Some(at) = &problem.place {
        let number = at.line.to_string();
        let margin = " ".repeat(number.len());
        let bar = paint("34", "|");
        let _ = writeln!(out, " {number} {bar} {}", clean(&at.source_line));
        // Tabs stay, so that the caret stands below its character.
        let lead: String = at
            .source_line
            .chars()
            .take(at.caret)
            .map(|character| if character == '\t' { '\t' } else { ' ' })
            .collect();
        let caret = paint("1;31", &"^".repeat(at.width));
        let _ = writeln!(out, " {margin} {bar} {lead}{caret}");
    }
    for note in &problem.notes {
        let _ = writeln!(out, "  {} {}", paint("34", "note:"), clean(note));
    }
    if let Some(cure) = &problem.cure {
        let _ = writeln!(out, "  {} {}", paint("32", "help:"), clean(cure));
    }
    out
}

/// A line of no more characters: names may be as long as somebody likes.
const LONGEST: usize = 5000;

/// Text without control characters, which a terminal would obey, and no
/// longer than a person may want to read.
pub(super) fn clean(text: &str) -> String {
    let mut characters = text.chars().map(|character| match character {
        '\t' => '\t',
        character if character.is_control() => '\u{fffd}',
        character => character,
    });
    let mut line: String = characters.by_ref().take(LONGEST).collect();
    if characters.next().is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::place_at;

    #[test]
    fn all_parts() {
        let text = "a {\n\tbackground: url(img/logo.pgn);\n}\n";
        let problem = Problem::error(
            "missing-reference",
            "url(img/logo.pgn) names no collected file",
        )
        .in_file("/project/css/site.css")
        .at(place_at(text, 17, 34))
        .note("looked for css/img/logo.pgn")
        .cure("did you mean img/logo.png?");
        assert_eq!(
            render(&problem, Path::new("/project"), false),
            "error: css/site.css:2:14: url(img/logo.pgn) names no collected file\n \
             2 | \tbackground: url(img/logo.pgn);\n   | \t            ^^^^^^^^^^^^^^^^^\n  \
             note: looked for css/img/logo.pgn\n  help: did you mean img/logo.png?\n"
        );
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let problem = Problem::error("x", "a\x1b[31mb\n");
        assert_eq!(
            render(&problem, Path::new(""), false),
            "error: a\u{fffd}[31mb\u{fffd}\n"
        );
    }
}
