//! Why a project can't be loaded → a problem with the place in the project's
//! own files, and a cure.

use serde::Deserialize;

use super::python_location::{located, masked};
use crate::model::{Code, Problem};

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
    /// `variable`, `module`, `empty-setting`, or `settings`: nobody names them.
    missing_is: Option<String>,
}

impl Failure {
    /// The problem it is for who was `asked` for this module.
    pub fn problem(&self, asked: &str, module: Option<&str>) -> Problem {
        let said = [&self.kind, ": ", &masked(&self.message)].concat();
        let said = said.trim_end_matches(": ");
        let message = format!("the project cannot be loaded: {said}");
        let problem = Problem::error(Code::ProjectUnloadable, message);
        let problem = located(problem, self.place.as_deref());
        problem
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
