//! Reads a table of settings by its keys: the value, or the declared default. Knows no key.
//! [`super::validate`] checks types before.

use super::problem_list::ProblemList;
use super::tree::{Node, Span, Table, TomlValue};
use super::validate::{check, refused};
use super::value_type::{DefaultValue, Keys};

/// A table with its declared keys. A value of the wrong type reads as if it were absent.
#[derive(Clone, Copy)]
pub struct Section<'a> {
    keys: &'static Keys,
    table: Option<&'a Table>,
    pub problems: &'a ProblemList,
}

impl<'a> Section<'a> {
    /// Checks a table with all tables in it.
    pub fn open(keys: &'static Keys, table: &'a Table, problems: &'a ProblemList) -> Self {
        check(keys, table, problems);
        Self {
            keys,
            table: Some(table),
            problems,
        }
    }

    /// Returns whether the table has the key.
    pub fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }

    /// Returns the value of a key, without its default.
    pub fn node(&self, key: &str) -> Option<&'a Node> {
        debug_assert!(self.keys.find(key).is_some(), "{key} is not declared");
        self.table?.get(key)
    }

    /// Returns a string or its default.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        match self.value(key) {
            Ok(TomlValue::Text(text)) => Some(text),
            Err(DefaultValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns a boolean or its default.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        match self.value(key) {
            Ok(TomlValue::Boolean(boolean)) => Some(*boolean),
            Err(DefaultValue::Boolean(boolean)) => Some(boolean),
            _ => None,
        }
    }

    /// Returns an integer or its default.
    pub fn integer(&self, key: &str) -> Option<u32> {
        match self.value(key) {
            Ok(TomlValue::Integer(integer)) => u32::try_from(*integer).ok(),
            Err(DefaultValue::Integer(integer)) => Some(integer),
            _ => None,
        }
    }

    /// Returns a number from 0 to 1 or its default.
    pub fn share(&self, key: &str) -> Option<f64> {
        match self.value(key) {
            Ok(value) => value.share(),
            Err(DefaultValue::Share(share)) => Some(share),
            Err(_) => None,
        }
    }

    /// Returns the strings of an array or its default.
    pub fn texts(&self, key: &str) -> Option<Vec<&'a str>> {
        match self.value(key) {
            Ok(TomlValue::Array(_)) => Some(self.placed(key).map(|(text, _)| text).collect()),
            Err(DefaultValue::Texts(texts)) => Some(texts.to_vec()),
            _ => None,
        }
    }

    /// Returns a string with its place, without its default.
    pub fn placed_text(&self, key: &str) -> Option<(&'a str, &'a Span)> {
        let node = self.node(key)?;
        match &node.value {
            TomlValue::Text(text) => Some((text, &node.span)),
            _ => None,
        }
    }

    /// Returns the strings of an array with their places, without its default.
    pub fn placed(&self, key: &str) -> impl Iterator<Item = (&'a str, &'a Span)> + use<'a> {
        self.array(key).iter().filter_map(|node| match &node.value {
            TomlValue::Text(text) => Some((text.as_str(), &node.span)),
            _ => None,
        })
    }

    /// Returns the elements of an array, without its default.
    pub fn array(&self, key: &str) -> &'a [Node] {
        match self.value(key) {
            Ok(TomlValue::Array(nodes)) => nodes,
            _ => &[],
        }
    }

    /// Returns the value of one of the choices.
    pub fn word<T: Clone>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        meaning(self.text(key)?, words)
    }

    /// Returns the values of an array of choices.
    pub fn words<T: Clone>(&self, key: &str, words: &[(&str, T)]) -> Option<Vec<T>> {
        let texts = self.texts(key)?;
        Some(
            texts
                .iter()
                .filter_map(|text| meaning(text, words))
                .collect(),
        )
    }

    /// Opens the inner table of these keys. A missing one is empty.
    #[must_use]
    pub fn table(&self, keys: &'static Keys) -> Self {
        let table = match self.value(keys.last_name()) {
            Ok(TomlValue::Table(table)) => Some(table),
            _ => None,
        };
        Self {
            keys,
            table,
            ..*self
        }
    }

    /// Opens the inner tables of these keys, each with its place.
    pub fn tables(&self, keys: &'static Keys) -> impl Iterator<Item = (Self, &'a Span)> {
        let tables = self.array(keys.last_name()).iter();
        tables.filter_map(move |node| match &node.value {
            TomlValue::Table(table) => {
                let section = Self {
                    keys,
                    table: Some(table),
                    ..*self
                };
                Some((section, &node.span))
            }
            _ => None,
        })
    }

    /// Returns all keys with their places and values.
    pub fn entries(&self) -> impl Iterator<Item = &'a (String, Span, Node)> + use<'a> {
        self.table.into_iter().flat_map(|table| &table.0)
    }

    /// Adds the problem of a value that has the right type and cannot be used.
    pub fn refuse(&self, key: &str, span: &Span, wanted: &str) {
        let problem = refused(self.keys, key, wanted);
        self.problems.add_at(span, problem);
    }

    /// Returns the value, or the default of an absent one.
    fn value(&self, key: &str) -> Result<&'a TomlValue, DefaultValue> {
        let default = || {
            self.keys
                .find(key)
                .map_or(DefaultValue::Open, |key| key.default)
        };
        self.node(key).map(|node| &node.value).ok_or_else(default)
    }
}

fn meaning<T: Clone>(text: &str, words: &[(&str, T)]) -> Option<T> {
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| meaning.clone())
}
