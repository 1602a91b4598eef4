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
        located(problem, self.place.as_deref())
            .note(format!("asked {asked}"))
            .help(self.help(module))
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
            Some("module") => format!(
                "install {missing} in that environment, name another with --python, or run this in the directory of manage.py"
            ),
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
