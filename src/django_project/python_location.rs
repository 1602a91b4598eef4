//! `file:line`, as Python tells it → a place in the project's own files. Reads
//! the line; leaves out of it what may be a secret.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use crate::model::{Problem, line_range, span_at};
use crate::settings::given::read_python;

/// The problem, said of `file:line`.
pub fn located(problem: Problem, place: Option<&str>) -> Problem {
    let Some((file, line)) = place.map(split) else {
        return problem;
    };
    let text = masked(&read_python(&file));
    let problem = problem.in_file(file);
    match line.map(|line| line_range(&text, line)) {
        Some(range) if !range.is_empty() => problem.at(span_at(&text, range.start, range.end)),
        _ => problem,
    }
}

/// `file:line`, or a file alone.
pub fn split(place: &str) -> (PathBuf, Option<usize>) {
    let parts = place.rsplit_once(':');
    let parts = parts.and_then(|(file, line)| Some((file, line.parse().ok()?)));
    match parts {
        Some((file, line)) => (Path::new(file).into(), Some(line)),
        None => (place.into(), None),
    }
}

/// The text without passwords that are written out in it: what is said of a
/// project may be told to everybody, on a page of its own.
pub fn masked(text: &str) -> String {
    const SECRETS: [&str; 3] = [
        r#"(?i)((?:password|passwd|secret|token|key)\w*["']?\s*[:=]\s*)"[^"\n]*""#,
        r"(?i)((?:password|passwd|secret|token|key)\w*[\x22']?\s*[:=]\s*)'[^'\n]*'",
        r"(://)[^@/\s]+@",
    ];
    static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        let patterns = SECRETS.iter().map(|pattern| Regex::new(pattern));
        patterns.flatten().collect()
    });
    let mut text = text.to_owned();
    for (pattern, left) in PATTERNS.iter().zip(["${1}\"…\"", "${1}'…'", "${1}…@"]) {
        text = pattern.replace_all(&text, left).into_owned();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_told() {
        for (text, wanted) in [
            (
                "SECRET_KEY = os.environ['X']",
                "SECRET_KEY = os.environ['X']",
            ),
            ("SECRET_KEY = 'hunter2'", "SECRET_KEY = '…'"),
            (
                "{\"PASSWORD\": \"hunter2\", \"HOST\": \"db\"}",
                "{\"PASSWORD\": \"…\", \"HOST\": \"db\"}",
            ),
            (
                "ValueError: postgres://u:pw@db/x",
                "ValueError: postgres://…@db/x",
            ),
        ] {
            assert_eq!(masked(text), wanted);
        }
    }
}
