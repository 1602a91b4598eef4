//! Finds the place of a `file:line` of Python in the project's files. Reads the file, and masks
//! what may be a secret.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use crate::model::{Problem, line_range, span_at};
use crate::settings::project_settings::read_python;

/// Adds the place of a `file:line` to a problem.
pub fn located(problem: Problem, place: Option<&str>) -> Problem {
    let Some((file, line)) = place.map(split) else {
        return problem;
    };
    let text = masked(&read_python(&file));
    let in_file = problem.in_file(file);
    match line.map(|line| line_range(&text, line)) {
        Some(range) if !range.is_empty() => in_file.at(span_at(&text, range.start, range.end)),
        _ => in_file,
    }
}

/// Splits `file:line`. The line may be missing.
pub fn split(place: &str) -> (PathBuf, Option<usize>) {
    let split = place.rsplit_once(':');
    match split.and_then(|(file, line)| Some((file, line.parse().ok()?))) {
        Some((file, line)) => (Path::new(file).into(), Some(line)),
        None => (place.into(), None),
    }
}

/// Masks the passwords in a text: the log of a CI job may be public.
pub fn masked(text: &str) -> String {
    /// Patterns, and what stands for their matches.
    const SECRETS: [(&str, &str); 3] = [
        (
            r#"(?i)((?:password|passwd|secret|token|key)\w*["']?\s*[:=]\s*)"[^"\n]*""#,
            "${1}\"…\"",
        ),
        (
            r"(?i)((?:password|passwd|secret|token|key)\w*[\x22']?\s*[:=]\s*)'[^'\n]*'",
            "${1}'…'",
        ),
        (r"(://)[^@/\s]+@", "${1}…@"),
    ];
    static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let compile = |(pattern, mask)| Regex::new(pattern).ok().map(|regex| (regex, mask));
        SECRETS.into_iter().filter_map(compile).collect()
    });
    let mut masked = text.to_owned();
    for (pattern, mask) in PATTERNS.iter() {
        masked = pattern.replace_all(&masked, *mask).into_owned();
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked() {
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
