//! Tells from the path of a file which installed package of Python or npm has it. Reads
//! no disk.

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

/// Returns the directory of the npm package that a path in node_modules leads into.
///
/// ```
/// use std::path::Path;
/// use staticc::model::npm_package;
/// let package = |path| npm_package(Path::new(path)).and_then(Path::to_str);
/// assert_eq!(package("/site/node_modules/htmx/dist/a.js"), Some("/site/node_modules/htmx"));
/// assert_eq!(package("node_modules/@hotwired/turbo/a.js"), Some("node_modules/@hotwired/turbo"));
/// assert_eq!(package("/site/static/a.js"), None);
/// ```
pub fn npm_package(path: &Path) -> Option<&Path> {
    let is_modules = |directory: &&Path| directory.ends_with("node_modules");
    let modules = path.ancestors().skip(1).find(is_modules)?;
    let is_scope = |name: &OsStr| name.as_encoded_bytes().starts_with(b"@");
    let below = path.strip_prefix(modules).ok()?;
    let length = 1 + usize::from(below.iter().next().is_some_and(is_scope));
    path.ancestors()
        .nth(below.iter().count().checked_sub(length)?)
}
