//! An entry of INSTALLED_APPS with the directory of its app.

use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// The entry of INSTALLED_APPS as written.
    pub entry: String,
    /// The dotted name of the app's package.
    pub name: String,
    /// `None` if it cannot be known without running Python.
    pub label: Option<String>,
    /// The directory of the package, in which `static` may be.
    pub directory: PathBuf,
}
