//! Tells from the path of a file which installed package has it. Reads no disk.

use std::ffi::OsStr;
use std::path::{Component, Path};

/// The directories that Python's installers write to. Debian has its own name.
const SITE_DIRECTORIES: [&str; 2] = ["site-packages", "dist-packages"];

/// Returns the Python package that a path in site-packages leads into, by the name of its
/// top-level directory.
///
/// ```
/// use std::path::Path;
/// use staticc::model::installed_package;
/// let path = Path::new("/venv/lib/python3.12/site-packages/django_rq/templates");
/// assert_eq!(installed_package(path).unwrap(), "django_rq");
/// assert_eq!(installed_package(Path::new("/project/shop/templates")), None);
/// ```
pub fn installed_package(path: &Path) -> Option<&OsStr> {
    let mut parts = path.components().rev().map(Component::as_os_str).peekable();
    while let Some(part) = parts.next() {
        let is_site = |directory: &&OsStr| SITE_DIRECTORIES.iter().any(|name| directory == name);
        if parts.peek().is_some_and(is_site) {
            return Some(part);
        }
    }
    None
}
