//! Reads `INSTALLED_APPS` and `app_directories`. [`crate::apps::locate`] finds the other apps.

use super::keys;
use super::layers::Layers;
use super::reader::Section;
use super::tree::{Span, TomlValue};
use crate::apps::advice;
use crate::apps::locate as apps;
use crate::apps::search_path::SearchPath;
use crate::model::Problem;
use crate::model::{App, Code};

/// An app that no module stands for, nor one of a similar name.
struct UnknownApp<'a> {
    entry: &'a str,
    span: &'a Span,
    problem: Problem,
}

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
    let (mut located, mut unknown) = (Vec::new(), Vec::new());
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
            Err(problem) if problem.code == Code::AppNotFound && problem.help.is_none() => {
                unknown.push(UnknownApp {
                    entry,
                    span,
                    problem,
                });
            }
            Err(problem) => problems.add_at(span, problem),
        }
    }
    report_unknown(unknown, top, search);
    for problem in apps::check_unique(&located) {
        problems.add(problem);
    }
    located
}

/// Adds the problems of unknown apps: one if they are most of the apps, since then it is their
/// environment that is not found.
fn report_unknown(unknown: Vec<UnknownApp<'_>>, top: &Section<'_>, search: &SearchPath) {
    let count = top.placed("INSTALLED_APPS").count();
    let mut entries = top.entries();
    let setting = entries.find(|(key, ..)| key == "INSTALLED_APPS");
    if let Some((_, span, _)) = setting.filter(|_| unknown.len() > 1 && unknown.len() > count / 2) {
        let missing: Vec<&str> = unknown.iter().map(|app| app.entry).collect();
        let problem = advice::no_environment(&missing, count, search);
        return top.problems.add_at(span, problem);
    }
    for UnknownApp {
        entry,
        span,
        problem,
    } in unknown
    {
        let with_help = problem.or_help(|| advice::location_help(entry, search));
        top.problems.add_at(span, with_help);
    }
}
