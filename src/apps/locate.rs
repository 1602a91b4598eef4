//! Locates the apps of INSTALLED_APPS, as Django's `AppConfig.create` does. Runs nothing.

use std::collections::HashSet;
use std::path::PathBuf;

use super::advice;
use super::app_config::{Label, Reader};
use super::modules;
use super::modules::FoundModule;
use super::search_path::SearchPath;
use crate::model::Problem;
use crate::model::{App, Code};

/// Returns the app of an entry of INSTALLED_APPS.
pub fn locate(entry: &str, search: &SearchPath) -> Result<App, Problem> {
    let reader = Reader::new(entry, search);
    let found = modules::find(entry, search);
    let config = match &found {
        Some(_) => reader.default_config()?,
        None => Some(reader.named_config()?),
    };
    let Some(config) = config else {
        let directory = location(entry, found.as_ref(), search)?;
        return Ok(App {
            entry: entry.to_owned(),
            name: entry.to_owned(),
            label: Some(default_label(entry)),
            directory,
        });
    };
    let name = config.name.clone().ok_or_else(|| {
        advice::with_location_help(
            Problem::error(
                Code::AppUnclear,
                format!("'{entry}' must supply a name attribute."),
            ),
            entry,
        )
    })?;
    let directory = match &config.path {
        Some(path) => PathBuf::from(path),
        None => location(entry, modules::find(&name, search).as_ref(), search)?,
    };
    Ok(App {
        entry: entry.to_owned(),
        label: match config.label {
            Label::Default => Some(default_label(&name)),
            Label::Given(label) => Some(label),
            Label::Unknown => None,
        },
        name,
        directory,
    })
}

/// The last part of an app's name.
fn default_label(name: &str) -> String {
    name.rsplit('.').next().unwrap_or(name).to_owned()
}

/// Returns a problem for each label and each name of two apps, which Django refuses.
pub fn check_unique(apps: &[App]) -> Vec<Problem> {
    let (mut labels, mut names) = (HashSet::new(), HashSet::new());
    let twice = apps.iter().filter_map(|app| {
        let new_name = names.insert(&app.name);
        match &app.label {
            Some(label) if !labels.insert(label) => Some(("labels", label)),
            _ => (!new_name).then_some(("names", &app.name)),
        }
    });
    twice
        .map(|(what, value)| {
            Problem::error(
                Code::DuplicateApp,
                format!("Application {what} aren't unique, duplicates: {value}"),
            )
            .help("remove one of them, or give one a `label` of its own in its AppConfig")
        })
        .collect()
}

/// The directory of an app's module.
fn location(
    entry: &str,
    found: Option<&FoundModule>,
    search: &SearchPath,
) -> Result<PathBuf, Problem> {
    let Some(found) = found else {
        return Err(advice::no_such_app(entry, search));
    };
    found
        .location()
        .map(std::path::Path::to_path_buf)
        .map_err(|several| {
            let list: Vec<String> = several
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            advice::with_location_help(
                Problem::error(
                    Code::AppUnclear,
                    format!(
                        "The app module {} has multiple filesystem locations ({}); you must configure this app with an AppConfig subclass with a 'path' class attribute.",
                        found.name,
                        list.join(", ")
                    ),
                ),
                entry,
            )
        })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::apps::python_env::search_path;

    /// Locates `app`, of which `files` are the modules.
    fn located(files: &[(&str, &str)]) -> Result<App, Problem> {
        let directory = tempfile::tempdir().unwrap();
        let app = directory.path().join("app");
        fs::create_dir(&app).unwrap();
        for (name, text) in files {
            fs::write(app.join(name), text).unwrap();
        }
        locate("app", &search_path(&[directory.path().to_path_buf()]))
    }

    #[test]
    fn modules_that_import_each_other() {
        let stars = "from .a import *\nfrom .b import *\nfrom .c import *\nfrom .apps import *\n";
        let class = "from django.apps import AppConfig\nclass C(AppConfig): name = 'app.c'\n";
        let files = [
            ("apps.py", stars),
            ("a.py", stars),
            ("b.py", stars),
            ("c.py", &format!("{stars}{class}")),
        ];
        assert_eq!(located(&files).unwrap().name, "app.c");
    }

    #[test]
    fn bases_that_multiply_end() {
        let class = |number: usize| {
            let bases = vec![format!("C{}", number - 1); 20].join(", ");
            format!("class C{number}({bases}): pass\n")
        };
        let classes: Vec<String> = (1..16).map(class).collect();
        let first = "from django.apps import AppConfig\nclass C0(AppConfig): pass\n";
        let text = first.to_owned() + &classes.concat();
        let problem = located(&[("apps.py", &text)]).unwrap_err();
        assert_eq!(problem.code, Code::AppUnclear);
    }
}
