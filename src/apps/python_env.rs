//! Builds the search path from `python_path`: follows virtual environments, `.pth` files and
//! editable installs as Python's `site.py` does. Knows no app.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::modules;
use super::path_python::{PathPython, site_packages};
use super::python_source;
use super::search_path::SearchPath;
use crate::pystd::posixpath::normalize;

/// The virtual environments that are looked for beside a settings file.
pub const ENVIRONMENT_NAMES: [&str; 2] = [".venv", "venv"];

/// Returns the default of `python_path` for a settings file in a directory.
pub fn default_entries(directory: &Path) -> Vec<PathBuf> {
    let mut entries = project_entries(directory);
    entries.extend(
        PathPython::find()
            .into_iter()
            .flat_map(|python| python.sites),
    );
    entries
}

/// Returns the default entries without those of the Python on PATH.
pub fn project_entries(directory: &Path) -> Vec<PathBuf> {
    let mut entries = vec![directory.to_path_buf()];
    entries.extend(virtual_env());
    entries.extend(ENVIRONMENT_NAMES.map(|name| directory.join(name)));
    entries.retain(|entry| entry.is_dir());
    entries
}

/// Returns the value of the environment variable VIRTUAL_ENV.
pub fn virtual_env() -> Option<PathBuf> {
    let value = std::env::var_os("VIRTUAL_ENV").filter(|value| !value.is_empty());
    value.map(PathBuf::from)
}

/// Builds the default search path for a settings file in a directory.
pub fn default_search_path(directory: &Path) -> SearchPath {
    SearchPath {
        default_of: Some(directory.to_path_buf()),
        ..search_path(&default_entries(directory))
    }
}

/// Builds the search path of directories and virtual environments.
pub fn search_path(entries: &[PathBuf]) -> SearchPath {
    let mut path = SearchPath::default();
    for entry in entries {
        let sites = site_packages(entry);
        if sites.is_empty() {
            path.add(entry.clone());
        }
        let is_site = entry
            .file_name()
            .is_some_and(|name| name == "site-packages" || name == "dist-packages");
        for site in sites.iter().chain(is_site.then_some(entry)) {
            path.add(site.clone());
            follow_pth_files(&mut path, site);
        }
    }
    path
}

/// Returns the version of the Django that is installed on the search path.
pub fn installed_django(search: &SearchPath) -> Option<String> {
    let module = modules::find("django", search)?;
    let source = modules::read_source(&module.file?)?;
    let assignments = python_source::read(&source).assignments;
    let (_, version, _) = assignments
        .into_iter()
        .find(|(name, ..)| name == "VERSION")?;
    let numbers: Vec<&str> = version
        .trim_matches(['(', ')', ' '])
        .split(',')
        .map(str::trim)
        .take_while(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    (numbers.len() >= 2).then(|| numbers.join("."))
}

/// Follows the `.pth` files of a site-packages directory, in the order of their names.
fn follow_pth_files(path: &mut SearchPath, site: &Path) {
    let is_pth = |file: &PathBuf| {
        let name = file.file_name().and_then(|name| name.to_str());
        file.extension().is_some_and(|extension| extension == "pth")
            && name.is_some_and(|name| !name.starts_with('.'))
    };
    let entries = fs::read_dir(site).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_pth).collect();
    files.sort();
    for file in files {
        let Some(text) = modules::read_source(&file) else {
            continue;
        };
        let lines = text.trim_start_matches('\u{feff}').lines();
        for line in lines.map(str::trim_end) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.starts_with("import ") || line.starts_with("import\t") {
                follow_import(path, site, &file, line);
            } else {
                path.add(normalize(&site.join(line)));
            }
        }
    }
}

/// Follows a line such as `import __editable___pkg_finder; __editable___pkg_finder.install()`.
/// The source of such a finder has a literal mapping of names to locations.
fn follow_import(path: &mut SearchPath, site: &Path, file: &Path, line: &str) {
    let imported = line["import".len()..].trim_start();
    let module = imported.split([';', ' ', ',']).next().unwrap_or_default();
    if !module.starts_with("__editable__") && !module.starts_with("_editable") {
        return;
    }
    let source = modules::read_source(&site.join(format!("{module}.py")));
    let mapping = source.and_then(|source| {
        let assignments = python_source::read(&source).assignments;
        let entry = assignments.into_iter().find(|(name, ..)| name == "MAPPING");
        literal_mapping(&entry?.1)
    });
    match mapping {
        Some(mapping) => path.mapped.extend(mapping),
        None => path.opaque.push(file.to_path_buf()),
    }
}

/// Parses `{'pkg': '/path/pkg', …}`. A Python dict of plain strings differs from an inline table
/// of TOML only by its colons.
fn literal_mapping(text: &str) -> Option<HashMap<String, PathBuf>> {
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let quoted = inner.replace("': ", "' = ").replace("\": ", "\" = ");
    let line = format!("m = {{{}}}", quoted.trim().trim_end_matches(','));
    let table: toml::Table = line.parse().ok()?;
    let mapping = table.get("m")?.as_table()?.iter();
    mapping
        .map(|(name, place)| Some((name.clone(), PathBuf::from(place.as_str()?))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_path_follows_pth_files_and_editable_installs() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let site = root.join("venv/lib/python3.12/site-packages");
        fs::create_dir_all(&site).unwrap();
        fs::create_dir_all(root.join("src")).unwrap();
        fs::write(site.join("a.pth"), "# note\n\n../../../../src\nmissing\n").unwrap();
        fs::write(
            site.join("__editable__.p-1.pth"),
            "import __editable___p_finder; __editable___p_finder.install()",
        )
        .unwrap();
        fs::write(
            site.join("__editable___p_finder.py"),
            "MAPPING: dict[str, str] = {'p': '/x/p', 'q': '/x/q'}\nNAMESPACES = {}\n",
        )
        .unwrap();
        fs::write(site.join("b.pth"), "import __editable__loader").unwrap();
        fs::write(site.join("c.pth"), "import coverage; coverage.start()").unwrap();
        let path = search_path(&[root.join("venv")]);
        assert_eq!(path.directories, [site.clone(), root.join("src")]);
        assert_eq!(path.mapped["q"], Path::new("/x/q"));
        assert_eq!(path.opaque, [site.join("b.pth")]);
        assert_eq!(installed_django(&path), None);
        fs::create_dir(root.join("src/django")).unwrap();
        fs::write(
            root.join("src/django/__init__.py"),
            "from x import y\n\nVERSION = (5, 2, 1, \"final\", 0)\n",
        )
        .unwrap();
        assert_eq!(installed_django(&path).as_deref(), Some("5.2.1"));
    }
}
