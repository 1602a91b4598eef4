//! Counts the problems of a run, and says how many there were. Knows no streams.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::paths;
use super::text::counted;
use crate::model::{Problem, Severity};

#[derive(Default)]
pub(super) struct Tally {
    errors: usize,
    warnings: usize,
    notes: usize,
    files: HashSet<PathBuf>,
    by_code: BTreeMap<(Severity, &'static str), usize>,
}

impl Tally {
    /// The problems of one severity and one code that are printed as text. The others are
    /// counted: thousands of problems have few causes.
    pub const MAX_PRINTED: usize = 1000;

    /// Counts a problem. Returns whether it is among the first ones of its kind.
    pub fn count(&mut self, problem: &Problem) -> bool {
        let kind = (problem.severity, problem.code.as_str());
        let of_kind = self.by_code.entry(kind).or_default();
        *of_kind += 1;
        let is_printed = *of_kind <= Self::MAX_PRINTED;
        match problem.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => self.notes += 1,
        }
        self.files
            .extend(paths::file_of(problem).map(PathBuf::from));
        is_printed
    }

    /// Returns `… and 2 more errors [missing-file]` for each kind of problem that is not printed
    /// in full.
    pub fn not_printed(&self) -> impl Iterator<Item = String> {
        let kinds = self.by_code.iter();
        kinds.filter_map(|((severity, code), count)| {
            let more = count
                .checked_sub(Self::MAX_PRINTED)
                .filter(|&more| more > 0)?;
            let (one, several) = match severity {
                Severity::Error => ("more error", "more errors"),
                Severity::Warning => ("more warning", "more warnings"),
                Severity::Note => ("more note", "more notes"),
            };
            let others = counted(more, one, several);
            Some(format!(
                "… and {others} [{code}]; `--format json` lists all"
            ))
        })
    }

    pub fn has_warnings(&self) -> bool {
        self.warnings > 0
    }

    /// Returns `2 errors and 1 warning in 2 files`, or `None` if there was no
    /// problem. In a `strict` run, warnings fail.
    pub fn sentence(&self, strict: bool) -> Option<String> {
        let counts = [
            (self.errors, "error", "errors"),
            (self.warnings, "warning", "warnings"),
            (self.notes, "note", "notes"),
        ];
        let present = counts.into_iter().filter(|(count, ..)| *count > 0);
        let parts: Vec<String> = present
            .map(|(count, one, several)| counted(count, one, several))
            .collect();
        let (last, others) = parts.split_last()?;
        let problems = match others {
            [] => last.clone(),
            others => format!("{} and {last}", others.join(", ")),
        };
        let files = match self.files.len() {
            0 => String::new(),
            count => format!(" in {}", counted(count, "file", "files")),
        };
        let verdict = if strict && self.errors == 0 && self.has_warnings() {
            ", which fails a strict run"
        } else {
            ""
        };
        Some(format!("{problems}{files}{verdict}"))
    }

    /// Returns the line of `--format json` with the same numbers.
    pub fn object(&self) -> Value {
        json!({
            "event": "problems",
            "errors": self.errors,
            "warnings": self.warnings,
            "notes": self.notes,
            "files": self.files.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;

    #[test]
    fn sentences() {
        let sentence = |problems: &[Problem], strict| {
            let mut tally = Tally::default();
            for problem in problems {
                tally.count(problem);
            }
            tally.sentence(strict)
        };
        let error = Problem::error(Code::BadValue, "x").in_file("a.css");
        let warning = Problem::warning(Code::BadValue, "x").in_file("a.css");
        let elsewhere = warning.clone().in_file("b.css");
        let note = Problem::info(Code::BadValue, "x");
        let flag = Problem::error(Code::BadValue, "x").in_file("--set");
        for (problems, strict, wanted) in [
            (vec![], true, None),
            (vec![note.clone()], true, Some("1 note")),
            (vec![flag], false, Some("1 error")),
            (vec![error.clone(); 2], true, Some("2 errors in 1 file")),
            (
                vec![error.clone(), elsewhere.clone()],
                true,
                Some("1 error and 1 warning in 2 files"),
            ),
            (
                vec![error, warning.clone(), elsewhere, note],
                false,
                Some("1 error, 2 warnings and 1 note in 2 files"),
            ),
            (
                vec![warning],
                true,
                Some("1 warning in 1 file, which fails a strict run"),
            ),
        ] {
            assert_eq!(sentence(&problems, strict).as_deref(), wanted);
        }
    }
}
