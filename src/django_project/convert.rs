//! Converts the answers of a project to settings, and finds what settings cannot express. Reads
//! files only for the lines that problems show.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use toml::{Table, Value};

use super::answers::{Answers, InstalledApp, Setting, Unanswered};
use super::finder::convert_finders;
use super::python_location::split;
use super::storage::{ConvertedStorage, convert_storage};
use super::value::{mode_to_toml, to_toml};
use crate::model::{Code, Problem};
use crate::settings::choices::DEFAULT_IGNORE_PATTERNS;
use crate::settings::project_settings::ProjectSettings;
use crate::settings::templates::JINJA2;

/// The settings of a project, and what they cannot express.
#[derive(Debug)]
pub struct Converted {
    /// Paths are absolute.
    pub settings: ProjectSettings,
    /// The problem of a storage that staticc does not replace.
    pub unknown_storage: Option<Problem>,
    /// What staticc cannot do in place of the storage.
    pub unsupported: Vec<Problem>,
    /// A problem for each finder whose files are unknown.
    pub finder_problems: Vec<Problem>,
}

pub fn convert(answers: &Answers) -> Result<Converted, Problem> {
    let missing = |what| move || missing_answer(what, answers);
    let mut unanswered = answers.not_asked.iter();
    if let Some(question) = unanswered.find(|question| is_needed(&question.what)) {
        return Err(inexpressible(question));
    }
    let storage = answers.storage.as_ref().ok_or_else(missing("storage"))?;
    let apps = answers.apps.as_ref().ok_or_else(missing("apps"))?;
    let mut values = plain_settings(answers, apps);
    let (converted, unknown_storage) = match convert_storage(answers, storage) {
        Ok(converted) => (converted, None),
        Err(problem) => (ConvertedStorage::default(), Some(problem)),
    };
    if !converted.settings.is_empty() {
        let staticfiles = ("staticfiles".to_owned(), converted.settings.into());
        let storages = Table::from_iter([staticfiles]);
        values.insert("STORAGES".into(), storages.into());
    }
    if storage.keep_only_hashed_files == Some(true) {
        values.insert("WHITENOISE_KEEP_ONLY_HASHED_FILES".into(), true.into());
    }
    let staticc = staticc_table(answers, storage.base.as_deref());
    values.extend(staticc.map(|table| ("staticc".to_owned(), table)));
    let finders = convert_finders(answers);
    let settings = ProjectSettings {
        values,
        finders: finders.finders,
        places: places(answers),
        file: answers.settings_module.file.clone().unwrap_or_default(),
    };
    Ok(Converted {
        settings,
        unknown_storage,
        unsupported: converted.unsupported,
        finder_problems: finders.problems,
    })
}

/// Returns whether collecting depends on an answer. A missing `storage` and missing `files of …` a
/// finder have problems of their own.
fn is_needed(what: &str) -> bool {
    const NEEDED: [&str; 11] = [
        "STATIC_URL",
        "STATIC_ROOT",
        "STATICFILES_DIRS",
        "STATICFILES_FINDERS",
        "FILE_UPLOAD_PERMISSIONS",
        "FILE_UPLOAD_DIRECTORY_PERMISSIONS",
        "FORCE_SCRIPT_NAME",
        "WHITENOISE_SKIP_COMPRESS_EXTENSIONS",
        "WHITENOISE_KEEP_ONLY_HASHED_FILES",
        "STATICC",
        "ignore_patterns",
    ];
    NEEDED.contains(&what) || what.starts_with("storage.")
}

fn inexpressible(question: &Unanswered) -> Problem {
    let message = format!("{} has no answer: {}", question.what, question.why);
    Problem::error(Code::ProjectUnloadable, message).help(
        "give it a plain value, UTF-8 where it is a path, or collect with manage.py collectstatic",
    )
}

/// Returns the settings that need no conversion, without defaults.
fn plain_settings(answers: &Answers, apps: &[InstalledApp]) -> Table {
    let setting = |name: &str| answers.settings.get(name);
    let value = |name: &str| to_toml(&setting(name)?.value);
    let set_value = |name: &str| setting(name).filter(|setting| setting.set)?.to_toml();
    let list = |name: &str| {
        let elements = setting(name).and_then(|setting| setting.value.as_array());
        elements.into_iter().flatten()
    };
    let mut values = Table::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            values.insert(name.to_owned(), value);
        }
    };
    put("STATIC_URL", set_value("STATIC_URL"));
    put("FORCE_SCRIPT_NAME", value("FORCE_SCRIPT_NAME"));
    put("STATIC_ROOT", value("STATIC_ROOT"));
    let dirs: Vec<Value> = list("STATICFILES_DIRS").filter_map(static_dir).collect();
    put("STATICFILES_DIRS", (!dirs.is_empty()).then(|| dirs.into()));
    let entries = apps.iter().map(|app| app.entry.as_str().into());
    put("INSTALLED_APPS", Some(Value::Array(entries.collect())));
    for (name, default) in [
        ("FILE_UPLOAD_PERMISSIONS", Some(0o644)),
        ("FILE_UPLOAD_DIRECTORY_PERMISSIONS", None),
    ] {
        let mode_of = |setting: &Setting| u32::try_from(setting.value.as_u64()?).ok();
        let mode = setting(name).map(mode_of);
        put(name, mode.filter(|mode| *mode != default).map(mode_to_toml));
    }
    let key = "WHITENOISE_SKIP_COMPRESS_EXTENSIONS";
    put(key, set_value(key));
    let engines = list("TEMPLATES").map(template_engine);
    put("TEMPLATES", Some(Value::Array(engines.collect())));
    values
}

/// Converts an entry of `STATICFILES_DIRS`.
fn static_dir(entry: &Json) -> Option<Value> {
    let text = |key: &str| entry[key].as_str().unwrap_or_default();
    // Django distinguishes directories by how they are written. A relative one depends on the
    // working directory of Python.
    let absolute = entry["written"]
        .as_str()
        .filter(|written| Path::new(written).is_absolute());
    let directory = absolute.or(entry["directory"].as_str())?;
    Some(match text("prefix") {
        "" => directory.into(),
        prefix => vec![prefix, directory].into(),
    })
}

/// Converts an entry of `TEMPLATES`.
fn template_engine(entry: &Json) -> Value {
    const DEFAULT: &str = "django.template.backends.django.DjangoTemplates";
    let mut engine = Table::new();
    let backend = match entry["app_dirname"].as_str() {
        // A class of the project counts as the one of Django's with the same directories.
        Some("jinja2") => JINJA2,
        _ => entry["BACKEND"].as_str().unwrap_or(DEFAULT),
    };
    if backend != DEFAULT {
        engine.insert("BACKEND".into(), backend.into());
    }
    if let Some(Value::Array(directories)) = to_toml(&entry["DIRS"])
        && !directories.is_empty()
    {
        engine.insert("DIRS".into(), directories.into());
    }
    if entry["APP_DIRS"] == true {
        engine.insert("APP_DIRS".into(), true.into());
    }
    if let Some(loaders) = to_toml(&entry["loaders"]) {
        let options = Table::from_iter([("loaders".to_owned(), loaders)]);
        engine.insert("OPTIONS".into(), options.into());
    }
    engine.into()
}

/// Returns `[staticc]`: the setting STATICC, with the default ignore patterns and encodings of
/// the project. The settings loader refuses a STATICC that is not a table.
fn staticc_table(answers: &Answers, backend: Option<&str>) -> Option<Value> {
    let setting = answers.settings.get("STATICC");
    let mut table = match setting.and_then(|setting| to_toml(&setting.value)) {
        Some(Value::Table(table)) => table,
        Some(other) => return Some(other),
        None => Table::new(),
    };
    if let Some(patterns) = &answers.ignore_patterns
        && patterns.value != DEFAULT_IGNORE_PATTERNS
    {
        let value = patterns.value.clone().into();
        table.insert("default_ignore_patterns".into(), value);
    }
    let compresses = backend.is_some_and(|backend| backend.contains(".Compressed"));
    if compresses && !answers.versions.brotli {
        let compression = table
            .entry("compression")
            .or_insert_with(|| Table::new().into());
        if let Value::Table(compression) = compression {
            let encodings = compression.entry("encodings");
            encodings.or_insert_with(|| vec!["gz"].into());
        }
    }
    (!table.is_empty()).then(|| table.into())
}

fn missing_answer(what: &str, answers: &Answers) -> Problem {
    let mut unanswered = answers.not_asked.iter();
    let why = unanswered
        .find(|question| question.what == what)
        .map_or("no answer", |question| &question.why);
    let message = format!("Django did not say what its {what} is: {why}");
    let file = answers.settings_module.file.clone().unwrap_or_default();
    Problem::error(Code::ProjectUnloadable, message)
        .in_file(file)
        .help("correct it until `python manage.py check` succeeds")
}

/// Returns the file and the line of each setting.
fn places(answers: &Answers) -> HashMap<String, (PathBuf, usize)> {
    let settings = answers.settings.iter().filter_map(|(name, setting)| {
        let (file, line) = split(setting.place.as_deref()?);
        let key = match &name[..] {
            "STATICC" => "staticc",
            "STORAGES.staticfiles" | "STATICFILES_STORAGE" => "STORAGES",
            name => name,
        };
        Some((key.to_owned(), (file, line?)))
    });
    settings.collect()
}
