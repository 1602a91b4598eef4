//! Reads `INSTALLED_APPS` and `app_directories`. [`crate::apps::locate`] finds the other apps.

use super::keys;
use super::layers::Layers;
use super::reader::Section;
use super::tree::TomlValue;
use crate::apps::locate as apps;
use crate::apps::search_path::SearchPath;
use crate::model::Problem;
use crate::model::{App, Code};

/// Returns the apps with their directories.
pub fn apps(
    top: &Section<'_>,
    staticc: &Section<'_>,
    layers: &Layers,
    search: &SearchPath,
) -> Vec<App> {
    let problems = top.problems;
    let stated = staticc.table(&keys::APP_DIRECTORIES);
    for (key, span, _) in stated.entries() {
        if !top.placed("INSTALLED_APPS").any(|(entry, _)| entry == key) {
            let message =
                format!("app_directories names \"{key}\", which is not in INSTALLED_APPS");
            problems.add_at(span, Problem::error(Code::BadValue, message));
        }
    }
    let stated = |entry: &str| {
        let mut entries = stated.entries();
        match &entries.find(|(key, ..)| key == entry)?.2.value {
            TomlValue::Text(directory) => Some(layers.resolve(directory)),
            _ => None,
        }
    };
    let mut located = Vec::new();
    for (entry, span) in top.placed("INSTALLED_APPS") {
        let app = match stated(entry) {
            Some(directory) => Ok(App {
                entry: entry.to_owned(),
                name: entry.to_owned(),
                label: None,
                directory,
            }),
            None => apps::locate(entry, search),
        };
        match app {
            Ok(app) => located.push(app),
            Err(problem) => problems.add_at(span, problem),
        }
    }
    for problem in apps::check_unique(&located) {
        problems.add(problem);
    }
    located
}
