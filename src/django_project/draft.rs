//! Drafts the settings file of a project. Leaves out what staticc finds by itself, and writes
//! paths relative to the file. Reads Python as text; writes nothing.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::answers::Answers;
use super::template_dirs::relevant;
use super::toml_writer;
use super::value::path_to_toml;
use crate::apps::locate::locate as locate_app;
use crate::apps::path_python::PathPython;
use crate::apps::python_env::{default_entries, installed_django, project_entries, search_path};
use crate::apps::search_path::SearchPath;
use crate::disk::real;
use crate::model::App;
use crate::model::{DjangoVersion, Problem};
use crate::pystd::posixpath::normalize;
use crate::settings::choices::FINDER_NAMES;
use crate::settings::path_values::change_paths;
use crate::settings::{Finder, Settings};

/// What a settings file is made from.
pub struct SettingsDraft<'a> {
    pub answers: &'a Answers,
    /// The answers as settings.
    pub values: &'a Table,
    /// The answers as they are loaded.
    pub loaded: &'a Settings,
    /// What the file cannot express.
    pub unsupported: &'a [Problem],
    /// The working directory.
    pub directory: &'a Path,
    /// The directory of the file.
    pub file_directory: &'a Path,
}

impl SettingsDraft<'_> {
    /// Returns the text of the file.
    pub fn text(&self) -> String {
        let mut table = self.values.clone();
        if self.has_default_templates() {
            table.remove("TEMPLATES");
        }
        let names = self.loaded.finders.iter().map(Finder::name);
        let finders: Vec<&str> = names.filter(|name| FINDER_NAMES.contains(name)).collect();
        if finders != FINDER_NAMES {
            table.insert("STATICFILES_FINDERS".into(), finders.into());
        }
        let located = self.locate();
        if !located.settings.is_empty() {
            let staticc = table.entry("staticc");
            if let Value::Table(staticc) = staticc.or_insert_with(|| Table::new().into()) {
                staticc.extend(located.settings);
            }
        }
        change_paths(&mut table, &|path| {
            self.relative(&self.directory.join(path))
        });
        toml_writer::text(
            &table,
            self.answers,
            self.unsupported,
            located.is_environment_outside,
        )
    }

    /// Finds out what the file must say about apps, environment and Django version.
    fn locate(&self) -> LocationSettings {
        let path = PythonPath::of(self);
        let mut settings = Table::new();
        let found = installed_django(&path.search);
        if found.as_deref().and_then(DjangoVersion::of) != Some(self.loaded.django) {
            settings.insert("django".into(), self.loaded.django.as_str().into());
        }
        if path.is_needed {
            let entries = path.entries.iter().map(|entry| path_to_toml(entry));
            settings.insert("python_path".into(), entries.collect::<Vec<_>>().into());
        }
        if !path.stated.is_empty() {
            let stated = path.stated.iter();
            let directories = stated.map(|app| (app.entry.clone(), path_to_toml(&app.directory)));
            let directories: Table = directories.collect();
            settings.insert("app_directories".into(), directories.into());
        }
        let is_outside = |entry: &PathBuf| !entry.starts_with(self.file_directory);
        LocationSettings {
            settings,
            is_environment_outside: path.is_needed && path.entries.iter().any(is_outside),
        }
    }

    /// Returns a path as the file has it: relative, unless it is more than two levels up.
    fn relative(&self, path: &Path) -> String {
        const MAX_UP: usize = 2;
        let path = normalize(path);
        let mut ancestors = self.file_directory.ancestors().take(MAX_UP + 1).enumerate();
        let below = ancestors.find_map(|(up, ancestor)| {
            // The root is the ancestor of all paths, and never helps.
            ancestor.parent()?;
            Some("../".repeat(up) + &path.strip_prefix(ancestor).ok()?.to_string_lossy())
        });
        match below.as_deref().map(|below| below.trim_end_matches('/')) {
            Some("") => ".".into(),
            Some(below) => below.into(),
            None => path.to_string_lossy().into_owned(),
        }
    }

    /// Returns whether a file without TEMPLATES says the same: the template directories are the
    /// default ones, and there is no loader to warn of.
    fn has_default_templates(&self) -> bool {
        let engines = self.values.get("TEMPLATES").and_then(Value::as_array);
        let mut entries = engines.into_iter().flatten();
        if entries.any(|engine| engine.get("OPTIONS").is_some()) {
            return false;
        }
        let mut defaults = vec![self.file_directory.join("templates")];
        for app in &self.loaded.apps {
            defaults.extend(["templates", "jinja2"].map(|name| app.directory.join(name)));
        }
        relevant(&defaults, self.loaded) == relevant(&self.loaded.template_dirs, self.loaded)
    }
}

/// Settings under `[staticc]` that say where things are.
struct LocationSettings {
    settings: Table,
    /// Whether python_path leads out of the directory of the file.
    is_environment_outside: bool,
}

/// The `python_path` that finds the apps.
struct PythonPath<'a> {
    draft: &'a SettingsDraft<'a>,
    entries: Vec<PathBuf>,
    search: SearchPath,
    /// Whether the default entries do not find all apps, so that the file has to say it.
    is_needed: bool,
    /// Apps that no entry finds, and whose directories the file states.
    stated: Vec<&'a App>,
}

impl<'a> PythonPath<'a> {
    fn of(draft: &'a SettingsDraft<'a>) -> Self {
        let by_default = Self::new(draft, default_entries(draft.file_directory));
        let mut apps = draft.loaded.apps.iter();
        if apps.all(|app| is_found(app, &by_default.search)) {
            return by_default;
        }
        let mut entries = project_entries(draft.file_directory);
        let Answers {
            versions,
            python_path,
            ..
        } = draft.answers;
        // Another Python on PATH than the project's would only be in the way.
        let is_own = PathPython::find()
            .is_some_and(|python| python.sites.iter().any(|site| python_path.contains(site)));
        if is_own && !entries.contains(&versions.prefix) {
            entries.push(versions.prefix.clone());
        }
        let mut path = Self::new(draft, entries);
        for app in &draft.loaded.apps {
            path.add(app);
        }
        path
    }

    fn new(draft: &'a SettingsDraft<'a>, entries: Vec<PathBuf>) -> Self {
        Self {
            draft,
            search: search_path(&entries),
            entries,
            is_needed: false,
            stated: Vec::new(),
        }
    }

    /// Adds the entry that finds an app.
    fn add(&mut self, app: &'a App) {
        if is_found(app, &self.search) {
            return;
        }
        let answers = self.draft.answers;
        // The environment is tried first: it finds editable installs as well.
        let environment = &answers.versions.prefix;
        let parents = answers
            .python_path
            .iter()
            .filter(|directory| app.directory.starts_with(directory));
        for entry in std::iter::once(environment).chain(parents) {
            let mut entries = self.entries.clone();
            // The environment is searched last, as in Python.
            let ends_with_environment = entries.last() == Some(environment);
            let position = entries.len() - usize::from(ends_with_environment);
            entries.insert(position, entry.clone());
            let search = search_path(&entries);
            if is_found(app, &search) {
                (self.entries, self.search) = (entries, search);
                self.is_needed = true;
                return;
            }
        }
        self.stated.push(app);
    }
}

/// Returns whether staticc finds an app where Django has it.
fn is_found(app: &App, search: &SearchPath) -> bool {
    let found = locate_app(&app.entry, search);
    found.is_ok_and(|found| real(&found.directory) == real(&app.directory))
}
