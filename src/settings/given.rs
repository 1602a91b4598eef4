//! Settings that a Django project says of itself, read as if a settings file
//! said them: each value stands where the project's Python sets it. Knows no
//! key, and nothing of how the project was asked.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::Finder;
use super::tree::{Node, Span, Table, Text, Value};
use crate::disk;
use crate::model::line_range;

/// What a project says.
#[derive(Clone, Debug, Default)]
pub struct ProjectSettings {
    /// By key, as a settings file would have it.
    pub values: toml::Table,
    /// The finders, in order.
    pub finders: Vec<Finder>,
    /// Where top-level keys are set, lines counted from 1.
    pub places: HashMap<String, (PathBuf, usize)>,
    /// The settings module's file, for what stands nowhere else.
    pub file: PathBuf,
}

/// Python files that people write are smaller by far, in bytes.
const LARGEST: u64 = 4 << 20;

impl ProjectSettings {
    /// The values, each with its place; files are shown relative to
    /// `directory`.
    pub(super) fn table(&self, directory: &Path) -> Table {
        let shown = |file: &Path| {
            let shown = file.strip_prefix(directory).unwrap_or(file);
            shown.to_string_lossy().into_owned()
        };
        let nowhere = Text::new(shown(&self.file), "");
        let mut texts = HashMap::new();
        let entries = self.values.iter().map(|(key, value)| {
            let (text, line) = match self.places.get(key) {
                Some((file, line)) => {
                    let text = || Text::new(shown(file), read_python(file));
                    (&*texts.entry(file).or_insert_with(text), *line)
                }
                None => (&nowhere, 1),
            };
            let spot = Span {
                text: Rc::clone(text),
                range: line_range(&text.content, line),
            };
            (key.clone(), spot.clone(), node(value, &spot))
        });
        Table(entries.collect())
    }
}

/// A Python file, to point into; empty where it can't be read.
pub fn read_python(file: &Path) -> String {
    let bytes = disk::read_small(file, LARGEST).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn node(value: &toml::Value, spot: &Span) -> Node {
    let value = match value {
        toml::Value::String(text) => Value::Text(text.clone()),
        toml::Value::Integer(integer) => Value::Integer(*integer),
        toml::Value::Float(float) => Value::Float(*float),
        toml::Value::Boolean(boolean) => Value::Boolean(*boolean),
        toml::Value::Datetime(_) => Value::Other,
        toml::Value::Array(values) => {
            Value::Array(values.iter().map(|value| node(value, spot)).collect())
        }
        toml::Value::Table(table) => {
            let entry = |(key, value): (&String, _)| (key.clone(), spot.clone(), node(value, spot));
            Value::Table(Table(table.iter().map(entry).collect()))
        }
    };
    Node {
        value,
        spot: spot.clone(),
    }
}
