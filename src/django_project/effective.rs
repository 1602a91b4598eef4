//! Completes the settings of a project for a run without a settings file: adds where its apps
//! are, its version of Django, and what Django's own checks compare.

use toml::{Table, Value};

use super::answers::{Answers, Setting};
use super::value::path_to_toml;
use crate::model::DjangoVersion;
use crate::settings::project_settings::ProjectSettings;

pub fn effective_settings(answers: &Answers, given: &ProjectSettings) -> ProjectSettings {
    let mut effective = given.clone();
    for name in ["MEDIA_URL", "MEDIA_ROOT", "DEBUG"] {
        let setting = answers.settings.get(name).filter(|setting| setting.set);
        let value = setting.and_then(Setting::to_toml);
        effective
            .values
            .extend(value.map(|value| (name.to_owned(), value)));
    }
    let staticc = effective.values.entry("staticc");
    if let Value::Table(staticc) = staticc.or_insert_with(|| Table::new().into()) {
        for (key, value) in locations(answers) {
            staticc.entry(key).or_insert(value);
        }
    }
    effective
}

/// Returns where apps and Django are, so that they are not searched for.
fn locations(answers: &Answers) -> Table {
    let apps = answers.apps.iter().flatten();
    let directories = apps.map(|app| (app.entry.clone(), path_to_toml(&app.directory)));
    let directories: Table = directories.collect();
    let mut staticc = Table::new();
    staticc.insert("app_directories".into(), directories.into());
    let (django, python_path) = match DjangoVersion::of(&answers.versions.django) {
        Some(django) => (Some(django), vec![]),
        // The settings loader words the problem of an unknown version.
        None => (None, vec![path_to_toml(&answers.versions.prefix)]),
    };
    staticc.insert("python_path".into(), python_path.into());
    staticc.extend(django.map(|django| ("django".to_owned(), django.as_str().into())));
    staticc
}
