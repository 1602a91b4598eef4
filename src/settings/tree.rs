//! Parses TOML into values that know their places, and merges several texts: `--set` over the
//! file. Does not know what a key means.

use std::ops::Range;
use std::rc::Rc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem_list::ProblemList;
use crate::model::{Code, Problem, SourceSpan, span_at};

/// A text that contains settings.
#[derive(Debug)]
pub struct SourceText {
    /// The path of a file as shown to users, or `--set`.
    pub name: String,
    pub content: String,
}

impl SourceText {
    pub fn new(name: impl Into<String>, content: impl Into<String>) -> Rc<Self> {
        Rc::new(Self {
            name: name.into(),
            content: content.into(),
        })
    }
}

/// Bytes of a text.
#[derive(Clone, Debug)]
pub struct Span {
    pub text: Rc<SourceText>,
    pub range: Range<usize>,
}

impl Span {
    /// Returns the lines and columns.
    pub fn to_source_span(&self) -> SourceSpan {
        span_at(&self.text.content, self.range.start, self.range.end)
    }

    /// Adds this place to a problem, or only the name of a text whose content is unknown.
    pub fn mark(&self, problem: Problem) -> Problem {
        let in_text = problem.in_file(self.text.name.as_str());
        if self.text.content.is_empty() {
            return in_text;
        }
        in_text.at(self.to_source_span())
    }
}

impl Span {
    /// Adds this place to a problem in words, so that no line of the text is shown.
    pub fn mark_unseen(&self, problem: Problem) -> Problem {
        let in_text = problem.in_file(self.text.name.as_str());
        if self.text.content.is_empty() {
            return in_text;
        }
        in_text.note(format!("in line {}", self.to_source_span().line))
    }
}

impl ProblemList {
    /// Adds a problem at a place, which is found only if the problem is reported.
    pub fn add_at(&self, span: &Span, problem: Problem) {
        self.add_with(problem, |problem| span.mark(problem));
    }
}

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    pub value: TomlValue,
    pub span: Span,
}

/// A value of one of the types that settings use.
#[derive(Clone, Debug)]
pub enum TomlValue {
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Array(Vec<Node>),
    Table(Table),
    /// A date, or a number that is none of the above.
    Other,
}

impl TomlValue {
    /// Returns the name of the type, with its article.
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

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_array(&self) -> Option<&[Node]> {
        match self {
            Self::Array(nodes) => Some(nodes),
            _ => None,
        }
    }

    /// Returns a number from 0 to 1.
    pub fn share(&self) -> Option<f64> {
        match self {
            Self::Float(share) if (0.0..=1.0).contains(share) => Some(*share),
            Self::Integer(0) => Some(0.0),
            Self::Integer(1) => Some(1.0),
            _ => None,
        }
    }

    /// Returns an entry of `STATICFILES_DIRS`. The prefix may be empty.
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

/// Keys in the order written, each with its place.
#[derive(Clone, Debug, Default)]
pub struct Table(pub Vec<(String, Span, Node)>);

impl Table {
    pub fn get(&self, key: &str) -> Option<&Node> {
        let entry = self.0.iter().find(|(name, ..)| name == key);
        entry.map(|(.., node)| node)
    }

    /// Merges another table into this one. Its tables are merged, its other values replace.
    pub fn merge(&mut self, other: Self) {
        for (key, span, node) in other.0 {
            match self.0.iter_mut().find(|(name, ..)| *name == key) {
                None => self.0.push((key, span, node)),
                Some((.., old)) => match (&mut old.value, node) {
                    (
                        TomlValue::Table(old),
                        Node {
                            value: TomlValue::Table(new),
                            ..
                        },
                    ) => old.merge(new),
                    (_, node) => *old = node,
                },
            }
        }
    }
}

pub fn parse(text: &Rc<SourceText>) -> Result<Table, Vec<Problem>> {
    let (table, errors) = DeTable::parse_recoverable(&text.content);
    if errors.is_empty() {
        return Ok(convert_table(text, table.get_ref()));
    }
    let problems = ProblemList::default();
    for error in &errors {
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        let span = Span {
            text: Rc::clone(text),
            range: error.span().unwrap_or(0..0),
        };
        let problem = Problem::error(Code::TomlSyntax, format!("not TOML: {message}"));
        problems.add_at(&span, problem);
    }
    Err(problems.into_problems())
}

fn convert_table(text: &Rc<SourceText>, table: &DeTable<'_>) -> Table {
    let entries = table.iter().map(|(key, value)| {
        let span = Span {
            text: Rc::clone(text),
            range: key.span(),
        };
        (key.get_ref().to_string(), span, convert(text, value))
    });
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|(_, span, _)| span.range.start);
    Table(entries)
}

fn convert(text: &Rc<SourceText>, value: &Spanned<DeValue<'_>>) -> Node {
    let converted = match value.get_ref() {
        DeValue::String(string) => TomlValue::Text(string.to_string()),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map_or(TomlValue::Other, TomlValue::Integer),
        DeValue::Float(float) => float
            .as_str()
            .parse()
            .map_or(TomlValue::Other, TomlValue::Float),
        DeValue::Boolean(boolean) => TomlValue::Boolean(*boolean),
        DeValue::Datetime(_) => TomlValue::Other,
        DeValue::Array(array) => {
            TomlValue::Array(array.iter().map(|value| convert(text, value)).collect())
        }
        DeValue::Table(table) => TomlValue::Table(convert_table(text, table)),
    };
    Node {
        value: converted,
        span: Span {
            text: Rc::clone(text),
            range: value.span(),
        },
    }
}
