//! The answers of `python/staticc/ask.py`, as data. Knows their JSON; decides
//! nothing.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use super::failure::Failure;
use crate::model::{Code, Problem};

/// What a project's Python says of it.
#[derive(Debug, Deserialize)]
pub struct Answers {
    /// Who answers.
    pub versions: Versions,
    /// Whose settings these are.
    pub settings_module: SettingsModule,
    /// Where modules are looked up.
    pub python_path: Vec<PathBuf>,
    /// By name.
    pub settings: HashMap<String, Setting>,
    /// In order; `None` where they can't be asked.
    pub apps: Option<Vec<App>>,
    /// `None` where the staticfiles app is not installed.
    pub ignore_patterns: Option<IgnorePatterns>,
    /// `None` where it can't be asked.
    pub storage: Option<Storage>,
    /// Finders that are not Django's two.
    pub finders: Option<Vec<Finder>>,
    /// What could not be asked, and why.
    pub not_asked: Vec<NotAsked>,
}

/// Who answers.
#[derive(Debug, Deserialize)]
pub struct Versions {
    /// Where its environment is.
    pub prefix: PathBuf,
    /// Such as `5.2.8`.
    pub django: String,
    /// Whether WhiteNoise makes `.br` files.
    pub brotli: bool,
}

/// Whose settings these are.
#[derive(Debug, Deserialize)]
pub struct SettingsModule {
    /// Its dotted name.
    pub name: Option<String>,
    /// Its file.
    pub file: Option<PathBuf>,
}

/// One setting.
#[derive(Debug, Deserialize)]
pub struct Setting {
    /// As Django sees it.
    pub value: Value,
    /// Whether the project says it.
    pub set: bool,
    /// As the project writes it, where Django sees something else.
    pub written: Option<Value>,
    /// `file:line` of where it says it.
    #[serde(rename = "where")]
    pub place: Option<String>,
}

/// One entry of `INSTALLED_APPS`.
#[derive(Debug, Deserialize)]
pub struct App {
    /// As it is written.
    pub entry: String,
    /// Where the app is.
    pub directory: PathBuf,
}

/// `StaticFilesConfig.ignore_patterns`.
#[derive(Debug, Deserialize)]
pub struct IgnorePatterns {
    /// The patterns.
    pub value: Vec<String>,
}

/// The storage of static files.
#[derive(Debug, Deserialize)]
pub struct Storage {
    /// Its dotted name.
    pub class: String,
    /// `file:line` of the class.
    #[serde(rename = "where")]
    pub place: Option<String>,
    /// The first of its classes that is Django's or WhiteNoise's.
    pub base: Option<String>,
    /// What other classes say otherwise than these.
    pub overrides: Vec<Override>,
    /// Whether it could be made, so that what follows is what it has.
    pub made: bool,
    /// As the storage has it.
    pub manifest_name: Option<String>,
    /// As the storage has it.
    pub support_js_module_import_aggregation: Option<bool>,
    /// As the storage has it.
    pub keep_only_hashed_files: Option<bool>,
    /// Absolute.
    pub location: Option<PathBuf>,
    /// As the storage has it.
    pub base_url: Option<String>,
    /// `None`: what the umask leaves.
    pub file_permissions_mode: Option<u32>,
    /// `None`: what the umask leaves.
    pub directory_permissions_mode: Option<u32>,
    /// Where the manifest is, absolute.
    pub manifest_location: Option<PathBuf>,
    /// What is rewritten, where that is not what Django rewrites.
    pub patterns: Option<Value>,
}

/// What a storage says otherwise than the class it is based on.
#[derive(Debug, Deserialize)]
pub struct Override {
    /// Of the method or attribute.
    pub name: String,
    /// `file:line` of it.
    #[serde(rename = "where")]
    pub place: Option<String>,
}

/// A finder that is not one of Django's two.
#[derive(Debug, Deserialize)]
pub struct Finder {
    /// As `STATICFILES_FINDERS` has it.
    pub entry: String,
    /// `file:line` of the class.
    #[serde(rename = "where")]
    pub place: Option<String>,
    /// What it finds, if it was asked for that.
    pub files: Option<Vec<FoundFile>>,
}

/// A file that a finder found.
#[derive(Debug, Deserialize)]
pub struct FoundFile {
    /// Below what it was found in.
    pub path: String,
    /// What is put before that.
    pub prefix: String,
    /// Where it is, absolute.
    pub source: PathBuf,
}

/// A question that a project did not let be answered.
#[derive(Debug, Deserialize)]
pub struct NotAsked {
    /// About what.
    pub what: String,
    /// Why it has no answer.
    pub why: String,
}

impl Answers {
    /// Whether the project says what is staticc's own.
    pub fn says_staticc(&self) -> bool {
        self.settings.get("STATICC").is_some_and(|it| it.set)
    }
}

/// Reads what the script printed, `asked` for this settings module.
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
            let failure: Failure = serde_json::from_value(error).map_err(unreadable)?;
            Err(failure.problem(asked, module))
        }
        None => serde_json::from_value(value).map_err(unreadable),
    }
}
