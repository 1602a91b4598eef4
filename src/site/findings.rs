//! Gathers findings: equal ones of several files become one problem, with a few of the files as
//! examples.

use std::collections::{BTreeMap, BTreeSet};

use super::cure::{cure, recipes};
use super::expected::ExpectedFile;
use super::finding::SiteFinding;
use super::finding_text::message;
use super::server::ServerKind;
use crate::model::{Code, Problem, Severity, SiteProblems};
use crate::publish::purge_url::purge_url;
use crate::store::web::url::WebUrl;

/// The files that a problem names.
const EXAMPLES: usize = 3;

#[derive(Debug, Default)]
pub struct SiteFindings {
    /// Each with the indices of its files.
    groups: BTreeMap<SiteFinding, BTreeSet<usize>>,
}

impl SiteFindings {
    pub fn add(&mut self, file: usize, finding: SiteFinding) {
        self.groups.entry(finding).or_default().insert(file);
    }

    /// Returns the problems, errors first.
    pub fn problems(
        &self,
        files: &[ExpectedFile],
        url: &WebUrl,
        server: ServerKind,
    ) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self
            .groups
            .iter()
            .map(|(finding, indices)| {
                let mut problem = Problem {
                    severity: finding.severity(),
                    ..Problem::error(finding.code(), message(finding, indices.len()))
                };
                for index in indices.iter().take(EXAMPLES) {
                    let path = files[*index].path.as_bytes();
                    problem = problem.note(purge_url(url.as_str(), path));
                }
                if indices.len() > EXAMPLES {
                    let others = indices.len() - EXAMPLES;
                    problem = problem.note(format!("and {others} more; -v 2 lists all"));
                }
                for recipe in recipes(finding, url, server) {
                    problem = problem.note(recipe);
                }
                problem.help(cure(finding, url, server))
            })
            .collect();
        problems.sort_by_key(|problem| problem.severity);
        problems
    }

    /// Returns how many files have each problem, in the order of severity and code.
    pub fn table(&self, files: &[ExpectedFile]) -> Vec<SiteProblems> {
        let mut table: BTreeMap<(Severity, Code), BTreeSet<usize>> = BTreeMap::new();
        for (finding, indices) in &self.groups {
            let row = table
                .entry((finding.severity(), finding.code()))
                .or_default();
            row.extend(indices);
        }
        let rows = table.into_iter().map(|((severity, code), indices)| {
            let first = indices.first().map(|index| files[*index].path.clone());
            SiteProblems {
                code,
                severity,
                files: indices.len(),
                first: first.unwrap_or_default(),
            }
        });
        rows.collect()
    }

    /// Returns each file with each code of its findings.
    pub fn by_file(&self) -> BTreeSet<(usize, Code)> {
        let groups = self.groups.iter();
        let pairs = groups
            .flat_map(|(finding, indices)| indices.iter().map(|index| (*index, finding.code())));
        pairs.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::expected::sample_file;

    #[test]
    fn equal_findings_are_one_problem_with_examples() {
        let files: Vec<_> = (0..9)
            .map(|number| sample_file(&format!("a/{number}.css"), ""))
            .collect();
        let mut findings = SiteFindings::default();
        findings.add(8, SiteFinding::PublicManifest);
        for index in (0..5).chain(0..5) {
            findings.add(index, SiteFinding::NoVary);
        }
        let url = WebUrl::parse("https://example.com/static/").unwrap();
        let problems = findings.problems(&files, &url, ServerKind::Nginx);
        assert_eq!(problems.len(), 2);
        assert_eq!(problems[0].severity, Severity::Error);
        assert!(problems[0].message.starts_with("5 files"), "{problems:?}");
        assert_eq!(problems[0].notes[0], "https://example.com/static/a/0.css");
        assert_eq!(problems[0].notes[3], "and 2 more; -v 2 lists all");
        let rows = findings.table(&files);
        assert_eq!((rows[0].code, rows[0].files), (Code::SiteVary, 5));
        assert_eq!(findings.by_file().len(), 6);
    }
}
