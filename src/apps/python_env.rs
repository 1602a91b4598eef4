//! `python_path` → the directories Python would import from: virtual
//! environments, `.pth` lines, editable installs. Owns what `site.py` does;
//! knows no app.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::modules;
use super::python_source;
use crate::pystd::posixpath::normalize;

/// Where modules are looked up, in order.
#[derive(Debug, Default)]
pub struct SearchPath {
    /// As on `sys.path`.
    pub directories: Vec<PathBuf>,
    /// Top-level names of editable installs, each with its location.
    pub mapped: HashMap<String, PathBuf>,
    /// `.pth` files whose import hooks cannot be read.
    pub opaque: Vec<PathBuf>,
}

impl SearchPath {
    /// Where Python environments usually are, for a settings file in a
    /// directory.
    pub fn usual_entries(beside: &Path) -> Vec<PathBuf> {
        let mut entries = vec![beside.to_path_buf()];
        entries.extend(std::env::var_os("VIRTUAL_ENV").map(PathBuf::from));
        entries.extend([".venv", "venv"].map(|name| beside.join(name)));
        entries.retain(|entry| entry.is_dir());
        entries
    }

    /// The path made of directories and virtual environments.
    pub fn new(entries: &[PathBuf]) -> Self {
        let mut path = Self::default();
        for entry in entries {
            let sites = site_packages(entry);
            if sites.is_empty() {
                path.add(entry.clone());
            }
            let own = entry
                .file_name()
                .is_some_and(|name| name == "site-packages");
            for site in sites.iter().chain(own.then_some(entry)) {
                path.add(site.clone());
                path.follow(site);
            }
        }
        path
    }

    /// The version of the Django that is installed there, if any.
    pub fn django_version(&self) -> Option<String> {
        let module = modules::find("django", self)?;
        let source = modules::source(&module.file?)?;
        let version = python_source::read(&source)
            .assignments
            .into_iter()
            .find(|(name, ..)| name == "VERSION")?
            .1;
        let numbers: Vec<&str> = version
            .trim_matches(['(', ')', ' '])
            .split(',')
            .map(str::trim)
            .take_while(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
            .collect();
        (numbers.len() >= 2).then(|| numbers.join("."))
    }

    fn add(&mut self, directory: PathBuf) {
        if directory.is_dir() && !self.directories.contains(&directory) {
            self.directories.push(directory);
        }
    }

    /// Follows the `.pth` files of a site-packages directory.
    fn follow(&mut self, site: &Path) {
        let mut files: Vec<PathBuf> = fs::read_dir(site)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "pth"))
            .filter(|path| {
                let name = path.file_name().and_then(|name| name.to_str());
                name.is_some_and(|name| !name.starts_with('.'))
            })
            .collect();
        files.sort();
        for file in files {
            let Some(text) = modules::source(&file) else {
                continue;
            };
            for line in text.trim_start_matches('\u{feff}').lines() {
                let line = line.trim_end();
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                if line.starts_with("import ") || line.starts_with("import\t") {
                    self.follow_import(site, &file, line);
                } else {
                    self.add(normalize(&site.join(line)));
                }
            }
        }
    }

    /// `import __editable___pkg_finder; __editable___pkg_finder.install()`:
    /// the finder's source has a literal mapping of names to places.
    fn follow_import(&mut self, site: &Path, file: &Path, line: &str) {
        let module = line["import".len()..].trim_start();
        let module = module.split([';', ' ', ',']).next().unwrap_or_default();
        if !module.starts_with("__editable__") && !module.starts_with("_editable") {
            return;
        }
        let source = modules::source(&site.join(format!("{module}.py")));
        let mapping = source.and_then(|source| {
            let assignments = python_source::read(&source).assignments;
            let entry = assignments.into_iter().find(|(name, ..)| name == "MAPPING");
            literal_mapping(&entry?.1)
        });
        match mapping {
            Some(mapping) => self.mapped.extend(mapping),
            None => self.opaque.push(file.to_path_buf()),
        }
    }
}

/// The site-packages of a virtual environment; none if it is not one.
fn site_packages(entry: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for library in ["lib", "lib64"] {
        let Ok(entries) = fs::read_dir(entry.join(library)) else {
            continue;
        };
        for version in entries.flatten() {
            let name = version.file_name();
            let name = name.to_string_lossy();
            let site = version.path().join("site-packages");
            if (name.starts_with("python") || name.starts_with("pypy")) && site.is_dir() {
                found.push(site);
            }
        }
    }
    found.sort();
    // lib64 is usually a link to lib.
    let mut seen = Vec::new();
    found.retain(|site| {
        let real = fs::canonicalize(site).unwrap_or_else(|_| site.clone());
        let new = !seen.contains(&real);
        seen.push(real);
        new
    });
    found
}

/// `{'pkg': '/path/pkg', …}`. A Python dict of plain strings differs from a
/// TOML inline table only by its colons.
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
    fn environments_pth_lines_and_editable_installs() {
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
        let path = SearchPath::new(&[root.join("venv")]);
        assert_eq!(path.directories, [site.clone(), root.join("src")]);
        assert_eq!(path.mapped["q"], Path::new("/x/q"));
        assert_eq!(path.opaque, [site.join("b.pth")]);
        assert_eq!(path.django_version(), None);
        fs::create_dir(root.join("src/django")).unwrap();
        fs::write(
            root.join("src/django/__init__.py"),
            "from x import y\n\nVERSION = (5, 2, 1, \"final\", 0)\n",
        )
        .unwrap();
        assert_eq!(path.django_version().as_deref(), Some("5.2.1"));
    }
}
