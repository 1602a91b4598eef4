//! Typed reading of settings tables: wrong types and unknown keys become
//! problems with places. What a section was asked for is what it knows.

use std::cell::RefCell;

use super::problems::Problems;
use super::tree::{Node, Table, Value};
use crate::nouns::Problem;

/// One table while it is being read.
pub struct Section<'a> {
    /// The dotted name, empty at the top.
    name: &'a str,
    table: Option<&'a Table>,
    asked: RefCell<Vec<&'static str>>,
    problems: &'a Problems,
}

impl<'a> Section<'a> {
    /// The table, to be read under this name.
    pub fn new(name: &'a str, table: Option<&'a Table>, problems: &'a Problems) -> Self {
        Self {
            name,
            table,
            asked: RefCell::default(),
            problems,
        }
    }

    /// The value of a key, of any type.
    pub fn node(&self, key: &'static str) -> Option<&'a Node> {
        self.asked.borrow_mut().push(key);
        self.table?.get(key)
    }

    /// Whether the key is there.
    pub fn has(&self, key: &'static str) -> bool {
        self.node(key).is_some()
    }

    /// A key whose value must be a string.
    pub fn text(&self, key: &'static str) -> Option<&'a str> {
        let node = self.node(key)?;
        match &node.value {
            Value::Text(text) => Some(text),
            _ => self.mistyped(key, node, "a string"),
        }
    }

    /// A key whose value must be a boolean.
    pub fn boolean(&self, key: &'static str) -> Option<bool> {
        let node = self.node(key)?;
        match &node.value {
            Value::Boolean(value) => Some(*value),
            _ => self.mistyped(key, node, "true or false"),
        }
    }

    /// A key whose value must be an integer from `low` to `high`.
    pub fn integer(&self, key: &'static str, low: i64, high: i64) -> Option<u32> {
        let node = self.node(key)?;
        match &node.value {
            Value::Integer(value) if (low..=high).contains(value) => u32::try_from(*value).ok(),
            Value::Integer(_) => self.refused(key, node, &format!("from {low} to {high}")),
            _ => self.mistyped(key, node, "an integer"),
        }
    }

    /// A key whose value must be a share, from 0 to 1.
    pub fn share(&self, key: &'static str) -> Option<f64> {
        let node = self.node(key)?;
        let share = match &node.value {
            Value::Float(value) => *value,
            Value::Integer(0) => 0.0,
            Value::Integer(1) => 1.0,
            Value::Integer(_) => f64::NAN,
            _ => return self.mistyped(key, node, "a number from 0 to 1"),
        };
        if (0.0..=1.0).contains(&share) {
            Some(share)
        } else {
            self.refused(key, node, "from 0 to 1")
        }
    }

    /// A key whose value must be an array; its elements.
    pub fn array(&self, key: &'static str) -> Option<&'a [Node]> {
        let node = self.node(key)?;
        match &node.value {
            Value::Array(nodes) => Some(nodes),
            _ => self.mistyped(key, node, "an array"),
        }
    }

    /// A key whose value must be an array of strings, each with its place.
    pub fn texts(&self, key: &'static str) -> Option<Vec<(&'a str, &'a Node)>> {
        let nodes = self.array(key)?;
        let texts = nodes.iter().filter_map(|node| match &node.value {
            Value::Text(text) => Some((text.as_str(), node)),
            _ => self.mistyped(key, node, "an array of strings"),
        });
        Some(texts.collect())
    }

    /// A key whose value must be a table.
    pub fn table(&self, key: &'static str) -> Option<&'a Table> {
        let node = self.node(key)?;
        match &node.value {
            Value::Table(table) => Some(table),
            _ => self.mistyped(key, node, "a table"),
        }
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = words.iter().find(|(word, _)| *word == text);
        match (found, self.node(key)) {
            (Some((_, value)), _) => Some(*value),
            (None, Some(node)) => self.refused(key, node, &one_of(words)),
            (None, None) => None,
        }
    }

    /// Says that a value has the wrong type.
    pub fn mistyped<T>(&self, key: &str, node: &Node, wanted: &str) -> Option<T> {
        let message = format!(
            "{} must be {wanted}, not {}",
            self.full_name(key),
            node.value.kind()
        );
        self.problems
            .add_at(&node.spot, Problem::error("wrong-type", message));
        None
    }

    /// Says that a value is of the right type and cannot be used.
    pub fn refused<T>(&self, key: &str, node: &Node, wanted: &str) -> Option<T> {
        let message = format!("{} must be {wanted}", self.full_name(key));
        self.problems
            .add_at(&node.spot, Problem::error("bad-value", message));
        None
    }

    /// Reports every key that nobody asked for. `foreign` says what a key
    /// is that is known elsewhere.
    pub fn finish(self, foreign: impl Fn(&str) -> Option<String>) {
        let mut asked = self.asked.borrow().clone();
        asked.sort_unstable();
        asked.dedup();
        for (key, spot, _) in self.table.iter().flat_map(|table| &table.0) {
            if asked.contains(&key.as_str()) {
                continue;
            }
            let cure = || match (nearest(key, &asked), foreign(key)) {
                (Some(near), _) => format!("did you mean {}?", self.full_name(near)),
                (None, Some(cure)) => cure,
                (None, None) => format!("known here: {}", asked.join(", ")),
            };
            let message = format!("unknown setting {}", self.full_name(key));
            let problem = Problem::error("unknown-setting", message);
            self.problems
                .add_with(problem, |problem| spot.mark(problem).cure(cure()));
        }
    }

    fn full_name(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }
}

/// `"a", "b" or "c"`.
pub fn one_of<T>(words: &[(&str, T)]) -> String {
    let words: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// The known name that a misspelt one is most like, if it is like any.
fn nearest(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let distance =
        |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &key.to_lowercase());
    // A key may be of any length, and comparing takes the product of both.
    let comparable = |name: &&&str| key.len() <= 2 * name.len();
    known
        .iter()
        .filter(comparable)
        .map(|name| (distance(name), *name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .min()
        .map(|(_, name)| name)
}
