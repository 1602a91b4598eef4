//! The settings file that a project's settings come to: as little as says
//! them, paths relative to it. Reads Python as text to see what it can leave
//! out; writes nothing.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::answers::Answers;
use super::toml_writer as written;
use super::value::of_path;
use crate::apps::locate::locate as locate_app;
use crate::apps::python_env::SearchPath;
use crate::disk::real;
use crate::model::App;
use crate::model::{DjangoVersion, Problem};
use crate::pystd::posixpath::normalize;
use crate::settings::paths::change_paths;
use crate::settings::words::FINDER_NAMES;
use crate::settings::{Finder, Settings};

/// A settings file to be.
pub struct Draft<'a> {
    /// What the project says.
    pub answers: &'a Answers,
    /// The same, as settings.
    pub values: &'a Table,
    /// The same, as it is now.
    pub live: &'a Settings,
    /// What the file does not say.
    pub untold: &'a [Problem],
    /// The current directory.
    pub directory: &'a Path,
    /// The directory of the file.
    pub beside: &'a Path,
}

impl Draft<'_> {
    /// The text of the file.
    pub fn text(&self) -> String {
        let mut table = self.values.clone();
        if self.has_usual_templates() {
            table.remove("TEMPLATES");
        }
        let finders = self.live.finders.iter().map(Finder::name);
        let finders: Vec<&str> = finders.filter(|name| FINDER_NAMES.contains(name)).collect();
        if finders != FINDER_NAMES {
            table.insert("STATICFILES_FINDERS".into(), finders.into());
        }
        let (found, elsewhere) = self.locate();
        if !found.is_empty() {
            let own = table.entry("staticc");
            if let Value::Table(own) = own.or_insert_with(|| Table::new().into()) {
                own.extend(found);
            }
        }
        change_paths(&mut table, &|path| {
            self.relative(&self.directory.join(path))
        });
        written::text(&table, self.answers, self.untold, elsewhere)
    }

    /// What has to be said of where apps are, and whose rules are followed; and
    /// whether that is outside the project.
    fn locate(&self) -> (Table, bool) {
        let mut path = PythonPath::new(self);
        for app in &self.live.apps {
            path.add(app);
        }
        let mut own = Table::new();
        let found = path.search.django_version();
        if found.as_deref().and_then(DjangoVersion::of) != Some(self.live.django) {
            own.insert("django".into(), self.live.django.as_str().into());
        }
        if path.is_own {
            let entries = path.entries.iter().map(|entry| of_path(entry));
            own.insert("python_path".into(), entries.collect::<Vec<_>>().into());
        }
        if !path.stated.is_empty() {
            let stated = path.stated.iter();
            let stated = stated.map(|app| (app.entry.clone(), of_path(&app.directory)));
            own.insert("app_directories".into(), stated.collect::<Table>().into());
        }
        let outside = |entry: &PathBuf| !entry.starts_with(self.beside);
        (own, path.is_own && path.entries.iter().any(outside))
    }

    /// A path as the file has it: relative, unless that leads far away.
    fn relative(&self, path: &Path) -> String {
        const UP: usize = 2;
        let path = normalize(path);
        let mut ancestors = self.beside.ancestors().take(UP + 1).enumerate();
        let below = ancestors.find_map(|(up, ancestor)| {
            // What all paths have in common is nothing to go by.
            ancestor.parent()?;
            Some("../".repeat(up) + &path.strip_prefix(ancestor).ok()?.to_string_lossy())
        });
        match below.as_deref().map(|below| below.trim_end_matches('/')) {
            Some("") => ".".into(),
            Some(below) => below.into(),
            None => path.to_string_lossy().into_owned(),
        }
    }

    /// Whether templates are where they are looked for anyway.
    fn has_usual_templates(&self) -> bool {
        let mut usual = vec![self.beside.join("templates")];
        for app in &self.live.apps {
            usual.extend(["templates", "jinja2"].map(|name| app.directory.join(name)));
        }
        there(&usual) == there(&self.live.template_dirs)
    }
}

/// The directories that there are, each once.
fn there(directories: &[PathBuf]) -> Vec<PathBuf> {
    let mut seen = HashSet::new();
    let there = directories.iter().filter(|directory| directory.is_dir());
    let there = there.map(|directory| real(directory));
    there
        .filter(|directory| seen.insert(directory.clone()))
        .collect()
}

/// Where apps are looked up, as far as that has to be said.
struct PythonPath<'a> {
    draft: &'a Draft<'a>,
    entries: Vec<PathBuf>,
    search: SearchPath,
    /// Whether the usual entries do not do.
    is_own: bool,
    /// Apps that are found in none of them.
    stated: Vec<&'a App>,
}

impl<'a> PythonPath<'a> {
    fn new(draft: &'a Draft<'a>) -> Self {
        let entries = SearchPath::usual_entries(draft.beside);
        Self {
            draft,
            search: SearchPath::new(&entries),
            entries,
            is_own: false,
            stated: Vec::new(),
        }
    }

    /// Sees to it that an app is found.
    fn add(&mut self, app: &'a App) {
        if is_found(app, &self.search) {
            return;
        }
        let answers = self.draft.answers;
        let mut around: Vec<&PathBuf> = answers
            .python_path
            .iter()
            .filter(|it| app.directory.starts_with(it))
            .collect();
        around.push(&answers.versions.prefix);
        // The environment follows editable installs by itself.
        around.rotate_right(1);
        for entry in around {
            let mut entries = self.entries.clone();
            // Python looks there last.
            let last = entries.last() == Some(&answers.versions.prefix);
            entries.insert(entries.len() - usize::from(last), entry.clone());
            let search = SearchPath::new(&entries);
            if is_found(app, &search) {
                (self.entries, self.search) = (entries, search);
                self.is_own = true;
                return;
            }
        }
        self.stated.push(app);
    }
}

/// Whether staticc finds an app where Django has it.
fn is_found(app: &App, search: &SearchPath) -> bool {
    let found = locate_app(&app.entry, search);
    found.is_ok_and(|found| real(&found.directory) == real(&app.directory))
}
