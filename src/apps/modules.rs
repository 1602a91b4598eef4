//! Dotted name → where that module is, as `importlib`'s path finder would
//! say. Knows the file system and no Python source but `extend_path`.

use std::path::{Path, PathBuf};

use super::python_env::SearchPath;
use super::python_source;
use crate::disk;

/// A module that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its dotted name.
    pub name: String,
    /// Its source, if it has one; a namespace package has none.
    pub file: Option<PathBuf>,
    /// Where it is: the directories of a package (`__path__`), none for a
    /// single-file module.
    pub directories: Vec<PathBuf>,
}

impl Found {
    /// The name of the package that the module's own imports start from.
    pub fn package(&self) -> &str {
        if self.directories.is_empty() {
            self.name
                .rsplit_once('.')
                .map_or("", |(package, _)| package)
        } else {
            &self.name
        }
    }

    /// The directory that Django's `_path_from_module` would give.
    pub fn location(&self) -> Result<&Path, &[PathBuf]> {
        match (&self.directories[..], &self.file) {
            ([directory], _) => Ok(directory),
            (_, Some(file)) => file.parent().ok_or(&[]),
            (several, None) => Err(several),
        }
    }
}

/// Finds a module by its dotted name.
pub fn find(name: &str, search: &SearchPath) -> Option<Found> {
    let mut directories = search.directories.clone();
    let mut found: Option<Found> = None;
    let mut full = String::new();
    for part in name.split('.') {
        let plain = !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !plain
            || found
                .as_ref()
                .is_some_and(|found| found.directories.is_empty())
        {
            return None;
        }
        if !full.is_empty() {
            full.push('.');
        }
        full.push_str(part);
        let mapped = search.mapped.get(&full).and_then(|place| at(&full, place));
        let mut module = mapped.or_else(|| look(&full, part, &directories))?;
        if spreads(&module) {
            for directory in &directories {
                let other = directory.join(part);
                if other.is_dir() && !module.directories.contains(&other) {
                    module.directories.push(other);
                }
            }
        }
        directories.clone_from(&module.directories);
        found = Some(module);
    }
    found
}

/// The first regular package or module in the directories; else all
/// directories of that name together, a namespace package.
fn look(full: &str, part: &str, directories: &[PathBuf]) -> Option<Found> {
    let mut portions = Vec::new();
    for directory in directories {
        let place = directory.join(part);
        if let Some(found) = at(full, &place) {
            if found.file.is_some() {
                return Some(found);
            }
            portions.push(place);
        }
    }
    (!portions.is_empty()).then(|| Found {
        name: full.to_owned(),
        file: None,
        directories: portions,
    })
}

/// The module at a path without suffix.
fn at(full: &str, place: &Path) -> Option<Found> {
    let found = |file: Option<PathBuf>, directories: Vec<PathBuf>| {
        Some(Found {
            name: full.to_owned(),
            file,
            directories,
        })
    };
    let init = place.join("__init__.py");
    if init.is_file() {
        return found(Some(init), vec![place.to_path_buf()]);
    }
    if place.extension().is_some_and(|suffix| suffix == "py") && place.is_file() {
        return found(Some(place.to_path_buf()), Vec::new());
    }
    let mut file = place.as_os_str().to_owned();
    file.push(".py");
    let file = PathBuf::from(file);
    if file.is_file() {
        return found(Some(file), Vec::new());
    }
    if place.is_dir() {
        return found(None, vec![place.to_path_buf()]);
    }
    None
}

/// The text of a Python file, if it can be read and is no larger than any
/// that people write.
pub fn source(file: &Path) -> Option<String> {
    const LARGEST: u64 = 16 << 20;
    let bytes = disk::read_small(file, LARGEST).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a package's `__init__.py` spreads it over the whole path.
fn spreads(module: &Found) -> bool {
    let Some(file) = module
        .file
        .as_ref()
        .filter(|_| !module.directories.is_empty())
    else {
        return false;
    };
    source(file).is_some_and(|source| {
        // Cheap test first: hardly any package does this.
        (source.contains("extend_path") || source.contains("declare_namespace"))
            && python_source::read(&source).extends_path
    })
}
