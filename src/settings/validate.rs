//! Validates settings against their declarations. An unknown key or a value of the wrong type
//! becomes one problem with its place. Knows no key.

use super::choices::one_of;
use super::problem_list::ProblemList;
use super::template_loaders::{LOADERS, is_loader};
use super::tree::{Node, Span, Table, TomlValue};
use super::value_type::{DefaultValue, Keys, MAX_MODE, Others, ValueType};
use crate::model::{Code, Problem, nearest};

/// Validates a table with all tables in it.
pub fn check(keys: &Keys, table: &Table, problems: &ProblemList) {
    Validator { keys, problems }.check(table);
}

/// Returns the problem of a value that has the right type and cannot be used.
pub fn refused(keys: &Keys, key: &str, wanted: &str) -> Problem {
    let message = format!("{} must be {wanted}", keys.full_name(key));
    Problem::error(Code::BadValue, message)
}

struct Validator<'a> {
    keys: &'a Keys,
    problems: &'a ProblemList,
}

impl Validator<'_> {
    fn check(&self, table: &Table) {
        for (key, span, node) in &table.0 {
            match (self.keys.find(key), self.keys.others) {
                (Some(known), _) => self.check_value(key, known.value_type, node),
                (None, Others::Refused) => self.refuse_key(key, span),
                (None, Others::Paths) => self.check_value(key, ValueType::Path, node),
                (None, Others::Unread) => {}
            }
        }
    }

    fn check_value(&self, key: &str, value_type: ValueType, node: &Node) {
        match value_type {
            ValueType::Unread => {}
            ValueType::Text
            | ValueType::Path
            | ValueType::Glob
            | ValueType::FileName
            | ValueType::Size
            | ValueType::Age
            | ValueType::Django => self.check_text(key, node, "a string"),
            ValueType::Word(words) => self.check_word(key, node, "a string", words, &one_of(words)),
            ValueType::WordOrTable(words, keys) => match &node.value {
                TomlValue::Table(table) => check(keys, table, self.problems),
                _ => self.check_word(key, node, "a string or a table", words, &one_of(words)),
            },
            ValueType::Boolean => {
                if !matches!(node.value, TomlValue::Boolean(_)) {
                    self.mistype(key, node, "true or false");
                }
            }
            ValueType::Integer(low, high) => self.check_integer(key, node, low, high),
            ValueType::Share => self.check_share(key, node),
            ValueType::Mode => match &node.value {
                TomlValue::Text(text) if text == "umask" => {}
                TomlValue::Text(_) => {
                    self.refuse(key, &node.span, "a mode such as 0o644, or \"umask\"");
                }
                _ => self.check_integer(key, node, 0, MAX_MODE),
            },
            ValueType::Extensions if matches!(node.value, TomlValue::Text(_)) => {}
            ValueType::Words(_)
            | ValueType::Texts
            | ValueType::Paths
            | ValueType::Extensions
            | ValueType::StaticDirs
            | ValueType::Loaders
            | ValueType::Tables(_) => match &node.value {
                TomlValue::Array(elements) => {
                    for element in elements {
                        self.check_element(key, value_type, element);
                    }
                }
                _ => self.mistype(key, node, "an array"),
            },
            ValueType::Table(keys) => match &node.value {
                TomlValue::Table(table) => check(keys, table, self.problems),
                _ => self.mistype(key, node, "a table"),
            },
        }
    }

    /// Validates an element of an array of this type.
    fn check_element(&self, key: &str, array: ValueType, element: &Node) {
        match (array, &element.value) {
            (ValueType::Words(words), _) => {
                let wanted = format!("a list of {}", one_of(words));
                self.check_word(key, element, "an array of strings", words, &wanted);
            }
            (ValueType::StaticDirs, value) => {
                if value.prefix_and_directory().is_none() {
                    let wanted = "an array of directories or [prefix, directory]";
                    self.mistype(key, element, wanted);
                }
            }
            (ValueType::Loaders, value) => {
                if !is_loader(value) {
                    self.refuse(key, &element.span, LOADERS);
                }
            }
            (ValueType::Tables(keys), TomlValue::Table(table)) => {
                self.check_table(keys, table, &element.span);
            }
            (ValueType::Tables(_), _) => self.mistype(key, element, "an array of tables"),
            _ => self.check_text(key, element, "an array of strings"),
        }
    }

    /// Validates an element of an array of tables, which may have required keys.
    fn check_table(&self, keys: &Keys, table: &Table, span: &Span) {
        check(keys, table, self.problems);
        for key in keys.known {
            if let (DefaultValue::Refused(wanted), None) = (key.default, table.get(key.name)) {
                let message = format!("`{}` is missing: {wanted}", key.name);
                self.problems
                    .add_at(span, Problem::error(Code::MissingSetting, message));
            }
        }
    }

    fn check_text(&self, key: &str, node: &Node, kind: &str) {
        if !matches!(node.value, TomlValue::Text(_)) {
            self.mistype(key, node, kind);
        }
    }

    fn check_word(&self, key: &str, node: &Node, kind: &str, words: &[&str], wanted: &str) {
        match &node.value {
            TomlValue::Text(text) if words.contains(&text.as_str()) => {}
            TomlValue::Text(_) => self.refuse(key, &node.span, wanted),
            _ => self.mistype(key, node, kind),
        }
    }

    fn check_integer(&self, key: &str, node: &Node, low: i64, high: i64) {
        match node.value {
            TomlValue::Integer(integer) if (low..=high).contains(&integer) => {}
            TomlValue::Integer(_) => self.refuse(key, &node.span, &format!("from {low} to {high}")),
            _ => self.mistype(key, node, "an integer"),
        }
    }

    fn check_share(&self, key: &str, node: &Node) {
        match node.value {
            _ if node.value.share().is_some() => {}
            TomlValue::Float(_) | TomlValue::Integer(_) => {
                self.refuse(key, &node.span, "from 0 to 1");
            }
            _ => self.mistype(key, node, "a number from 0 to 1"),
        }
    }

    fn refuse(&self, key: &str, span: &Span, wanted: &str) {
        self.problems.add_at(span, refused(self.keys, key, wanted));
    }

    fn mistype(&self, key: &str, node: &Node, wanted: &str) {
        let message = format!(
            "{} must be {wanted}, not {}",
            self.keys.full_name(key),
            node.value.kind()
        );
        self.problems
            .add_at(&node.span, Problem::error(Code::WrongType, message));
    }

    fn refuse_key(&self, key: &str, span: &Span) {
        if WITH_STORES.contains(&self.keys.name) && is_credential(key) {
            return self.refuse_credential(key, span);
        }
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
            .add_with(problem, |problem| span.mark(problem).help(help()));
    }

    /// Adds the problem of credentials in the settings, and does not show them.
    fn refuse_credential(&self, key: &str, span: &Span) {
        let name = self.keys.full_name(key);
        let message = format!("{name} looks like credentials, which never belong in the settings");
        let problem = Problem::error(Code::UnknownSetting, message);
        let help = "remove it, and change the key if others have seen it: credentials come \
                    from the environment, such as AWS_ACCESS_KEY_ID";
        self.problems
            .add_with(problem, |problem| span.mark_unseen(problem).help(help));
    }
}

/// The tables whose users may try to write credentials.
const WITH_STORES: [&str; 2] = ["staticc.cache", "staticc.publish"];

/// Returns whether a key looks like one of credentials.
fn is_credential(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let words = [
        "key",
        "secret",
        "token",
        "password",
        "credential",
        "sas",
        "connection_string",
    ];
    words.iter().any(|word| key.contains(word))
}

/// Returns whether a key looks like a setting of Django.
fn is_of_django(key: &str) -> bool {
    let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    key.len() > 3 && key.bytes().all(capital)
}
