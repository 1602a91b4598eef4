//! Selects the template directories in which a settings file and Django have to agree.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::disk::real;
use crate::settings::Settings;

/// Returns the directories without links, each once. Leaves out those that do not exist, but for
/// those that TEMPLATES of Django lists in DIRS: they may be made later.
pub(super) fn relevant(directories: &[PathBuf], django: &Settings) -> Vec<PathBuf> {
    let is_of_app = |directory: &PathBuf| {
        let mut apps = django.apps.iter();
        apps.any(|app| directory.parent() == Some(&app.directory))
    };
    let listed: HashSet<PathBuf> = django
        .template_dirs
        .iter()
        .filter(|directory| !is_of_app(directory))
        .map(|directory| real(directory))
        .collect();
    let mut seen = HashSet::new();
    let all = directories.iter().map(|directory| real(directory));
    all.filter(|directory| directory.is_dir() || listed.contains(directory))
        .filter(|directory| seen.insert(directory.clone()))
        .collect()
}
