//! Reads what follows `import`, `export` and `new`, and finds the references there.
//! Looks only ahead, at a bounded number of tokens. Does not know what stands before.

use super::cursor::{Cursor, Literal};
use crate::rewrite::browser::found_reference::Syntax;

/// What follows a keyword.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lookahead {
    pub reference: Option<(Syntax, Literal)>,
    /// Where the lexer goes on.
    pub resume: usize,
    /// Whether only a module has this.
    pub is_module_syntax: bool,
}

/// How many words and punctuators stand at most between `import` and its specifier, if
/// names in braces count as one.
const MAX_CLAUSE_TOKENS: usize = 8;

/// Reads what follows `import`, from the end of the word. Only at the top level can it
/// be a declaration.
pub(super) fn after_import(start: Cursor<'_>, is_top_level: bool) -> Option<Lookahead> {
    let mut cursor = start;
    cursor.skip_space();
    match cursor.peek()? {
        b'(' => dynamic_import(cursor, start.at),
        b'.' => {
            cursor.at += 1;
            match cursor.word_after_space() {
                b"meta" => Some(import_meta(cursor, start.at)),
                b"defer" | b"source" => dynamic_import(cursor, start.at),
                _ => None,
            }
        }
        _ if is_top_level => {
            let literal = import_clause(cursor)?;
            Some(Lookahead {
                resume: literal.span.start - 1,
                reference: Some((Syntax::StaticImport, literal)),
                is_module_syntax: true,
            })
        }
        _ => None,
    }
}

/// `("x")` or `("x", options)`.
fn dynamic_import(cursor: Cursor<'_>, resume: usize) -> Option<Lookahead> {
    Some(Lookahead {
        reference: Some((Syntax::DynamicImport, only_url(cursor)?)),
        resume,
        is_module_syntax: false,
    })
}

/// `.resolve("x")` or anything else that follows `import.meta`.
fn import_meta(mut cursor: Cursor<'_>, resume: usize) -> Lookahead {
    let is_resolve = eat_dot(&mut cursor) && cursor.word_after_space() == b"resolve";
    if is_resolve {
        // `resolve?.("x")`
        cursor.skip_space();
        if cursor.rest().starts_with(b"?.") {
            cursor.at += 2;
        }
    }
    let url = is_resolve.then(|| only_url(cursor)).flatten();
    Lookahead {
        reference: url.map(|url| (Syntax::ImportMetaResolve, url)),
        resume,
        is_module_syntax: true,
    }
}

/// Skips `.` or `?.`.
fn eat_dot(cursor: &mut Cursor<'_>) -> bool {
    cursor.skip_space();
    cursor.eat(b'?');
    cursor.eat(b'.')
}

/// Reads `("x")`, or the beginning of `("x", …)`. The first argument is a literal, and
/// not the first part of an expression.
fn only_url(mut cursor: Cursor<'_>) -> Option<Literal> {
    if !cursor.eat_after_space(b'(') {
        return None;
    }
    let literal = cursor.literal_after_space()?;
    cursor.skip_space();
    matches!(cursor.peek(), Some(b')' | b',')).then_some(literal)
}

/// Reads an import declaration up to its specifier.
fn import_clause(mut cursor: Cursor<'_>) -> Option<Literal> {
    let mut is_specifier_next = true;
    for _ in 0..=MAX_CLAUSE_TOKENS {
        cursor.skip_space();
        match cursor.peek()? {
            b'"' | b'\'' if is_specifier_next => return cursor.literal_after_space(),
            b'*' | b',' => {
                cursor.at += 1;
                is_specifier_next = false;
            }
            b'{' => {
                skip_names(&mut cursor)?;
                is_specifier_next = false;
            }
            _ => match cursor.word_after_space() {
                b"" => return None,
                word => is_specifier_next = word == b"from",
            },
        }
    }
    None
}

/// Reads what follows `export`, from the end of the word. A declaration is left to the
/// lexer.
pub(super) fn after_export(start: Cursor<'_>) -> Option<Lookahead> {
    let mut cursor = start;
    cursor.skip_space();
    let resume = match cursor.peek()? {
        b'*' => {
            cursor.at += 1;
            cursor.skip_space();
            if cursor.rest().starts_with(b"as") {
                cursor.word_after_space();
                skip_name(&mut cursor)?;
            }
            start.at
        }
        b'{' => {
            skip_names(&mut cursor)?;
            cursor.at
        }
        _ => {
            return (!cursor.word_after_space().is_empty()).then_some(Lookahead {
                reference: None,
                resume: start.at,
                is_module_syntax: true,
            });
        }
    };
    let is_from = cursor.word_after_space() == b"from";
    let specifier = is_from.then(|| cursor.literal_after_space()).flatten();
    let specifier = specifier.filter(|literal| literal.quote != b'`');
    Some(Lookahead {
        resume: specifier
            .as_ref()
            .map_or(resume, |literal| literal.span.start - 1),
        reference: specifier.map(|literal| (Syntax::ExportFrom, literal)),
        is_module_syntax: true,
    })
}

/// Skips names in braces: `{a as b, "c-d" as e}`.
fn skip_names(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.at += 1;
    loop {
        cursor.skip_space();
        match cursor.peek()? {
            b'}' => {
                cursor.at += 1;
                return Some(());
            }
            b',' => cursor.at += 1,
            _ => skip_name(cursor)?,
        }
    }
}

/// Skips a name, which may be a string.
fn skip_name(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.skip_space();
    match cursor.peek()? {
        b'"' | b'\'' => cursor.skip_string().then_some(()),
        _ => (!cursor.word_after_space().is_empty()).then_some(()),
    }
}

/// Reads what follows `new`, from the end of the word: `URL("x", import.meta.url)`.
pub(super) fn after_new(mut cursor: Cursor<'_>) -> Option<Literal> {
    if cursor.word_after_space() != b"URL" || !cursor.eat_after_space(b'(') {
        return None;
    }
    let literal = cursor.literal_after_space()?;
    if !cursor.eat_after_space(b',') {
        return None;
    }
    skip_empty_string(&mut cursor);
    let is_relative_to_module = cursor.word_after_space() == b"import"
        && cursor.eat_after_space(b'.')
        && cursor.word_after_space() == b"meta"
        && cursor.eat_after_space(b'.')
        && cursor.word_after_space() == b"url";
    cursor.eat_after_space(b',');
    (is_relative_to_module && cursor.eat_after_space(b')')).then_some(literal)
}

/// Skips `"" +`, which Vite writes before `import.meta.url`.
fn skip_empty_string(cursor: &mut Cursor<'_>) {
    let mut ahead = *cursor;
    let literal = ahead.literal_after_space();
    if literal.is_some_and(|literal| literal.span.is_empty()) && ahead.eat_after_space(b'+') {
        *cursor = ahead;
    }
}

/// Skips a function's name and returns whether its parameters follow: `* name (`.
pub(super) fn skip_to_parameters(cursor: &mut Cursor<'_>) -> bool {
    let mut ahead = *cursor;
    ahead.eat_after_space(b'*');
    ahead.word_after_space();
    ahead.skip_space();
    let is_function = ahead.peek() == Some(b'(');
    if is_function {
        *cursor = ahead;
    }
    is_function
}

/// Returns whether a class follows its keyword, and not the value of a property that
/// is named so.
pub(super) fn is_class(mut cursor: Cursor<'_>) -> bool {
    cursor.skip_space();
    cursor.peek() == Some(b'{') || !cursor.word_after_space().is_empty()
}

/// Returns whether `function` follows `async`.
pub(super) fn is_async_function(mut cursor: Cursor<'_>) -> bool {
    cursor.word_after_space() == b"function"
}
