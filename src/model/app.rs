//! An entry of INSTALLED_APPS with the directory of its app.

use std::path::PathBuf;

/// One entry of `INSTALLED_APPS`, located.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// The entry as written.
    pub entry: String,
    /// The app's dotted name.
    pub name: String,
    /// The app's label, unless it can't be known without running Python.
    pub label: Option<String>,
    /// The app's directory (which may have a `static` directory).
    pub directory: PathBuf,
}
