//! The settings that a Django project has answered, in the form of a settings file. The place of
//! each value is where the project's Python sets it. Knows no key, and not how the project is asked.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::Finder;
use super::tree::{Node, SourceText, Span, Table, TomlValue};
use crate::disk;
use crate::model::line_range;

/// The settings of a project.
#[derive(Clone, Debug, Default)]
pub struct ProjectSettings {
    /// By key, as in a settings file.
    pub values: toml::Table,
    /// In the order of the project.
    pub finders: Vec<Finder>,
    /// The file and the line, from 1, of top-level keys.
    pub places: HashMap<String, (PathBuf, usize)>,
    /// The file of the settings module, for settings without a place of their own.
    pub file: PathBuf,
}

/// The largest Python file that is read for a place, in bytes.
const MAX_SIZE: u64 = 4 << 20;

impl ProjectSettings {
    /// Returns the values with their places. Files are shown relative to `directory`.
    pub(super) fn table(&self, directory: &Path) -> Table {
        let shown = |file: &Path| {
            let shown = file.strip_prefix(directory).unwrap_or(file);
            shown.to_string_lossy().into_owned()
        };
        let nowhere = SourceText::new(shown(&self.file), "");
        let mut texts = HashMap::new();
        let entries = self.values.iter().map(|(key, value)| {
            let (text, line) = match self.places.get(key) {
                Some((file, line)) => {
                    let text = || SourceText::new(shown(file), read_python(file));
                    (&*texts.entry(file).or_insert_with(text), *line)
                }
                None => (&nowhere, 1),
            };
            let span = Span {
                text: Rc::clone(text),
                range: line_range(&text.content, line),
            };
            (key.clone(), span.clone(), node(value, &span))
        });
        Table(entries.collect())
    }
}

/// Reads a Python file to show a line of it. Empty if it cannot be read.
pub fn read_python(file: &Path) -> String {
    let bytes = disk::read_small(file, MAX_SIZE).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn node(value: &toml::Value, span: &Span) -> Node {
    let value = match value {
        toml::Value::String(text) => TomlValue::Text(text.clone()),
        toml::Value::Integer(integer) => TomlValue::Integer(*integer),
        toml::Value::Float(float) => TomlValue::Float(*float),
        toml::Value::Boolean(boolean) => TomlValue::Boolean(*boolean),
        toml::Value::Datetime(_) => TomlValue::Other,
        toml::Value::Array(values) => {
            TomlValue::Array(values.iter().map(|value| node(value, span)).collect())
        }
        toml::Value::Table(table) => {
            let entry = |(key, value): (&String, _)| (key.clone(), span.clone(), node(value, span));
            TomlValue::Table(Table(table.iter().map(entry).collect()))
        }
    };
    Node {
        value,
        span: span.clone(),
    }
}
