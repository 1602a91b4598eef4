//! Whether settings are as they are declared: what is unknown or of a wrong
//! shape becomes a problem with its place, once. Knows no key.

use super::problems::Problems;
use super::shape::{DefaultValue, HIGHEST_MODE, Keys, Others, ValueType};
use super::tree::{Node, Span, Table, Value};
use super::words::one_of;
use crate::model::{Code, Problem, nearest};

/// Checks a table with all that are in it.
pub fn check(keys: &Keys, table: &Table, problems: &Problems) {
    Checker { keys, problems }.check(table);
}

/// A value has the right shape and cannot be used.
pub fn refused(keys: &Keys, key: &str, wanted: &str) -> Problem {
    let message = format!("{} must be {wanted}", keys.full_name(key));
    Problem::error(Code::BadValue, message)
}

/// How a table is declared, and where its problems go.
struct Checker<'a> {
    keys: &'a Keys,
    problems: &'a Problems,
}

impl Checker<'_> {
    fn check(&self, table: &Table) {
        for (key, spot, node) in &table.0 {
            match (self.keys.find(key), self.keys.others) {
                (Some(known), _) => self.check_value(key, known.shape, node),
                (None, Others::Refused) => self.refuse_key(key, spot),
                (None, Others::Paths) => self.check_value(key, ValueType::Path, node),
                (None, Others::Unread) => {}
            }
        }
    }

    fn check_value(&self, key: &str, shape: ValueType, node: &Node) {
        match shape {
            ValueType::Unread => {}
            ValueType::Text
            | ValueType::Path
            | ValueType::Glob
            | ValueType::FileName
            | ValueType::Size
            | ValueType::Django => self.check_text(key, node, "a string"),
            ValueType::Word(words) => self.check_word(key, node, "a string", words, &one_of(words)),
            ValueType::Boolean => {
                if !matches!(node.value, Value::Boolean(_)) {
                    self.mistype(key, node, "true or false");
                }
            }
            ValueType::Integer(low, high) => self.check_integer(key, node, low, high),
            ValueType::Share => self.check_share(key, node),
            ValueType::Mode => match &node.value {
                Value::Text(text) if text == "umask" => {}
                Value::Text(_) => {
                    self.refuse(key, &node.spot, "a mode such as 0o644, or \"umask\"");
                }
                _ => self.check_integer(key, node, 0, HIGHEST_MODE),
            },
            ValueType::Words(words) => {
                let wanted = format!("a list of {}", one_of(words));
                self.each(key, node, |element| {
                    self.check_word(key, element, "an array of strings", words, &wanted);
                });
            }
            ValueType::Extensions if matches!(node.value, Value::Text(_)) => {}
            ValueType::Texts | ValueType::Paths | ValueType::Extensions => {
                self.each(key, node, |element| {
                    self.check_text(key, element, "an array of strings");
                })
            }
            ValueType::StaticDirs => self.each(key, node, |element| {
                if element.value.prefix_and_directory().is_none() {
                    let wanted = "an array of directories or [prefix, directory]";
                    self.mistype(key, element, wanted);
                }
            }),
            ValueType::Table(keys) => match &node.value {
                Value::Table(table) => check(keys, table, self.problems),
                _ => self.mistype(key, node, "a table"),
            },
            ValueType::Tables(keys) => self.each(key, node, |element| match &element.value {
                Value::Table(table) => self.check_element(keys, table, &element.spot),
                _ => self.mistype(key, element, "an array of tables"),
            }),
        }
    }

    /// Checks a table in which some keys must be.
    fn check_element(&self, keys: &Keys, table: &Table, spot: &Span) {
        check(keys, table, self.problems);
        for key in keys.known {
            if let (DefaultValue::Refused(wanted), None) = (key.absent, table.get(key.name)) {
                let message = format!("`{}` is missing: {wanted}", key.name);
                self.problems
                    .add_at(spot, Problem::error(Code::MissingSetting, message));
            }
        }
    }

    fn check_text(&self, key: &str, node: &Node, kind: &str) {
        if !matches!(node.value, Value::Text(_)) {
            self.mistype(key, node, kind);
        }
    }

    fn check_word(&self, key: &str, node: &Node, kind: &str, words: &[&str], wanted: &str) {
        match &node.value {
            Value::Text(text) if words.contains(&text.as_str()) => {}
            Value::Text(_) => self.refuse(key, &node.spot, wanted),
            _ => self.mistype(key, node, kind),
        }
    }

    fn check_integer(&self, key: &str, node: &Node, low: i64, high: i64) {
        match node.value {
            Value::Integer(integer) if (low..=high).contains(&integer) => {}
            Value::Integer(_) => self.refuse(key, &node.spot, &format!("from {low} to {high}")),
            _ => self.mistype(key, node, "an integer"),
        }
    }

    fn check_share(&self, key: &str, node: &Node) {
        match node.value {
            _ if node.value.share().is_some() => {}
            Value::Float(_) | Value::Integer(_) => self.refuse(key, &node.spot, "from 0 to 1"),
            _ => self.mistype(key, node, "a number from 0 to 1"),
        }
    }

    /// Checks the elements of an array.
    fn each(&self, key: &str, node: &Node, check: impl Fn(&Node)) {
        match &node.value {
            Value::Array(elements) => elements.iter().for_each(check),
            _ => self.mistype(key, node, "an array"),
        }
    }

    fn refuse(&self, key: &str, spot: &Span, wanted: &str) {
        self.problems.add_at(spot, refused(self.keys, key, wanted));
    }

    fn mistype(&self, key: &str, node: &Node, wanted: &str) {
        let message = format!(
            "{} must be {wanted}, not {}",
            self.keys.full_name(key),
            node.value.kind()
        );
        self.problems
            .add_at(&node.spot, Problem::error(Code::WrongType, message));
    }

    fn refuse_key(&self, key: &str, spot: &Span) {
        let mut known: Vec<&str> = self.keys.known.iter().map(|key| key.name).collect();
        known.sort_unstable();
        let help = || match nearest(key, &known) {
            Some(near) => format!("did you mean {}?", self.keys.full_name(near)),
            None if self.keys.name.is_empty() && is_of_django(key) => {
                "staticc reads only the settings that collectstatic needs: remove this one".into()
            }
            None => format!("known here: {}", known.join(", ")),
        };
        let message = format!("unknown setting {}", self.keys.full_name(key));
        let problem = Problem::error(Code::UnknownSetting, message);
        self.problems
            .add_with(problem, |problem| spot.mark(problem).help(help()));
    }
}

/// Whether a key looks like a setting of Django.
fn is_of_django(key: &str) -> bool {
    let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    key.len() > 3 && key.bytes().all(capital)
}
