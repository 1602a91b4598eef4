//! `INSTALLED_APPS` with `app_directories` → apps. Knows how both are
//! written; where an app is, [`crate::apps::locate`] knows.

use super::keys;
use super::reader::Section;
use super::text::Layers;
use super::tree::Value;
use crate::apps::locate as apps;
use crate::apps::python_env::SearchPath;
use crate::model::Problem;
use crate::model::{App, Code};

/// The apps, each located.
pub fn apps(
    top: &Section<'_>,
    staticc: &Section<'_>,
    layers: &Layers,
    search: &SearchPath,
) -> Vec<App> {
    let problems = top.problems;
    let stated = staticc.table(&keys::APP_DIRECTORIES);
    for (key, spot, _) in stated.entries() {
        if !top.placed("INSTALLED_APPS").any(|(entry, _)| entry == key) {
            let message =
                format!("app_directories names \"{key}\", which is not in INSTALLED_APPS");
            problems.add_at(spot, Problem::error(Code::BadValue, message));
        }
    }
    let stated = |entry: &str| {
        let mut entries = stated.entries();
        match &entries.find(|(key, ..)| key == entry)?.2.value {
            Value::Text(directory) => Some(layers.resolve(directory)),
            _ => None,
        }
    };
    let mut located = Vec::new();
    for (entry, spot) in top.placed("INSTALLED_APPS") {
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
            Err(problem) => problems.add_at(spot, problem),
        }
    }
    for problem in apps::check_unique(&located) {
        problems.add(problem);
    }
    located
}
