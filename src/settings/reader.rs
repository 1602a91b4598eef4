//! Settings tables, read by their keys: what is written, or the default that
//! is declared. Knows no key; whether values have their shapes is told before,
//! by [`super::validate`].

use super::problems::Problems;
use super::shape::{DefaultValue, Keys};
use super::tree::{Node, Span, Table, Value};
use super::validate as fit;

/// One table, and how it is declared. Values of a wrong shape read as if they
/// were not there.
#[derive(Clone, Copy)]
pub struct Section<'a> {
    keys: &'static Keys,
    table: Option<&'a Table>,
    /// Where problems go.
    pub problems: &'a Problems,
}

impl<'a> Section<'a> {
    /// The table, checked with all that are in it.
    pub fn open(keys: &'static Keys, table: &'a Table, problems: &'a Problems) -> Self {
        fit::check(keys, table, problems);
        Self {
            keys,
            table: Some(table),
            problems,
        }
    }

    /// Whether the key is written.
    pub fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }

    /// What is written for a key.
    pub fn node(&self, key: &str) -> Option<&'a Node> {
        debug_assert!(self.keys.find(key).is_some(), "{key} is not declared");
        self.table?.get(key)
    }

    /// A string, or its default.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        match self.value(key) {
            Ok(Value::Text(text)) => Some(text),
            Err(DefaultValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A boolean, or its default.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        match self.value(key) {
            Ok(Value::Boolean(boolean)) => Some(*boolean),
            Err(DefaultValue::Boolean(boolean)) => Some(boolean),
            _ => None,
        }
    }

    /// An integer, or its default.
    pub fn integer(&self, key: &str) -> Option<u32> {
        match self.value(key) {
            Ok(Value::Integer(integer)) => u32::try_from(*integer).ok(),
            Err(DefaultValue::Integer(integer)) => Some(integer),
            _ => None,
        }
    }

    /// A share, or its default.
    pub fn share(&self, key: &str) -> Option<f64> {
        match self.value(key) {
            Ok(value) => value.share(),
            Err(DefaultValue::Share(share)) => Some(share),
            Err(_) => None,
        }
    }

    /// The strings of an array, or its default.
    pub fn texts(&self, key: &str) -> Option<Vec<&'a str>> {
        match self.value(key) {
            Ok(Value::Array(_)) => Some(self.placed(key).map(|(text, _)| text).collect()),
            Err(DefaultValue::Texts(texts)) => Some(texts.to_vec()),
            _ => None,
        }
    }

    /// A string as it is written, with its place.
    pub fn placed_text(&self, key: &str) -> Option<(&'a str, &'a Span)> {
        let node = self.node(key)?;
        match &node.value {
            Value::Text(text) => Some((text, &node.spot)),
            _ => None,
        }
    }

    /// The strings of an array as it is written, each with its place.
    pub fn placed(&self, key: &str) -> impl Iterator<Item = (&'a str, &'a Span)> + use<'a> {
        self.array(key).iter().filter_map(|node| match &node.value {
            Value::Text(text) => Some((text.as_str(), &node.spot)),
            _ => None,
        })
    }

    /// The elements of an array as it is written.
    pub fn array(&self, key: &str) -> &'a [Node] {
        match self.value(key) {
            Ok(Value::Array(nodes)) => nodes,
            _ => &[],
        }
    }

    /// What a word stands for.
    pub fn word<T: Clone>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        meaning(self.text(key)?, words)
    }

    /// What the words of an array stand for.
    pub fn words<T: Clone>(&self, key: &str, words: &[(&str, T)]) -> Option<Vec<T>> {
        let texts = self.texts(key)?;
        Some(
            texts
                .iter()
                .filter_map(|text| meaning(text, words))
                .collect(),
        )
    }

    /// The table of these keys; an empty one, where there is none.
    pub fn table(&self, keys: &'static Keys) -> Self {
        let table = match self.value(keys.last_name()) {
            Ok(Value::Table(table)) => Some(table),
            _ => None,
        };
        Self {
            keys,
            table,
            ..*self
        }
    }

    /// The tables of these keys, each with its place.
    pub fn tables(&self, keys: &'static Keys) -> impl Iterator<Item = (Self, &'a Span)> {
        let tables = self.array(keys.last_name()).iter();
        tables.filter_map(move |node| match &node.value {
            Value::Table(table) => {
                let section = Self {
                    keys,
                    table: Some(table),
                    ..*self
                };
                Some((section, &node.spot))
            }
            _ => None,
        })
    }

    /// Everything that is written, each key with its place.
    pub fn entries(&self) -> impl Iterator<Item = &'a (String, Span, Node)> + use<'a> {
        self.table.into_iter().flat_map(|table| &table.0)
    }

    /// Says that a value has the right shape and cannot be used.
    pub fn refuse(&self, key: &str, spot: &Span, wanted: &str) {
        let problem = fit::refused(self.keys, key, wanted);
        self.problems.add_at(spot, problem);
    }

    /// What is written, or what it means that nothing is.
    fn value(&self, key: &str) -> Result<&'a Value, DefaultValue> {
        let absent = || {
            self.keys
                .find(key)
                .map_or(DefaultValue::Open, |key| key.absent)
        };
        self.node(key).map(|node| &node.value).ok_or_else(absent)
    }
}

fn meaning<T: Clone>(text: &str, words: &[(&str, T)]) -> Option<T> {
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| meaning.clone())
}
