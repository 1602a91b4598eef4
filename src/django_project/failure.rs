//! Words the problem of a project that cannot be loaded, with its place in the project's files.

use serde::Deserialize;

use super::python_location::{located, masked};
use crate::model::{Code, Problem};

/// An exception, as `ask.py` describes it.
#[derive(Debug, Deserialize)]
pub struct LoadFailure {
    /// The name of the class.
    kind: String,
    /// The first line of the message.
    message: String,
    /// The last line of a message of several lines, such as "Did you install mysqlclient?".
    hint: Option<String>,
    /// What could not be imported, in Python's words, if another exception hides it.
    cause: Option<String>,
    /// `file:line` of the last frame in the project.
    #[serde(rename = "where")]
    place: Option<String>,
    /// The name of what is missing.
    missing: Option<String>,
    /// `variable`, `module`, `empty-setting`, or `settings` if no settings are named.
    missing_is: Option<String>,
}

impl LoadFailure {
    /// Returns the error. `asked` names the Python and the settings, `module` is the settings module.
    pub fn to_problem(&self, asked: &str, module: Option<&str>) -> Problem {
        let described = [&self.kind, ": ", &masked(&self.message)].concat();
        let exception = described.trim_end_matches(": ");
        let message = format!("the project cannot be loaded: {exception}");
        let problem = Problem::error(Code::ProjectUnloadable, message);
        let hint = self.hint.as_ref().filter(|_| self.question().is_none());
        let lines = hint.into_iter().chain(&self.cause);
        lines
            .map(|line| masked(line))
            .fold(located(problem, self.place.as_deref()), Problem::note)
            .note(format!("asked {asked}"))
            .help(self.help(module))
    }

    /// Returns the hint if it asks whether something is installed.
    fn question(&self) -> Option<&str> {
        self.hint.as_deref().filter(|hint| hint.ends_with('?'))
    }

    fn help(&self, module: Option<&str>) -> String {
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
            Some("module") => {
                let install = self.question().map_or_else(
                    || format!("install the package that has the module {missing} in that environment"),
                    |question| format!("{question} It belongs in that environment"),
                );
                format!("{install}; or name another with --python, or run this in the directory of manage.py")
            }
            Some("empty-setting") => {
                format!("{missing} is empty: set what it is taken from, such as an environment variable")
            }
            Some("settings") => {
                "name the settings, --django-settings mysite.settings, or run this in the directory of manage.py".to_owned()
            }
            _ => "correct it until `python manage.py check` succeeds".to_owned(),
        }
    }
}
