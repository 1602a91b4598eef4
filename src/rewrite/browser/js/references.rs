//! Finds the references in a JavaScript text: imports and exports, `new URL` with
//! `import.meta.url`, and the source map. Does not know what the tokens between them
//! are.

use std::sync::LazyLock;

use memchr::memmem;

use super::cursor::{Cursor, Literal};
use super::lexer::{Lexer, Marker};
use super::lookahead::{after_export, after_import, after_new};
use super::string::decode;
use crate::rewrite::browser::found_reference::{FoundReference, Quoting, Syntax};
use crate::rewrite::browser::source_map::{self, SourceMapComment, read_comment};

/// Returns the references of a text, in its order.
pub fn find(text: &[u8]) -> Vec<FoundReference<'_>> {
    if !mentions_modules(text) {
        return only_source_map(text);
    }
    let search = JsSearch::run(text, false);
    if search.lexer.saw_html_comment && !search.saw_module_syntax {
        // It is a classic script, and only these have HTML comments.
        return JsSearch::run(text, true).into_found();
    }
    search.into_found()
}

/// Whether the words `import` or `export` stand in a text. Far fewer texts have them than
/// have `important` or `exports`, and a text without them needs no lexer.
fn mentions_modules(text: &[u8]) -> bool {
    static IMPORT: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new("import"));
    static EXPORT: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new("export"));
    let is_in_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
    let is_word = |start: usize| {
        let before = start.checked_sub(1).map(|index| &text[index]);
        let after = text.get(start + b"import".len());
        !before.is_some_and(is_in_word) && !after.is_some_and(is_in_word)
    };
    IMPORT.find_iter(text).any(is_word) || EXPORT.find_iter(text).any(is_word)
}

/// The reference to the source map, in a text without other references.
fn only_source_map(text: &[u8]) -> Vec<FoundReference<'_>> {
    let Some(last) = memmem::rfind(text, b"sourceMappingURL=") else {
        return Vec::new();
    };
    let Some(start) = comment_on_last_lines(text, last) else {
        return JsSearch::run(text, true).into_found();
    };
    let mut found = Vec::new();
    source_map::add_reference(&mut found, text, read_source_map(text, start));
    found
}

/// Returns where the comment starts that mentions a source map last, if it is certain
/// without a lexer that it is one: it has its own line, and nothing follows that could
/// close a string, a template or another comment around it.
fn comment_on_last_lines(text: &[u8], mention: usize) -> Option<usize> {
    let line = memchr::memrchr2(b'\n', b'\r', &text[..mention]).map_or(0, |end| end + 1);
    let rest = text[line..].trim_ascii_start();
    let closes = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`');
    let is_certain = (rest.starts_with(b"//#") || rest.starts_with(b"//@"))
        && !rest.iter().any(closes)
        && memmem::find(rest, b"*/").is_none();
    is_certain.then_some(text.len() - rest.len())
}

/// Reads the comment that starts at this byte.
fn read_source_map(text: &[u8], start: usize) -> Option<SourceMapComment> {
    let mut cursor = Cursor { text, at: start };
    let inside = start + 2;
    if text[start..].starts_with(b"//") {
        cursor.skip_line();
        return read_comment(text, inside..cursor.at);
    }
    cursor.skip_block_comment();
    let is_closed = cursor.at >= inside + 2 && text[..cursor.at].ends_with(b"*/");
    is_closed.then(|| read_comment(text, inside..cursor.at - 2))?
}

struct JsSearch<'t> {
    lexer: Lexer<'t>,
    found: Vec<FoundReference<'t>>,
    /// The last comment about a source map.
    source_map: Option<SourceMapComment>,
    saw_module_syntax: bool,
}

impl<'t> JsSearch<'t> {
    fn run(text: &'t [u8], has_html_comments: bool) -> Self {
        let mut search = Self {
            lexer: Lexer::new(text, has_html_comments),
            found: Vec::new(),
            source_map: None,
            saw_module_syntax: false,
        };
        while let Some(marker) = search.lexer.next_marker() {
            search.visit(marker);
        }
        search
    }

    fn visit(&mut self, marker: Marker) {
        let cursor = self.lexer.cursor;
        let is_top_level = self.lexer.is_top_level();
        let ahead = match marker {
            Marker::Comment(start) => {
                let last = read_source_map(cursor.text, start);
                self.source_map = last.or(self.source_map.take());
                return;
            }
            Marker::New => {
                if let Some(literal) = after_new(cursor) {
                    self.push(Syntax::NewUrl, literal);
                }
                return;
            }
            Marker::Import => after_import(cursor, is_top_level),
            Marker::Export if is_top_level => after_export(cursor),
            Marker::Export => None,
        };
        if let Some(ahead) = ahead {
            self.saw_module_syntax |= ahead.is_module_syntax;
            self.lexer.resume(ahead.resume);
            if let Some((syntax, literal)) = ahead.reference {
                self.push(syntax, literal);
            }
        }
    }

    fn push(&mut self, syntax: Syntax, literal: Literal) {
        let text = self.lexer.cursor.text;
        let specifier = decode(&text[literal.span.clone()]);
        if let Some(specifier) = specifier.filter(|specifier| !specifier.is_empty()) {
            self.found.push(FoundReference {
                syntax,
                span: literal.span,
                specifier,
                quoting: Quoting::JsString(literal.quote),
            });
        }
    }

    fn into_found(mut self) -> Vec<FoundReference<'t>> {
        let text = self.lexer.cursor.text;
        source_map::add_reference(&mut self.found, text, self.source_map);
        self.found
    }
}
