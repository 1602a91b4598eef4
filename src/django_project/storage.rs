//! The project's storage → BACKEND and OPTIONS, and what of it staticc can't
//! stand in for. Decides nothing else.

use std::path::Path;

use toml::{Table, Value};

use super::answers::{Answers, Storage};
use super::python_location::located;
use super::value::{of_mode, of_path};
use crate::model::{Code, Problem};
use crate::settings::words::BACKEND_NAMES;

/// Overridden by many projects; collecting does not depend on them.
const OF_SERVING: [&str; 4] = [
    "url",
    "stored_name",
    "manifest_strict",
    "make_helpful_exception",
];

/// What a storage has by its class or by its options, and is asked for itself.
const ASKED: [&str; 5] = [
    "__init__",
    "manifest_name",
    "max_post_process_passes",
    "support_js_module_import_aggregation",
    "keep_only_hashed_files",
];

/// The storage as settings, and what they don't tell; or that it is none that
/// staticc knows.
pub fn storage(answers: &Answers, storage: &Storage) -> Result<(Table, Vec<Problem>), Problem> {
    let known = |name: &&str| BACKEND_NAMES.contains(name);
    let mut table = Table::new();
    let backend = storage.base.as_deref().filter(known).ok_or_else(|| {
        let class = &storage.class;
        let message = format!("the storage {class} is not based on one that staticc knows");
        problem(message, storage.place.as_deref())
    })?;
    if backend != BACKEND_NAMES[0] {
        table.insert("BACKEND".into(), backend.into());
    }
    let options = options(answers, storage);
    if !options.is_empty() {
        table.insert("OPTIONS".into(), options.into());
    }
    Ok((table, untold(storage, backend)))
}

/// What of a storage is not told by its class and options.
fn untold(storage: &Storage, backend: &str) -> Vec<Problem> {
    let class = &storage.class;
    let place = storage.place.as_deref();
    let mut problems = Vec::new();
    let overrides = storage.overrides.iter();
    for overridden in overrides.filter(|it| !OF_SERVING.contains(&&*it.name)) {
        if storage.made && ASKED.contains(&&*overridden.name) {
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

/// What the storage has, where settings don't say it already.
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
    let location = storage.location.as_deref();
    let location = location.filter(|location| Some(*location) != path("STATIC_ROOT"));
    put("location", location.map(of_path));
    let slashed = |url: &str| format!("{}/", url.trim_end_matches('/'));
    let static_url = setting("STATIC_URL").and_then(|value| value.as_str());
    let base_url = storage.base_url.as_deref();
    let base_url = base_url.filter(|url| Some(slashed(url)) != static_url.map(slashed));
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
        let general = setting(general).and_then(serde_json::Value::as_u64);
        put(name, (own.map(u64::from) != general).then(|| of_mode(own)));
    }
    let name = storage.manifest_name.as_deref();
    let name = name.filter(|name| *name != "staticfiles.json");
    put("manifest_name", name.map(Into::into));
    let aggregation = storage.support_js_module_import_aggregation;
    put(
        "support_js_module_import_aggregation",
        aggregation.filter(|it| *it).map(Into::into),
    );
    options
}
