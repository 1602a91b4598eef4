//! Why a project can't be loaded → a problem with the place in the project's
//! own files, and a cure. Reads the one line it points to.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::disk;
use crate::nouns::{Problem, line_range, place_at};

/// An exception, as `ask.py` describes it.
#[derive(Debug, Deserialize)]
pub struct Failure {
    /// Its class.
    kind: String,
    /// The first line of what it says.
    message: String,
    /// `file:line` of the last of the project's own lines.
    #[serde(rename = "where")]
    place: Option<String>,
    /// What is missing, if something is.
    missing: Option<String>,
    /// `variable` or `module`.
    missing_is: Option<String>,
}

impl Failure {
    /// The problem it is for who was `asked` for this module.
    pub fn problem(&self, asked: &str, module: Option<&str>) -> Problem {
        let said = [&self.kind, ": ", &self.message].concat();
        let said = said.trim_end_matches(": ");
        let message = format!("the project cannot be loaded: {said}");
        let problem = Problem::error("project-unloadable", message);
        let problem = located(problem, self.place.as_deref());
        problem
            .note(format!("asked {asked}"))
            .cure(self.cure(module))
    }

    fn cure(&self, module: Option<&str>) -> String {
        let missing = self.missing.as_deref().unwrap_or_default();
        let settings = module
            .is_some_and(|module| module == missing || module.split('.').next() == Some(missing));
        match self.missing_is.as_deref() {
            Some("variable") => format!(
                "set the environment variable {missing}; for static files mostly any value will do: {missing}=x staticc …"
            ),
            Some("module") if missing == "django" => {
                "name the Python that has Django: --python .venv/bin/python".to_owned()
            }
            Some("module") if settings => {
                "name a settings file that there is, or the project's settings, in the directory of manage.py".to_owned()
            }
            Some("module") => format!(
                "install {missing} in that environment, name another with --python, or run this in the directory of manage.py"
            ),
            _ if self.kind == "LookupError" => {
                "name the settings, --django-settings mysite.settings, or run this in the directory of manage.py".to_owned()
            }
            _ => "correct it until `python manage.py check` succeeds".to_owned(),
        }
    }
}

/// Python files that people write are smaller by far, in bytes.
const LARGEST: u64 = 4 << 20;

/// The problem, said of `file:line`.
pub fn located(problem: Problem, place: Option<&str>) -> Problem {
    let Some((file, line)) = place.map(split) else {
        return problem;
    };
    let problem = problem.in_file(&file);
    let text = disk::read_small(&file, LARGEST).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    match line.map(|line| line_range(&text, line)) {
        Some(range) if !range.is_empty() => problem.at(place_at(&text, range.start, range.end)),
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
