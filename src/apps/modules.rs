//! Finds modules by their dotted names, as the path finder of `importlib` does. Reads Python
//! only to see whether a package uses `extend_path`.

use std::path::{Path, PathBuf};

use super::python_source;
use super::search_path::SearchPath;
use crate::disk;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundModule {
    pub name: String,
    /// The source file. `None` for a namespace package.
    pub file: Option<PathBuf>,
    /// `__path__` of a package. Empty for a module of a single file.
    pub directories: Vec<PathBuf>,
}

impl FoundModule {
    /// Returns the package that relative imports of the module start from.
    pub fn package(&self) -> &str {
        if self.directories.is_empty() {
            self.name
                .rsplit_once('.')
                .map_or("", |(package, _)| package)
        } else {
            &self.name
        }
    }

    /// Does what Django's `_path_from_module` does. Fails with the directories of a namespace
    /// package that has not exactly one.
    pub fn location(&self) -> Result<&Path, &[PathBuf]> {
        match (&self.directories[..], &self.file) {
            ([directory], _) => Ok(directory),
            (_, Some(file)) => file.parent().ok_or(&[]),
            (several, None) => Err(several),
        }
    }
}

/// Finds a module by its dotted name.
pub fn find(name: &str, search: &SearchPath) -> Option<FoundModule> {
    let (depth, module) = find_longest(name, search)?;
    (depth == name.split('.').count()).then_some(module)
}

/// Finds the module of as many parts of a dotted name as lead to one. Returns their number
/// and the module.
pub fn find_longest(name: &str, search: &SearchPath) -> Option<(usize, FoundModule)> {
    let mut found: Option<(usize, FoundModule)> = None;
    let mut full = String::new();
    for part in name.split('.') {
        if !full.is_empty() {
            full.push('.');
        }
        full.push_str(part);
        let package = found.as_ref().map(|(_, package)| package);
        let Some(module) = find_in_package(&full, part, package, search) else {
            break;
        };
        found = Some((found.map_or(1, |(depth, _)| depth + 1), module));
    }
    found
}

/// Finds a module in a package, or at the top. `full` is its dotted name, `part` the last part
/// of that.
fn find_in_package(
    full: &str,
    part: &str,
    package: Option<&FoundModule>,
    search: &SearchPath,
) -> Option<FoundModule> {
    let is_identifier = !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    let directories = package.map_or(&search.directories, |package| &package.directories);
    if !is_identifier || (package.is_some() && directories.is_empty()) {
        return None;
    }
    let mapped = search.mapped.get(full);
    let mapped = mapped.and_then(|place| module_at(full, place));
    let mut module = mapped.or_else(|| find_part(full, part, directories))?;
    if extends_path(&module) {
        for directory in directories {
            let other = directory.join(part);
            if other.is_dir() && !module.directories.contains(&other) {
                module.directories.push(other);
            }
        }
    }
    Some(module)
}

/// Finds a part of a name in directories: the first regular package or module, or else the
/// namespace package of all directories of that name.
fn find_part(full: &str, part: &str, directories: &[PathBuf]) -> Option<FoundModule> {
    let mut portions = Vec::new();
    for directory in directories {
        let place = directory.join(part);
        if let Some(found) = module_at(full, &place) {
            if found.file.is_some() {
                return Some(found);
            }
            portions.push(place);
        }
    }
    (!portions.is_empty()).then(|| FoundModule {
        name: full.to_owned(),
        file: None,
        directories: portions,
    })
}

/// Returns the module at a path without `.py`.
fn module_at(full: &str, place: &Path) -> Option<FoundModule> {
    let found = |file: Option<PathBuf>, directories: Vec<PathBuf>| {
        Some(FoundModule {
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

/// Reads a Python file. `None` if it cannot be read or is unusually large.
pub fn read_source(file: &Path) -> Option<String> {
    const MAX_SIZE: u64 = 16 << 20;
    let bytes = disk::read_small(file, MAX_SIZE).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns whether a package's `__init__.py` extends it over the whole search path.
fn extends_path(module: &FoundModule) -> bool {
    let Some(file) = module
        .file
        .as_ref()
        .filter(|_| !module.directories.is_empty())
    else {
        return false;
    };
    read_source(file).is_some_and(|source| {
        // A quick test first: few packages do this.
        (source.contains("extend_path") || source.contains("declare_namespace"))
            && python_source::read(&source).extends_path
    })
}
