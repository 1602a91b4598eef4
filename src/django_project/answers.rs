//! Parses the answers of `python/staticc/ask.py`. Decides nothing.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use super::failure::LoadFailure;
use super::value::to_toml;
use crate::model::{Code, Problem};

/// What the project's Python answers.
#[derive(Debug, Deserialize)]
pub struct Answers {
    pub versions: Versions,
    pub settings_module: SettingsModule,
    /// The value of Python's `sys.path`.
    pub python_path: Vec<PathBuf>,
    /// The settings, by their names.
    pub settings: HashMap<String, Setting>,
    /// In order. `None` if Django cannot load them.
    pub apps: Option<Vec<InstalledApp>>,
    /// `None` without the staticfiles app.
    pub ignore_patterns: Option<DefaultIgnorePatterns>,
    /// `None` if Django cannot load it.
    pub storage: Option<Storage>,
    /// Finders other than Django's two.
    pub finders: Option<Vec<CustomFinder>>,
    /// Questions without an answer.
    pub not_asked: Vec<Unanswered>,
}

/// The versions of the environment.
#[derive(Debug, Deserialize)]
pub struct Versions {
    /// The value of Python's `sys.prefix`.
    pub prefix: PathBuf,
    /// The version of Django, such as `5.2.8`.
    pub django: String,
    /// Whether WhiteNoise makes `.br` files.
    pub brotli: bool,
}

#[derive(Debug, Deserialize)]
pub struct SettingsModule {
    pub name: Option<String>,
    pub file: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
pub struct Setting {
    /// The value that Django uses.
    pub value: Value,
    /// Whether the project sets it.
    pub set: bool,
    /// The value as written, if Django changes it.
    pub written: Option<Value>,
    /// `file:line` of the assignment.
    #[serde(rename = "where")]
    pub place: Option<String>,
}

/// One entry of `INSTALLED_APPS`.
#[derive(Debug, Deserialize)]
pub struct InstalledApp {
    /// The entry as the setting has it.
    pub entry: String,
    pub directory: PathBuf,
}

/// The attribute `ignore_patterns` of the staticfiles app.
#[derive(Debug, Deserialize)]
pub struct DefaultIgnorePatterns {
    pub value: Vec<String>,
}

/// The storage of static files.
#[derive(Debug, Deserialize)]
pub struct Storage {
    pub class: String,
    /// `file:line` of the class.
    #[serde(rename = "where")]
    pub place: Option<String>,
    /// The nearest base class that is Django's or WhiteNoise's.
    pub base: Option<String>,
    /// What its own classes override.
    pub overrides: Vec<Override>,
    /// Whether it could be instantiated. The fields below are those of the instance.
    pub made: bool,
    pub manifest_name: Option<String>,
    pub support_js_module_import_aggregation: Option<bool>,
    pub keep_only_hashed_files: Option<bool>,
    pub location: Option<PathBuf>,
    pub base_url: Option<String>,
    /// `None`: what the umask leaves.
    pub file_permissions_mode: Option<u32>,
    /// `None`: what the umask leaves.
    pub directory_permissions_mode: Option<u32>,
    /// The directory of the manifest, absolute.
    pub manifest_location: Option<PathBuf>,
    /// The patterns of references, if they are not Django's.
    pub patterns: Option<Value>,
}

/// A method or attribute that a storage overrides.
#[derive(Debug, Deserialize)]
pub struct Override {
    pub name: String,
    #[serde(rename = "where")]
    pub place: Option<String>,
}

/// A finder other than Django's two.
#[derive(Debug, Deserialize)]
pub struct CustomFinder {
    /// The entry of `STATICFILES_FINDERS`, as written.
    pub entry: String,
    /// `file:line` of the class.
    #[serde(rename = "where")]
    pub place: Option<String>,
    /// The files that it lists, if they were asked for.
    pub files: Option<Vec<FoundFile>>,
    /// The patterns that apply from this finder on, if it changes them.
    pub ignore_patterns: Option<Vec<String>>,
}

/// A file that a finder lists.
#[derive(Debug, Deserialize)]
pub struct FoundFile {
    /// Relative to the storage that it is in.
    pub path: String,
    /// The prefix of the storage.
    pub prefix: String,
    pub source: PathBuf,
}

/// A question without an answer.
#[derive(Debug, Deserialize)]
pub struct Unanswered {
    /// The setting, or part of the project.
    pub what: String,
    pub why: String,
}

impl Setting {
    /// Returns the value as the project writes it.
    pub fn to_toml(&self) -> Option<toml::Value> {
        to_toml(self.written.as_ref().unwrap_or(&self.value))
    }
}

impl Answers {
    /// Returns whether the project sets STATICC.
    pub fn has_staticc(&self) -> bool {
        self.settings
            .get("STATICC")
            .is_some_and(|setting| setting.set)
    }
}

/// Parses what the script printed. Messages say what was asked: `asked` names the Python and the
/// settings, `module` is the settings module.
pub fn read(json: &[u8], asked: &str, module: Option<&str>) -> Result<Answers, Problem> {
    let unreadable = |error: serde_json::Error| {
        let message = format!("the answers of the project's Python cannot be read: {error}");
        let problem = Problem::error(Code::ProjectUnloadable, message);
        problem
            .note(format!("asked {asked}"))
            .help("collect with manage.py collectstatic")
    };
    let mut value: Value = serde_json::from_slice(json).map_err(unreadable)?;
    match value.get_mut("error").map(Value::take) {
        Some(error) => {
            let failure: LoadFailure = serde_json::from_value(error).map_err(unreadable)?;
            Err(failure.to_problem(asked, module))
        }
        None => serde_json::from_value(value).map_err(unreadable),
    }
}
