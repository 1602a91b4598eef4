//! All problems of a run as one SARIF 2.1.0 document, for code scanning services
//! and editors. Knows no streams.
//!
//! GitHub refuses a document with a result that has no file. Therefore a problem
//! without a file is a notification of the run, which SARIF has for problems of
//! the tool itself.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::catalogue::{paragraph, section};
use super::paths::{Bases, file_of};
use super::render::{advice, sentence};
use super::text::clean;
use crate::model::{Code, Problem, SourceSpan};

/// The usual name for the directory that relative paths start from.
const BASE: &str = "%SRCROOT%";

/// The highest exit status of a run that came to its end. Others could not begin, or were
/// stopped by a signal.
const FAILED: u8 = 1;

/// Returns the document of a run that ended with this exit status.
pub(super) fn document(problems: &[Problem], bases: Bases<'_>, exit_status: u8) -> Value {
    let located = || {
        let all = problems.iter();
        all.filter_map(|problem| Some((problem, file_of(problem)?)))
    };
    let others = || problems.iter().filter(|problem| file_of(problem).is_none());
    let rules = RuleList::of(located().map(|(problem, _)| problem));
    let descriptors = RuleList::of(others());
    let results = located().map(|(problem, file)| result(problem, file, &rules, bases));
    let notifications = others().map(|problem| {
        let code = problem.code;
        json!({
            "descriptor": {"id": code, "index": descriptors.index(code)},
            "level": problem.severity,
            "message": message(problem),
        })
    });
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver(&rules, &descriptors)},
            "invocations": [{
                "executionSuccessful": exit_status <= FAILED,
                "exitCode": exit_status,
                "toolExecutionNotifications": notifications.collect::<Value>(),
            }],
            "originalUriBaseIds": {BASE: {"uri": format!("{}/", file_uri(bases.repository))}},
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Value>(),
        }],
    })
}

/// The codes of the problems, each once, in the order of their first problem.
struct RuleList(Vec<Code>);

impl RuleList {
    fn of<'p>(problems: impl Iterator<Item = &'p Problem>) -> Self {
        let mut codes = Vec::new();
        for problem in problems {
            if !codes.contains(&problem.code) {
                codes.push(problem.code);
            }
        }
        Self(codes)
    }

    fn index(&self, code: Code) -> Option<usize> {
        self.0.iter().position(|known| *known == code)
    }

    fn describe(&self) -> Value {
        self.0.iter().map(|code| rule(*code)).collect()
    }
}

/// Returns the rule of a code, which describes it.
fn rule(code: Code) -> Value {
    let section = section(code);
    json!({
        "id": code,
        "shortDescription": {"text": paragraph(section, 0)},
        "fullDescription": {"text": paragraph(section, 1)},
        "help": {"text": section, "markdown": section},
    })
}

fn driver(rules: &RuleList, notifications: &RuleList) -> Value {
    let mut driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules.describe(),
        "notifications": notifications.describe(),
    });
    let repository = env!("CARGO_PKG_REPOSITORY");
    if !repository.is_empty() {
        driver["informationUri"] = repository.into();
    }
    driver
}

fn result(problem: &Problem, file: &Path, rules: &RuleList, bases: Bases<'_>) -> Value {
    let location = physical_location(file, problem.span.as_ref(), bases);
    let mut result = json!({
        "ruleId": problem.code,
        "ruleIndex": rules.index(problem.code),
        "level": problem.severity,
        "message": message(problem),
        "locations": [{"physicalLocation": location}],
    });
    if !problem.related.is_empty() {
        let related = problem.related.iter().map(|related| {
            json!({
                "physicalLocation": physical_location(&related.file, related.span.as_ref(), bases),
                "message": {"text": clean(&related.message)},
            })
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn message(problem: &Problem) -> Value {
    let mut lines = vec![sentence(problem)];
    lines.extend(advice(problem));
    json!({"text": lines.join("\n")})
}

fn physical_location(file: &Path, span: Option<&SourceSpan>, bases: Bases<'_>) -> Value {
    let path = bases.locate(file);
    let mut location = Map::new();
    location.insert(
        "artifactLocation".into(),
        if path.is_absolute() {
            json!({"uri": file_uri(&path)})
        } else {
            json!({"uri": encode(&path), "uriBaseId": BASE})
        },
    );
    if let Some(span) = span {
        location.insert("region".into(), region(span));
    }
    location.into()
}

fn region(span: &SourceSpan) -> Value {
    let mut region = json!({
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    });
    if let Some(snippet) = snippet(span) {
        region["snippet"] = json!({"text": snippet});
    }
    region
}

/// Returns the text of the span. `None` if it is in several lines, or in the part
/// of a long line that `source_line` leaves out.
fn snippet(span: &SourceSpan) -> Option<String> {
    let rest: String = span.source_line.chars().skip(span.caret).collect();
    let snippet: String = rest.chars().take(span.width).collect();
    let cut = snippet == rest && snippet.ends_with('…');
    (span.line == span.end_line && !cut).then_some(snippet)
}

/// Returns the URI of an absolute path.
fn file_uri(path: &Path) -> String {
    format!("file://{}", encode(path).trim_end_matches('/'))
}

/// Percent-encodes a path, except letters, digits, `-`, `.`, `_`, `~` and `/`.
fn encode(path: &Path) -> String {
    let encode_byte = |&byte: &u8| match byte {
        b'/' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    path.as_os_str()
        .as_bytes()
        .iter()
        .map(encode_byte)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::span_at;

    #[test]
    fn paths_are_uris() {
        for (path, wanted) in [
            ("a/b-c_d.e~f", "a/b-c_d.e~f"),
            ("a b%41?#:", "a%20b%2541%3F%23%3A"),
            ("ü\n", "%C3%BC%0A"),
        ] {
            assert_eq!(encode(Path::new(path)), wanted);
        }
        let odd = std::ffi::OsStr::from_bytes(b"\xff");
        assert_eq!(encode(Path::new(odd)), "%FF");
        assert_eq!(file_uri(Path::new("/a b/")), "file:///a%20b");
    }

    #[test]
    fn snippets_are_whole() {
        let of = |text: &str, start, end| snippet(&span_at(text, start, end));
        assert_eq!(of("a url(b) c", 2, 8).as_deref(), Some("url(b)"));
        assert_eq!(of("a url(\nb) c", 2, 9), None);
        let long = "url(".to_owned() + &"x".repeat(400) + ")";
        assert_eq!(of(&long, 0, long.len()), None);
        assert_eq!(of("a…", 0, 2).as_deref(), Some("a"));
    }
}
