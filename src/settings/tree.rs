//! Settings text → values that remember their place, several texts laid
//! over each other (`--set` over the file). Knows no key's meaning.

use std::ops::Range;
use std::rc::Rc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problems::Problems;
use crate::model::{Code, Problem, SourceSpan, span_at};

/// A text that settings come from.
#[derive(Debug)]
pub struct Text {
    /// How people know it: a file's path, or `--set`.
    pub name: String,
    /// Its content.
    pub content: String,
}

impl Text {
    /// A text to be pointed into.
    pub fn new(name: impl Into<String>, content: impl Into<String>) -> Rc<Self> {
        Rc::new(Self {
            name: name.into(),
            content: content.into(),
        })
    }
}

/// Where something stands.
#[derive(Clone, Debug)]
pub struct Span {
    /// In which text.
    pub text: Rc<Text>,
    /// Which bytes.
    pub range: Range<usize>,
}

impl Span {
    /// The place in its text.
    pub fn place(&self) -> SourceSpan {
        span_at(&self.text.content, self.range.start, self.range.end)
    }

    /// The problem, said of this place; of the whole text, where its content
    /// is not known.
    pub fn mark(&self, problem: Problem) -> Problem {
        let problem = problem.in_file(self.text.name.as_str());
        if self.text.content.is_empty() {
            return problem;
        }
        problem.at(self.place())
    }
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it stands.
    pub spot: Span,
}

/// TOML's kinds of values, as far as settings use them.
#[derive(Clone, Debug)]
pub enum Value {
    /// `"text"`
    Text(String),
    /// `1`, `0o644`
    Integer(i64),
    /// `0.05`
    Float(f64),
    /// `true`
    Boolean(bool),
    /// `[…]`
    Array(Vec<Node>),
    /// `[table]` or `{…}`
    Table(Table),
    /// A date, or a number that is none of the above.
    Other,
}

impl Value {
    /// What TOML calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Boolean(_) => "a boolean",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
            Self::Other => "a date or a number out of range",
        }
    }

    /// A number from 0 to 1.
    pub fn share(&self) -> Option<f64> {
        match self {
            Self::Float(share) if (0.0..=1.0).contains(share) => Some(*share),
            Self::Integer(0) => Some(0.0),
            Self::Integer(1) => Some(1.0),
            _ => None,
        }
    }

    /// A prefix, empty where there is none, and a directory.
    pub fn prefix_and_directory(&self) -> Option<(&str, &str)> {
        match self {
            Self::Text(directory) => Some(("", directory)),
            Self::Array(pair) => match &pair[..] {
                [prefix, directory] => match (&prefix.value, &directory.value) {
                    (Self::Text(prefix), Self::Text(directory)) => Some((prefix, directory)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }
}

/// Keys in the order written, each with its own place.
#[derive(Clone, Debug, Default)]
pub struct Table(pub Vec<(String, Span, Node)>);

impl Table {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let entry = self.0.iter().find(|(name, ..)| name == key);
        entry.map(|(.., node)| node)
    }

    /// Lays another table over this one: tables merge, all else replaces.
    pub fn lay_over(&mut self, other: Self) {
        for (key, spot, node) in other.0 {
            match self.0.iter_mut().find(|(name, ..)| *name == key) {
                None => self.0.push((key, spot, node)),
                Some((.., old)) => match (&mut old.value, node) {
                    (
                        Value::Table(old),
                        Node {
                            value: Value::Table(new),
                            ..
                        },
                    ) => old.lay_over(new),
                    (_, node) => *old = node,
                },
            }
        }
    }
}

/// Reads a TOML text.
pub fn parse(text: &Rc<Text>) -> Result<Table, Vec<Problem>> {
    let (table, errors) = DeTable::parse_recoverable(&text.content);
    if errors.is_empty() {
        return Ok(convert_table(text, table.get_ref()));
    }
    let problems = Problems::default();
    for error in &errors {
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        let spot = Span {
            text: Rc::clone(text),
            range: error.span().unwrap_or(0..0),
        };
        let problem = Problem::error(Code::TomlSyntax, format!("not TOML: {message}"));
        problems.add_at(&spot, problem);
    }
    Err(problems.into_inner())
}

fn convert_table(text: &Rc<Text>, table: &DeTable<'_>) -> Table {
    let entries = table.iter().map(|(key, value)| {
        let spot = Span {
            text: Rc::clone(text),
            range: key.span(),
        };
        (key.get_ref().to_string(), spot, convert(text, value))
    });
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|(_, spot, _)| spot.range.start);
    Table(entries)
}

fn convert(text: &Rc<Text>, value: &Spanned<DeValue<'_>>) -> Node {
    let converted = match value.get_ref() {
        DeValue::String(string) => Value::Text(string.to_string()),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map_or(Value::Other, Value::Integer),
        DeValue::Float(float) => float.as_str().parse().map_or(Value::Other, Value::Float),
        DeValue::Boolean(boolean) => Value::Boolean(*boolean),
        DeValue::Datetime(_) => Value::Other,
        DeValue::Array(array) => {
            Value::Array(array.iter().map(|value| convert(text, value)).collect())
        }
        DeValue::Table(table) => Value::Table(convert_table(text, table)),
    };
    Node {
        value: converted,
        spot: Span {
            text: Rc::clone(text),
            range: value.span(),
        },
    }
}
