//! Finds the references in a style sheet: `url()` in declarations, strings in
//! `image-set()`, `@import` rules that count, and the source map. It neither judges
//! selectors nor the values of properties. Open brackets are on a stack of its own, so
//! that nesting has no bound.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::import_phase::{ImportPhase, RuleEnd};
use super::statement::{CssStatement, StatementKind};
use super::string::decode;
use super::tokens::{CssBracket, CssFunction, CssToken, CssTokens};
use crate::rewrite::browser::found_reference::{FoundReference, Quoting, Syntax};
use crate::rewrite::browser::same_length::same_length_str;
use crate::rewrite::browser::source_map::{self, SourceMapComment, read_comment};

/// Matches in each text with references. The escapes are those that can spell a letter
/// or a hyphen.
static MAY_REFER: LazyLock<Regex> = LazyLock::new(|| {
    #[allow(clippy::expect_used, reason = "a constant, tried by the tests")]
    Regex::new(r"(?i-u)url|@import|image-set|\\[0-9g-z-]").expect("the pattern is malformed")
});

/// Returns the references of a text, in its order.
pub fn find(text: &[u8]) -> Vec<FoundReference<'_>> {
    if !MAY_REFER.is_match(text) {
        return Vec::new();
    }
    let bom = if text.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    let valid = same_length_str(&text[bom..]);
    let mut search = CssSearch::new(text);
    for (token, span) in CssTokens::new(&valid) {
        search.visit(token, span.start + bom..span.end + bom);
    }
    search.into_found()
}

/// What an open bracket belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OpenCss {
    /// The block of a rule, with statements.
    Rules,
    /// Part of a statement. A string in it is a URL if the function says so.
    Value(CssBracket, CssFunction),
}

struct CssSearch<'t> {
    text: &'t [u8],
    found: Vec<FoundReference<'t>>,
    open: Vec<OpenCss>,
    statement: CssStatement,
    phase: ImportPhase,
    /// The last comment about a source map.
    source_map: Option<SourceMapComment>,
}

impl<'t> CssSearch<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            found: Vec::new(),
            open: Vec::new(),
            statement: CssStatement::new(0),
            phase: ImportPhase::Leading,
            source_map: None,
        }
    }

    fn visit(&mut self, token: CssToken, span: Range<usize>) {
        match token {
            CssToken::Space => return,
            CssToken::Comment => return self.visit_comment(&span),
            CssToken::HtmlCommentMark if self.is_between_rules() => return,
            CssToken::Semicolon if self.ends_statement() => {
                return self.end_statement(RuleEnd::Statement);
            }
            CssToken::Close(bracket) if self.close(bracket) => return,
            _ => {}
        }
        self.statement.add(token, self.open.is_empty(), self.phase);
        match token {
            CssToken::Open(bracket, function) => self.visit_open(bracket, function),
            CssToken::Text => self.visit_string(&span),
            CssToken::UnquotedUrl => self.visit_unquoted_url(&span),
            _ => {}
        }
    }

    /// Browsers skip the marks of HTML comments here.
    fn is_between_rules(&self) -> bool {
        self.open.is_empty() && self.statement.kind == StatementKind::Empty
    }

    fn is_directly_in_rules(&self) -> bool {
        matches!(self.open.last(), None | Some(OpenCss::Rules))
    }

    /// Whether a semicolon ends the statement. At the top level it does not end a
    /// selector, however odd that is.
    fn ends_statement(&self) -> bool {
        match self.open.last() {
            Some(OpenCss::Rules) => true,
            Some(OpenCss::Value(..)) => false,
            None => self.statement.kind.is_at_rule(),
        }
    }

    fn end_statement(&mut self, end: RuleEnd) {
        if self.statement.is_invalid(end) {
            self.found.truncate(self.statement.found_before);
        }
        if self.open.is_empty() {
            self.phase = self.statement.next_phase(self.phase, end);
        }
        self.statement = CssStatement::new(self.found.len());
    }

    fn visit_open(&mut self, bracket: CssBracket, function: CssFunction) {
        let is_block = bracket == CssBracket::Curly
            && self.is_directly_in_rules()
            && self.statement.kind != StatementKind::CustomProperty;
        if is_block {
            self.end_statement(RuleEnd::Block);
        }
        self.open.push(if is_block {
            OpenCss::Rules
        } else {
            OpenCss::Value(bracket, function)
        });
    }

    /// Closes the innermost bracket if it is of this kind.
    fn close(&mut self, bracket: CssBracket) -> bool {
        let is_matching = match self.open.last() {
            Some(OpenCss::Rules) => bracket == CssBracket::Curly,
            Some(OpenCss::Value(open, _)) => bracket == *open,
            None => false,
        };
        if is_matching {
            if self.open.last() == Some(&OpenCss::Rules) {
                self.end_statement(RuleEnd::Statement);
            }
            self.open.pop();
        }
        is_matching
    }

    fn visit_comment(&mut self, span: &Range<usize>) {
        let comment = &self.text[span.clone()];
        if comment.len() >= 4 && comment.ends_with(b"*/") {
            let last = read_comment(self.text, span.start + 2..span.end - 2);
            self.source_map = last.or(self.source_map.take());
        }
    }

    fn visit_string(&mut self, span: &Range<usize>) {
        let syntax = match self.open.last_mut() {
            Some(OpenCss::Value(_, function @ CssFunction::Url)) => {
                // Only the first string of `url("a.png" …)` is a URL.
                *function = CssFunction::Other;
                Syntax::CssUrl
            }
            Some(OpenCss::Value(_, CssFunction::ImageSet)) => Syntax::ImageSet,
            None => Syntax::CssImport,
            Some(_) => return,
        };
        let raw = &self.text[span.clone()];
        let Some(&quote) = raw.first() else { return };
        let end = span.start + content_end(raw, 1, quote);
        self.add(syntax, span.start + 1..end, Quoting::CssString(quote));
    }

    fn visit_unquoted_url(&mut self, span: &Range<usize>) {
        let raw = &self.text[span.clone()];
        let Some(paren) = raw.iter().position(|&byte| byte == b'(') else {
            return;
        };
        let mut end = content_end(raw, paren + 1, b')');
        let mut start = paren + 1;
        while start < end && raw[start].is_ascii_whitespace() {
            start += 1;
        }
        while start < end && raw[end - 1].is_ascii_whitespace() && !is_escaped(&raw[..end]) {
            end -= 1;
        }
        let inside = span.start + start..span.start + end;
        self.add(Syntax::CssUrl, inside, Quoting::CssUnquoted);
    }

    /// Adds a URL, if one counts in this statement.
    fn add(&mut self, syntax: Syntax, span: Range<usize>, quoting: Quoting) {
        let syntax = match self.statement.kind {
            StatementKind::ImportBeforeUrl => {
                self.statement.kind = StatementKind::ImportWithUrl;
                Syntax::CssImport
            }
            // There are no declarations at the top level.
            _ if self.is_top_level() => return,
            StatementKind::CustomProperty => Syntax::CustomProperty,
            StatementKind::DeclarationOrSelector => syntax,
            _ => return,
        };
        let specifier = decode(&self.text[span.clone()]);
        if !specifier.is_empty() {
            self.found.push(FoundReference {
                syntax,
                span,
                specifier,
                quoting,
            });
        }
    }

    /// Whether the statement is in no rule.
    fn is_top_level(&self) -> bool {
        !matches!(self.open.first(), Some(OpenCss::Rules))
    }

    fn into_found(mut self) -> Vec<FoundReference<'t>> {
        self.end_statement(RuleEnd::Statement);
        source_map::add_reference(&mut self.found, self.text, self.source_map);
        self.found
    }
}

/// Returns where the content of a string or URL ends, which begins at `start`. At the end of
/// a text nothing may close it.
fn content_end(raw: &[u8], start: usize, closer: u8) -> usize {
    let is_closed = raw.len() > start && raw.ends_with(&[closer]) && !is_escaped(raw);
    raw.len() - usize::from(is_closed)
}

/// Whether a backslash escapes the last byte.
fn is_escaped(raw: &[u8]) -> bool {
    let before = raw.iter().rev().skip(1);
    before.take_while(|&&byte| byte == b'\\').count() % 2 == 1
}
