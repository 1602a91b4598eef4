//! Sums up the problems in templates of installed packages in one note. The project cannot
//! correct these templates, and may never render them.

use std::collections::BTreeMap;

use crate::model::{Code, Problem, first_names};

/// The number of problems of each package.
#[derive(Debug, Default)]
pub(super) struct PackageProblems(BTreeMap<String, usize>);

/// The packages that the note names.
const MAX_NAMED: usize = 5;

impl PackageProblems {
    /// Counts a problem in a template of the package.
    pub fn add(&mut self, package: &str) {
        match self.0.get_mut(package) {
            Some(count) => *count += 1,
            None => _ = self.0.insert(package.to_owned(), 1),
        }
    }

    /// Returns the note, if there are problems.
    pub fn summary(&self) -> Option<Problem> {
        let total: usize = self.0.values().sum();
        if total == 0 {
            return None;
        }
        let mut packages: Vec<(&String, &usize)> = self.0.iter().collect();
        packages.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let packages = packages.into_iter();
        let named = packages.map(|(package, count)| format!("{package} ({count})"));
        let noun = if total == 1 { "problem" } else { "problems" };
        let message = format!(
            "{total} {noun} in templates of installed packages: {}",
            first_names(named, MAX_NAMED)
        );
        let problem = Problem::info(Code::PackageTemplates, message);
        Some(problem.help("use --all-templates to see them one by one"))
    }
}
