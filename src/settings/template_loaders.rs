//! Reads `OPTIONS.loaders` of a template engine: which directories Django's own loaders look in,
//! and which loaders are others. Reads no directory.

use super::tree::{Node, Span, TomlValue};

/// The shape of `loaders`, in words.
pub const LOADERS: &str = "an array of loaders, each a name such as \"mysite.Loader\" or an array of a name and arguments";

const FILESYSTEM: &str = "django.template.loaders.filesystem.Loader";
const APP_DIRECTORIES: &str = "django.template.loaders.app_directories.Loader";
const CACHED: &str = "django.template.loaders.cached.Loader";
const LOCMEM: &str = "django.template.loaders.locmem.Loader";

/// Where the loaders of an engine look for templates.
#[derive(Debug, Default)]
pub struct TemplateLoaders<'a> {
    /// Whether a loader looks in `DIRS`. A loader that staticc does not know may do so.
    pub reads_dirs: bool,
    /// Whether a loader looks in the directories of apps.
    pub reads_apps: bool,
    /// Directories that a loader has as its argument.
    pub directories: Vec<(&'a str, &'a Span)>,
    /// Loaders that staticc does not know.
    pub unknown: Vec<(&'a str, &'a Span)>,
}

impl<'a> TemplateLoaders<'a> {
    /// Reads the elements of `loaders`, which [`is_loader`] accepts.
    pub fn new(loaders: &'a [Node]) -> Self {
        let mut all = Self::default();
        all.add_all(loaders);
        all
    }

    fn add_all(&mut self, loaders: &'a [Node]) {
        for loader in loaders {
            if let Some((name, arguments)) = name_and_arguments(&loader.value) {
                self.add(name, &loader.span, arguments);
            }
        }
    }

    fn add(&mut self, name: &'a str, span: &'a Span, arguments: &'a [Node]) {
        let first = arguments.first().and_then(|node| node.value.as_array());
        match (name, first) {
            (FILESYSTEM, Some(directories)) => {
                let directory = |node: &'a Node| Some((node.value.as_text()?, &node.span));
                self.directories
                    .extend(directories.iter().filter_map(directory));
            }
            (FILESYSTEM, None) => self.reads_dirs = true,
            (APP_DIRECTORIES, _) => self.reads_apps = true,
            (CACHED, Some(loaders)) => self.add_all(loaders),
            (CACHED | LOCMEM, _) => {}
            _ => {
                self.reads_dirs = true;
                self.unknown.push((name, span));
            }
        }
    }
}

/// Returns whether a value is an element of `loaders`.
pub fn is_loader(value: &TomlValue) -> bool {
    match name_and_arguments(value) {
        Some((CACHED, [loaders])) => loaders
            .value
            .as_array()
            .is_some_and(|loaders| loaders.iter().all(|loader| is_loader(&loader.value))),
        Some((FILESYSTEM, [directories])) => directories
            .value
            .as_array()
            .is_some_and(|all| all.iter().all(|node| node.value.as_text().is_some())),
        Some(_) => true,
        None => false,
    }
}

fn name_and_arguments(value: &TomlValue) -> Option<(&str, &[Node])> {
    match value {
        TomlValue::Text(name) => Some((name, &[])),
        TomlValue::Array(parts) => {
            let (name, arguments) = parts.split_first()?;
            Some((name.value.as_text()?, arguments))
        }
        _ => None,
    }
}
