//! Answers → settings, and what of the project they don't tell. Pure but for
//! the lines of Python that problems show.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use toml::{Table, Value};

use super::answers::{Answers, App, NotAsked};
use super::finder::finders;
use super::python_location::split;
use super::storage::storage;
use super::value::{of_mode, to_toml};
use crate::model::{Code, Problem};
use crate::settings::given::ProjectSettings;
use crate::settings::words::PRIVATE;

/// What a project says, as settings.
#[derive(Debug)]
pub struct Converted {
    /// The settings; paths are absolute.
    pub given: ProjectSettings,
    /// That the storage is none that staticc knows.
    pub unknown_storage: Option<Problem>,
    /// What of the storage staticc can't stand in for.
    pub untold: Vec<Problem>,
    /// Finders whose files were not asked for, each with its problem.
    pub finders: Vec<Problem>,
}

/// Makes settings of answers.
pub fn carry(answers: &Answers) -> Result<Converted, Problem> {
    let no = |what| move || not_asked(what, answers);
    if let Some(missing) = answers.not_asked.iter().find(|it| is_needed(&it.what)) {
        return Err(untellable(missing));
    }
    let own_storage = answers.storage.as_ref().ok_or_else(no("storage"))?;
    let apps = answers.apps.as_ref().ok_or_else(no("apps"))?;
    let mut values = plain(answers, apps);
    let (own, untold, unknown_storage) = match storage(answers, own_storage) {
        Ok((own, untold)) => (own, untold, None),
        Err(problem) => (Table::new(), Vec::new(), Some(problem)),
    };
    if !own.is_empty() {
        let storages = Table::from_iter([("staticfiles".to_owned(), own.into())]);
        values.insert("STORAGES".into(), storages.into());
    }
    if own_storage.keep_only_hashed_files == Some(true) {
        values.insert("WHITENOISE_KEEP_ONLY_HASHED_FILES".into(), true.into());
    }
    let own = staticc(answers, own_storage.base.as_deref());
    values.extend(own.map(|own| ("staticc".to_owned(), own)));
    let (listed, finders) = finders(answers);
    let given = ProjectSettings {
        values,
        finders: listed,
        places: places(answers),
        file: answers.settings_module.file.clone().unwrap_or_default(),
    };
    Ok(Converted {
        given,
        unknown_storage,
        untold,
        finders,
    })
}

/// Whether collecting depends on an answer. Storages and finders have problems
/// of their own.
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

fn untellable(missing: &NotAsked) -> Problem {
    let message = format!("{} cannot be told: {}", missing.what, missing.why);
    Problem::error(Code::ProjectUnloadable, message).help(
        "give it a plain value, UTF-8 where it is a path, or collect with manage.py collectstatic",
    )
}

/// Settings that are said as they are, where they are not the default.
fn plain(answers: &Answers, apps: &[App]) -> Table {
    let setting = |name: &str| answers.settings.get(name);
    let value = |name: &str| setting(name).map(|it| &it.value).and_then(to_toml);
    let written = |name: &str| {
        let setting = setting(name).filter(|it| it.set)?;
        to_toml(setting.written.as_ref().unwrap_or(&setting.value))
    };
    let mut values = Table::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            values.insert(name.to_owned(), value);
        }
    };
    put("STATIC_URL", written("STATIC_URL"));
    put("FORCE_SCRIPT_NAME", value("FORCE_SCRIPT_NAME"));
    put("STATIC_ROOT", value("STATIC_ROOT"));
    let dirs = setting("STATICFILES_DIRS").and_then(|it| it.value.as_array());
    let dirs: Vec<Value> = dirs.into_iter().flatten().filter_map(static_dir).collect();
    put("STATICFILES_DIRS", (!dirs.is_empty()).then(|| dirs.into()));
    let apps = apps.iter().map(|app| app.entry.as_str().into());
    let apps: Vec<Value> = apps.collect();
    put("INSTALLED_APPS", Some(apps.into()));
    for (name, default) in [
        ("FILE_UPLOAD_PERMISSIONS", Some(0o644)),
        ("FILE_UPLOAD_DIRECTORY_PERMISSIONS", None),
    ] {
        let own = setting(name).map(|it| it.value.as_u64());
        let own = own.map(|own| own.and_then(|own| u32::try_from(own).ok()));
        put(name, own.filter(|own| *own != default).map(of_mode));
    }
    let key = "WHITENOISE_SKIP_COMPRESS_EXTENSIONS";
    put(key, written(key));
    let engines = setting("TEMPLATES").and_then(|it| it.value.as_array());
    let engines: Vec<Value> = engines.into_iter().flatten().map(engine).collect();
    put("TEMPLATES", Some(engines.into()));
    values
}

/// One entry of `STATICFILES_DIRS`.
fn static_dir(entry: &Json) -> Option<Value> {
    let text = |key: &str| entry[key].as_str().unwrap_or_default();
    // As it is written, by which Django knows one directory from another; unless
    // that depends on where Python was.
    let written = entry["written"].as_str();
    let written = written.filter(|written| Path::new(written).is_absolute());
    let directory = written.or(entry["directory"].as_str())?;
    Some(match text("prefix") {
        "" => directory.into(),
        prefix => vec![prefix, directory].into(),
    })
}

/// One entry of `TEMPLATES`.
fn engine(entry: &Json) -> Value {
    const DEFAULT: &str = "django.template.backends.django.DjangoTemplates";
    let mut engine = Table::new();
    let backend = entry["BACKEND"].as_str().unwrap_or(DEFAULT);
    if backend != DEFAULT {
        engine.insert("BACKEND".into(), backend.into());
    }
    let directories = to_toml(&entry["DIRS"]);
    let directories = directories.filter(|it| it.as_array().is_some_and(|it| !it.is_empty()));
    if let Some(directories) = directories {
        engine.insert("DIRS".into(), directories);
    }
    let loaders = entry["loaders"].to_string();
    if entry["APP_DIRS"] == true || loaders.contains("loaders.app_directories.") {
        engine.insert("APP_DIRS".into(), true.into());
    }
    engine.into()
}

/// `[staticc]`: the setting STATICC, and what WhiteNoise goes by. What is no
/// table is refused by who reads it.
fn staticc(answers: &Answers, backend: Option<&str>) -> Option<Value> {
    let own = answers.settings.get("STATICC");
    let mut own = match own.and_then(|it| to_toml(&it.value)) {
        Some(Value::Table(own)) => own,
        Some(other) => return Some(other),
        None => Table::new(),
    };
    let patterns = answers.ignore_patterns.as_ref().map(|it| &it.value);
    if let Some(patterns) = patterns.filter(|it| ***it != PRIVATE) {
        own.insert("default_ignore_patterns".into(), patterns.clone().into());
    }
    let compresses = backend.is_some_and(|backend| backend.contains(".Compressed"));
    if compresses && !answers.versions.brotli {
        let compression = own
            .entry("compression")
            .or_insert_with(|| Table::new().into());
        if let Value::Table(compression) = compression {
            let encodings = compression.entry("encodings");
            encodings.or_insert_with(|| vec!["gz"].into());
        }
    }
    (!own.is_empty()).then(|| own.into())
}

fn not_asked(what: &str, answers: &Answers) -> Problem {
    let mut about = answers.not_asked.iter();
    let why = about
        .find(|it| it.what == what)
        .map_or("no answer", |it| &it.why);
    let message = format!("Django has no {what} to tell of: {why}");
    let file = answers.settings_module.file.clone().unwrap_or_default();
    Problem::error(Code::ProjectUnloadable, message)
        .in_file(file)
        .help("correct it until `python manage.py check` succeeds")
}

/// Where the settings are said.
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
