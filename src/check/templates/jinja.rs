//! Jinja2's reading of a template: `static("…")` in statements and
//! expressions, and what hides it. Follows `jinja2/lexer.py` with its usual
//! delimiters, and of the grammar only what tells a call of `static` from a
//! filter, a test or an attribute of that name. Knows no Django.

use memchr::{memchr, memmem};

use super::static_reference::EngineResult;
use super::static_reference::quoted;
use crate::pystd::str::is_space;

/// The calls with a literal; `None` if something has no end, or is nothing
/// that Jinja2 knows.
pub(super) fn read(text: &str) -> Option<EngineResult> {
    let mut reading = EngineResult::default();
    let mut bound = false;
    let mut at = 0;
    while let Some(start) = memchr(b'{', &text.as_bytes()[at..]) {
        let start = at + start;
        let inside = start + 2;
        at = match text.as_bytes().get(start + 1) {
            Some(b'#') => {
                let end = inside + memmem::find(&text.as_bytes()[inside..], b"#}")? + 2;
                reading.hidden.push(start..end);
                end
            }
            Some(b'%') if bare_tag(&text[inside..], "raw").is_some() => {
                let end = raw_end(text, inside)?;
                reading.hidden.push(start..end);
                end
            }
            Some(b'%') => {
                let (tokens, end) = tokens(text, inside, "%}")?;
                bound |= statement(&tokens, &mut reading);
                end
            }
            Some(b'{') => {
                let (tokens, end) = tokens(text, inside, "}}")?;
                calls(&tokens, Next::Value, &mut reading);
                end
            }
            _ => start + 1,
        };
    }
    if bound {
        reading.references.clear();
    }
    Some(reading)
}

/// How long the rest of a tag is, after `{%`, that is this word only.
fn bare_tag(rest: &str, word: &str) -> Option<usize> {
    let inner = unsigned(rest).trim_start_matches(is_space);
    let close = inner.strip_prefix(word)?.trim_start_matches(is_space);
    let after = unsigned(close).strip_prefix("%}")?;
    Some(rest.len() - after.len())
}

/// The text without the sign that asks for white space to go or to stay.
fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

/// Where the raw block ends whose content begins about here.
fn raw_end(text: &str, from: usize) -> Option<usize> {
    memmem::find_iter(&text.as_bytes()[from..], b"{%").find_map(|tag| {
        let inside = from + tag + 2;
        Some(inside + bare_tag(&text[inside..], "endraw")?)
    })
}

/// A piece of a statement or an expression. What looks like a number is a
/// name here, and an operator of two marks is two marks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Name(&'t str),
    /// What is between the quotes.
    Text(&'t str),
    Mark(char),
}

/// A token and where it begins.
type Placed<'t> = (Token<'t>, usize);

/// The tokens up to the closing pair, and where that ends.
fn tokens<'t>(text: &'t str, from: usize, close: &str) -> Option<(Vec<Placed<'t>>, usize)> {
    let mut tokens = Vec::new();
    let mut brackets = Vec::new();
    let mut rest = unsigned(&text[from..]);
    loop {
        rest = rest.trim_start_matches(is_space);
        if brackets.is_empty()
            && let Some(after) = unsigned(rest).strip_prefix(close)
        {
            return Some((tokens, text.len() - after.len()));
        }
        let at = text.len() - rest.len();
        let first = rest.chars().next()?;
        let (token, after) = match first {
            '"' | '\'' => {
                let (_, inner, after) = quoted(rest)?;
                (Token::Text(inner), after)
            }
            _ if is_word(first) => {
                // A name may come right after a number.
                let ends = |c: char| !is_word(c) || (first.is_ascii_digit() && !c.is_ascii_digit());
                let (name, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
                (Token::Name(name), after)
            }
            _ if MARKS.contains(first) => (Token::Mark(first), &rest[1..]),
            _ => return None,
        };
        match token {
            Token::Mark('(') => brackets.push(')'),
            Token::Mark('[') => brackets.push(']'),
            Token::Mark('{') => brackets.push('}'),
            Token::Mark(')' | ']' | '}') if brackets.pop() != Some(first) => return None,
            _ => {}
        }
        tokens.push((token, at));
        rest = after;
    }
}

/// What operators are made of.
const MARKS: &str = "()[]{}+-/*%~<>=!.:|,;";

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !(c.is_ascii() || is_space(c))
}

/// What the next name will be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    /// A test, after `is`, or a `not` before one.
    Test,
    /// An attribute, a filter, a block.
    Other,
}

/// Notes the calls in a statement; whether `static` may be something else
/// in this template, by this statement.
fn statement(tokens: &[Placed<'_>], reading: &mut EngineResult) -> bool {
    let [(Token::Name(tag), _), tokens @ ..] = tokens else {
        return false;
    };
    let next = match *tag {
        "filter" | "block" | "endblock" => Next::Other,
        _ => Next::Value,
    };
    let bare = calls(tokens, next, reading);
    match *tag {
        "macro" => bare || matches!(tokens, [(Token::Name("static"), _), ..]),
        "set" | "for" | "with" | "call" | "import" | "from" => bare,
        _ => false,
    }
}

/// Notes the calls; whether `static` also stands without being called.
fn calls(tokens: &[Placed<'_>], mut next: Next, reading: &mut EngineResult) -> bool {
    let mut bare = false;
    for (index, &(token, start)) in tokens.iter().enumerate() {
        let after = &tokens[index + 1..];
        if token == Token::Name("static") && next == Next::Value {
            bare |= !matches!(after, [(Token::Mark('('), _), ..]);
            if let Some((name, end)) = literal(after) {
                reading.add(name, start..end);
            }
        }
        next = match token {
            Token::Mark('.' | '|') => Next::Other,
            Token::Name("is") => Next::Test,
            Token::Name("not") if next == Next::Test => Next::Test,
            _ => Next::Value,
        };
    }
    bare
}

/// The one argument of a call, if it is a string and nothing else, and where
/// the call ends. Strings in a row are one.
fn literal(call: &[Placed<'_>]) -> Option<(String, usize)> {
    use Token::{Mark, Name, Text};
    let ([
        (Mark('('), _),
        (Name("path"), _),
        (Mark('='), _),
        arguments @ ..,
    ]
    | [(Mark('('), _), arguments @ ..]) = call
    else {
        return None;
    };
    let texts = arguments.iter().map_while(|(token, _)| match token {
        Text(text) => Some(*text),
        _ => None,
    });
    let texts: Vec<&str> = texts.collect();
    match arguments[texts.len()..] {
        [(Mark(')'), at), ..] | [(Mark(','), _), (Mark(')'), at), ..] if !texts.is_empty() => {
            let name: Option<String> = texts.into_iter().map(unescape).collect();
            Some((name?, at + 1))
        }
        _ => None,
    }
}

/// The text that a literal means, unless it has escapes that no name of a
/// file needs.
fn unescape(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        text.push(match c {
            '\\' => chars.next().filter(|c| matches!(c, '\\' | '"' | '\''))?,
            _ => c,
        });
    }
    Some(text.replace("\r\n", "\n").replace('\r', "\n"))
}
