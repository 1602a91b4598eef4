//! Finds the manage.py of a project, and the settings that it names. Reads Python as text, and
//! runs nothing.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use crate::apps::modules;
use crate::apps::python_env::default_search_path;

/// Returns the manage.py of a directory, or of its only subdirectory with one.
pub fn find(directory: &Path) -> Option<PathBuf> {
    let own = directory.join("manage.py");
    if own.is_file() {
        return Some(own);
    }
    let entries = std::fs::read_dir(directory).ok()?.flatten();
    let below = entries.map(|entry| entry.path().join("manage.py"));
    let mut below: Vec<PathBuf> = below.filter(|path| path.is_file()).collect();
    below.pop().filter(|_| below.is_empty())
}

/// Returns the settings module that a manage.py names, itself or in a module that it runs.
pub fn settings_module(manage: &Path) -> Option<String> {
    const MAX_MODULES: usize = 100;
    static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let pattern = r#"DJANGO_SETTINGS_MODULE["']\s*(?:,|\]\s*=)\s*["']([\w.]+)["']"#;
        Regex::new(pattern).ok()
    });
    let search = default_search_path(manage.parent()?);
    let mut known = HashSet::new();
    let mut files = vec![manage.to_path_buf()];
    let mut next = 0;
    while let Some(file) = files.get(next) {
        next += 1;
        let text = modules::read_source(file).unwrap_or_default();
        if let Some(named) = NAMED.as_ref().and_then(|pattern| pattern.captures(&text)) {
            return Some(named[1].to_owned());
        }
        for name in imported_modules(&text) {
            if known.len() < MAX_MODULES && known.insert(name.clone()) {
                let module = modules::find(&name, &search);
                files.extend(module.and_then(|module| module.file));
            }
        }
    }
    None
}

/// Returns the names of modules that a text imports or runs, but for those of Django.
fn imported_modules(text: &str) -> Vec<String> {
    static IMPORTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let pattern = r#"(?m)^[ \t]*(?:from|import)[ \t]+([\w.]+)|run_module\(\s*["']([\w.]+)["']"#;
        Regex::new(pattern).ok()
    });
    let pattern = IMPORTS.as_ref();
    let imports = pattern
        .into_iter()
        .flat_map(|pattern| pattern.captures_iter(text));
    let names = imports.flat_map(|import| {
        let imported = import.get(1).map(|name| name.as_str().to_owned());
        let run = import.get(2).map(|name| name.as_str());
        // A package runs by its __main__.
        let run = run
            .into_iter()
            .flat_map(|name| [format!("{name}.__main__"), name.to_owned()]);
        imported.into_iter().chain(run)
    });
    let is_django = |name: &String| name == "django" || name.starts_with("django.");
    names.filter(|name| !is_django(name)).collect()
}
