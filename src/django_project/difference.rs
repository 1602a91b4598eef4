//! Finds the settings in which a settings file no longer agrees with Django. Compares what both
//! mean, not how it is written, and shows both as a settings file has them.

use std::path::Path;

use toml::Value;

use super::compared_settings::{CompareScope, ComparedSetting, app_directories, compared_settings};
use crate::model::{Code, Problem};
use crate::settings::load::Places;
use crate::settings::{Settings, StaticDir};

/// A settings file and Django's settings.
pub struct Difference<'a> {
    pub file: &'a Settings,
    pub django: &'a Settings,
    /// Where the settings file has its settings.
    pub places: &'a Places,
    /// The directory that paths are shown relative to.
    pub directory: &'a Path,
    /// Whether the project has a STATICC setting, so that `[staticc]` is compared too.
    pub has_staticc: bool,
}

impl Difference<'_> {
    /// Returns a problem for each setting in which both differ.
    pub fn problems(&self) -> Vec<Problem> {
        let scope = CompareScope {
            directory: self.directory,
            has_staticc: self.has_staticc,
            django: self.django,
        };
        let compared = |settings: &Settings| compared_settings(settings, scope);
        let file = self.file_without_optional();
        let pairs = compared(&file).into_iter().zip(compared(self.django));
        let mut problems: Vec<Problem> = pairs
            .filter(|(file, django)| file.value != django.value)
            .map(|(file, django)| self.problem(&file.key, &notes(&file, &django)))
            .collect();
        let (file, django) = app_directories(self.file, self.django, self.directory);
        if file != django {
            let notes = list_notes(&file, &django);
            problems.push(self.problem("staticc.app_directories", &notes));
        }
        problems
    }

    /// Returns the settings of the file without directories that do not exist, and that Django does
    /// not list: a project may list a directory only where it exists.
    fn file_without_optional(&self) -> Settings {
        let is_listed = |dir: &StaticDir| {
            let mut dirs = self.django.static_dirs.iter();
            dirs.any(|known| known.prefix == dir.prefix && known.root == dir.root)
        };
        let mut file = self.file.clone();
        file.static_dirs
            .retain(|dir| dir.root.is_dir() || is_listed(dir));
        file
    }

    fn problem(&self, key: &str, notes: &[String]) -> Problem {
        let message = format!("{key} no longer says what Django says");
        let problem = Problem::error(Code::SettingsDrift, message);
        let is_pyproject = |file: &Path| file.ends_with("pyproject.toml");
        let help = if self.places.file().is_some_and(is_pyproject) {
            "correct it"
        } else {
            "correct it, or make the file anew: staticc init --force"
        };
        let marked = self.places.mark(key, problem);
        notes.iter().fold(marked, Problem::note).help(help)
    }
}

/// Shows the elements that only one list has, or both values.
fn notes(file: &ComparedSetting, django: &ComparedSetting) -> Vec<String> {
    match (&file.value, &django.value) {
        (Some(Value::Array(here)), Some(Value::Array(there))) => {
            let texts =
                |values: &[Value]| -> Vec<String> { values.iter().map(Value::to_string).collect() };
            list_notes(&texts(here), &texts(there))
        }
        _ => vec![
            format!("here: {}", file.text()),
            format!("Django: {}", django.text()),
        ],
    }
}

fn list_notes(here: &[String], django: &[String]) -> Vec<String> {
    let only = |title: &str, some: &[String], others: &[String]| {
        let missing = some.iter().filter(|element| !others.contains(element));
        let elements: Vec<&str> = missing.map(String::as_str).collect();
        (!elements.is_empty()).then(|| format!("only {title}: {}", elements.join(", ")))
    };
    let notes = [only("here", here, django), only("in Django", django, here)];
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    if notes.is_empty() {
        return vec!["the same elements in another order".to_owned()];
    }
    notes
}
