//! Finds the packages of the first Python on PATH: those of a virtual environment, which
//! `pyvenv.cfg` marks, or else those of the Python itself. Runs nothing, and reads no package.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The names of the program, in the order of Python's own documentation.
const NAMES: [&str; 2] = ["python3", "python"];

/// The first Python on PATH.
pub struct PathPython {
    /// The program as PATH has it.
    pub program: PathBuf,
    /// Its directories of packages, in the order of `sys.path`.
    pub sites: Vec<PathBuf>,
}

impl PathPython {
    /// Returns `None` if no directory of PATH has a Python.
    pub fn find() -> Option<Self> {
        let path = std::env::var_os("PATH")?;
        let user_base = std::env::var_os("PYTHONUSERBASE")
            .map(PathBuf::from)
            .or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".local")));
        Self::find_on(&path, user_base.as_deref())
    }

    fn find_on(path: &OsStr, user_base: Option<&Path>) -> Option<Self> {
        let directories =
            std::env::split_paths(path).filter_map(|directory| std::path::absolute(directory).ok());
        let mut programs = directories.flat_map(|directory| NAMES.map(|name| directory.join(name)));
        let program = programs.find(|program| is_python(program))?;
        Some(Self {
            sites: sites(&program, user_base),
            program,
        })
    }
}

/// Returns whether there is a program. That of a virtual environment may be a broken link: an
/// image can have the environment without the Python that made it.
fn is_python(program: &Path) -> bool {
    let is_executable =
        |metadata: fs::Metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0;
    virtual_environment(program).is_some_and(|_| program.symlink_metadata().is_ok())
        || program.metadata().is_ok_and(is_executable)
}

/// Returns the virtual environment that a program belongs to.
fn virtual_environment(program: &Path) -> Option<&Path> {
    let prefix = program.parent()?.parent()?;
    prefix.join("pyvenv.cfg").is_file().then_some(prefix)
}

/// Returns the directories of packages of a Python.
fn sites(program: &Path, user_base: Option<&Path>) -> Vec<PathBuf> {
    if let Some(environment) = virtual_environment(program) {
        return site_packages(environment);
    }
    let Ok(real) = program.canonicalize() else {
        return Vec::new();
    };
    let Some(prefix) = real.parent().and_then(Path::parent) else {
        return Vec::new();
    };
    // Several versions may share a prefix.
    let version = real.file_name().and_then(OsStr::to_str).unwrap_or_default();
    if version.starts_with("python3.") || version.starts_with("pypy3.") {
        sites_of_version(prefix, version, user_base)
    } else {
        site_packages(prefix)
    }
}

/// Returns the directories of packages of a version, such as `python3.13`.
fn sites_of_version(prefix: &Path, version: &str, user_base: Option<&Path>) -> Vec<PathBuf> {
    let site = |base: &Path, library: &str, name: &str| base.join(library).join(version).join(name);
    let local = prefix.join("local");
    let mut sites = Vec::from_iter(user_base.map(|base| site(base, "lib", "site-packages")));
    sites.extend([
        // Where pip of Debian and of Fedora installs.
        site(&local, "lib", "dist-packages"),
        site(&local, "lib", "site-packages"),
        site(prefix, "lib", "site-packages"),
        site(prefix, "lib64", "site-packages"),
        // Where apt installs.
        prefix.join("lib/python3/dist-packages"),
    ]);
    unique_directories(sites)
}

/// Returns the site-packages directories of a virtual environment, or of another prefix.
pub(super) fn site_packages(prefix: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for library in ["lib", "lib64"] {
        let Ok(entries) = fs::read_dir(prefix.join(library)) else {
            continue;
        };
        for version in entries.flatten() {
            let file_name = version.file_name();
            let name = file_name.to_string_lossy();
            if name.starts_with("python") || name.starts_with("pypy") {
                found.push(version.path().join("site-packages"));
            }
        }
    }
    found.sort();
    unique_directories(found)
}

/// Returns the directories that exist, each once: lib64 is often a symbolic link to lib.
fn unique_directories(directories: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = Vec::new();
    let is_new = |directory: &PathBuf| {
        let real = fs::canonicalize(directory).unwrap_or_else(|_| directory.clone());
        let is_new = directory.is_dir() && !seen.contains(&real);
        seen.push(real);
        is_new
    };
    directories.into_iter().filter(is_new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a program, and returns its path.
    fn program(path: PathBuf) -> PathBuf {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Makes directories below a directory, and returns their paths.
    fn directories(root: &Path, names: &[&str]) -> Vec<PathBuf> {
        let paths = names.iter().map(|name| root.join(name));
        paths
            .inspect(|path| fs::create_dir_all(path).unwrap())
            .collect()
    }

    #[test]
    fn environment_of_a_broken_link_is_found() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().canonicalize().unwrap();
        let sites = directories(&root, &["venv/lib/python3.13/site-packages"]);
        directories(&root, &["empty", "venv/bin"]);
        fs::write(root.join("venv/pyvenv.cfg"), "").unwrap();
        std::os::unix::fs::symlink("/none/python3", root.join("venv/bin/python")).unwrap();
        let directories = ["empty", "venv/bin"].map(|name| root.join(name));
        let path = std::env::join_paths(directories).unwrap();
        let python = PathPython::find_on(&path, None).unwrap();
        assert_eq!(python.program, root.join("venv/bin/python"));
        assert_eq!(python.sites, sites);
        fs::remove_file(root.join("venv/pyvenv.cfg")).unwrap();
        assert!(PathPython::find_on(&path, None).is_none());
    }

    #[test]
    fn packages_are_those_of_the_version_and_its_user() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().canonicalize().unwrap();
        let sites = directories(
            &root,
            &[
                "home/lib/python3.13/site-packages",
                "usr/local/lib/python3.13/dist-packages",
                "usr/lib/python3.13/site-packages",
                "usr/lib/python3/dist-packages",
            ],
        );
        directories(
            &root,
            &[
                "home/lib/python3.12/site-packages",
                "usr/lib/python3.12/site-packages",
            ],
        );
        program(root.join("usr/bin/python3.13"));
        std::os::unix::fs::symlink("python3.13", root.join("usr/bin/python3")).unwrap();
        let path = root.join("usr/bin").into_os_string();
        let python = PathPython::find_on(&path, Some(&root.join("home"))).unwrap();
        assert_eq!(python.program, root.join("usr/bin/python3"));
        assert_eq!(python.sites, sites);
    }

    /// A shim of pyenv is a script, which only running it would tell more of.
    #[test]
    fn script_has_no_packages() {
        let temporary = tempfile::tempdir().unwrap();
        program(temporary.path().join("shims/python3"));
        let path = temporary.path().join("shims").into_os_string();
        assert!(PathPython::find_on(&path, None).unwrap().sites.is_empty());
    }
}
