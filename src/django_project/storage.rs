//! Converts the project's storage to BACKEND and OPTIONS, and finds what of it staticc cannot
//! replace.

use std::path::Path;

use toml::{Table, Value};

use super::answers::{Answers, Storage};
use super::python_location::located;
use super::value::{mode_to_toml, path_to_toml};
use crate::model::{Code, Problem, first_names};
use crate::settings::choices::BACKEND_NAMES;

/// Overrides that do not affect collecting. Many projects have them.
const SERVING_OVERRIDES: [&str; 4] = [
    "url",
    "stored_name",
    "manifest_strict",
    "make_helpful_exception",
];

/// Overrides whose effect the fields of the storage show.
const VISIBLE_OVERRIDES: [&str; 5] = [
    "__init__",
    "manifest_name",
    "max_post_process_passes",
    "support_js_module_import_aggregation",
    "keep_only_hashed_files",
];

#[derive(Default)]
pub struct ConvertedStorage {
    /// The content of the table `STORAGES.staticfiles`.
    pub settings: Table,
    /// What the table cannot express.
    pub unsupported: Vec<Problem>,
}

/// Fails if the storage is not based on one of the four that staticc replaces.
pub fn convert_storage(answers: &Answers, storage: &Storage) -> Result<ConvertedStorage, Problem> {
    let is_known = |name: &&str| BACKEND_NAMES.contains(name);
    let mut table = Table::new();
    let backend = storage.base.as_deref().filter(is_known).ok_or_else(|| {
        let class = &storage.class;
        let message = format!("the storage {class} is not based on one that staticc knows");
        let problem = problem(message, storage.place.as_deref());
        own_members(storage)
            .into_iter()
            .fold(problem, Problem::note)
    })?;
    if backend != BACKEND_NAMES[0] {
        table.insert("BACKEND".into(), backend.into());
    }
    let options = options(answers, storage);
    if !options.is_empty() {
        table.insert("OPTIONS".into(), options.into());
    }
    Ok(ConvertedStorage {
        settings: table,
        unsupported: unsupported(storage, backend),
    })
}

/// Returns a note that lists what the storage overrides.
fn own_members(storage: &Storage) -> Option<String> {
    const MAX_SHOWN: usize = 8;
    let overrides = storage.overrides.iter();
    let names = overrides.map(|overridden| format!("`{}`", overridden.name));
    let shown = first_names(names, MAX_SHOWN);
    (!shown.is_empty()).then(|| format!("its own: {shown}"))
}

/// Returns a problem for each property that base class and options do not express.
fn unsupported(storage: &Storage, backend: &str) -> Vec<Problem> {
    let class = &storage.class;
    let place = storage.place.as_deref();
    let mut problems = Vec::new();
    let overrides = storage.overrides.iter();
    for overridden in overrides.filter(|own| !SERVING_OVERRIDES.contains(&&*own.name)) {
        if storage.made && VISIBLE_OVERRIDES.contains(&&*overridden.name) {
            continue;
        }
        let name = &overridden.name;
        let message = format!("{class} has its own `{name}`, which only Python can run");
        let place = overridden.place.as_deref().or(place);
        problems.push(problem(message, place));
    }
    if !storage.made {
        let message = format!("{class} cannot be made to ask it for its options");
        problems.push(problem(message, place));
    }
    if storage.patterns.is_some() && problems.is_empty() {
        let message = format!("{class} has patterns of its own, by which it rewrites");
        problems.push(problem(message, place));
    }
    let elsewhere = storage.manifest_location != storage.location;
    if backend.contains("Manifest") && elsewhere && problems.is_empty() {
        let message = format!("{class} has its manifest elsewhere than its files");
        problems.push(problem(message, place));
    }
    problems
}

fn problem(message: String, place: Option<&str>) -> Problem {
    located(Problem::error(Code::CustomStorage, message), place)
}

/// Returns the options of the storage that differ from the other settings.
fn options(answers: &Answers, storage: &Storage) -> Table {
    let mut options = Table::new();
    if !storage.made {
        return options;
    }
    let setting = |name: &str| answers.settings.get(name).map(|setting| &setting.value);
    let path = |name: &str| setting(name).and_then(|value| value.as_str().map(Path::new));
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            options.insert(name.to_owned(), value);
        }
    };
    let static_root = path("STATIC_ROOT");
    let location = storage
        .location
        .as_deref()
        .filter(|location| Some(*location) != static_root);
    put("location", location.map(path_to_toml));
    let with_slash = |url: &str| format!("{}/", url.trim_end_matches('/'));
    let static_url = setting("STATIC_URL").and_then(|value| value.as_str());
    let base_url = storage
        .base_url
        .as_deref()
        .filter(|url| Some(with_slash(url)) != static_url.map(with_slash));
    put("base_url", base_url.map(Into::into));
    for (name, own, general) in [
        (
            "file_permissions_mode",
            storage.file_permissions_mode,
            "FILE_UPLOAD_PERMISSIONS",
        ),
        (
            "directory_permissions_mode",
            storage.directory_permissions_mode,
            "FILE_UPLOAD_DIRECTORY_PERMISSIONS",
        ),
    ] {
        let default = setting(general).and_then(serde_json::Value::as_u64);
        put(
            name,
            (own.map(u64::from) != default).then(|| mode_to_toml(own)),
        );
    }
    let name = storage
        .manifest_name
        .as_deref()
        .filter(|name| *name != "staticfiles.json");
    put("manifest_name", name.map(Into::into));
    let aggregation = storage.support_js_module_import_aggregation;
    put(
        "support_js_module_import_aggregation",
        aggregation.filter(|is_on| *is_on).map(Into::into),
    );
    options
}
