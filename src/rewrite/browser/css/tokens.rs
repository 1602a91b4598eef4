//! Reads a style sheet as a flat row of tokens, whatever is nested in what, and keeps
//! only what references depend on. Does not know what a rule is.

use std::ops::Range;

use cssparser::{Parser, Token};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CssBracket {
    Paren,
    Square,
    Curly,
}

/// A function whose arguments may be URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CssFunction {
    Url,
    ImageSet,
    Other,
}

/// An at-rule, by what it means for `@import` rules after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AtRule {
    Import,
    Namespace,
    Layer,
    /// One that has a block.
    WithBlock,
    /// One that browsers skip.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CssToken {
    Space,
    Comment,
    /// A name that begins with `--`.
    CustomName,
    Colon,
    Semicolon,
    AtKeyword(AtRule),
    Text,
    /// `url(…)` without quotation marks.
    UnquotedUrl,
    Open(CssBracket, CssFunction),
    Close(CssBracket),
    /// A URL or string that is malformed. It makes its declaration invalid.
    Malformed,
    /// `<!--` or `-->`.
    HtmlCommentMark,
    Other,
}

/// The at-rules with a block that Chromium knows.
const AT_RULES_WITH_BLOCK: [&str; 16] = [
    "-webkit-keyframes",
    "container",
    "counter-style",
    "font-face",
    "font-feature-values",
    "font-palette-values",
    "function",
    "keyframes",
    "media",
    "page",
    "position-try",
    "property",
    "scope",
    "starting-style",
    "supports",
    "view-transition",
];

pub(super) struct CssTokens<'t> {
    text: &'t str,
    parser: Parser<'t>,
    /// Where the parser's text begins.
    base: usize,
}

impl<'t> CssTokens<'t> {
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            parser: Parser::new(text),
            base: 0,
        }
    }
}

impl Iterator for CssTokens<'_> {
    type Item = (CssToken, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.base + self.parser.position().byte_index();
        let token = classify(self.parser.next_including_whitespace_and_comments().ok()?);
        let end = self.base + self.parser.position().byte_index();
        if matches!(token, CssToken::Open(..)) {
            // This parser would skip the block, or recurse into it. A new one knows of
            // no block.
            self.base = end;
            self.parser = Parser::new(&self.text[end..]);
        }
        Some((token, start..end))
    }
}

fn classify(token: &Token<'_>) -> CssToken {
    use CssBracket::{Curly, Paren, Square};
    match token {
        Token::WhiteSpace(_) => CssToken::Space,
        Token::Comment(_) => CssToken::Comment,
        Token::CDO | Token::CDC => CssToken::HtmlCommentMark,
        Token::Ident(name) if name.starts_with("--") => CssToken::CustomName,
        Token::Colon => CssToken::Colon,
        Token::Semicolon => CssToken::Semicolon,
        Token::AtKeyword(name) => CssToken::AtKeyword(at_rule(name)),
        Token::QuotedString(_) => CssToken::Text,
        Token::UnquotedUrl(_) => CssToken::UnquotedUrl,
        Token::Function(name) => CssToken::Open(Paren, function(name)),
        Token::ParenthesisBlock => CssToken::Open(Paren, CssFunction::Other),
        Token::SquareBracketBlock => CssToken::Open(Square, CssFunction::Other),
        Token::CurlyBracketBlock => CssToken::Open(Curly, CssFunction::Other),
        Token::CloseParenthesis => CssToken::Close(Paren),
        Token::CloseSquareBracket => CssToken::Close(Square),
        Token::CloseCurlyBracket => CssToken::Close(Curly),
        Token::BadUrl(_) | Token::BadString(_) => CssToken::Malformed,
        _ => CssToken::Other,
    }
}

fn function(name: &str) -> CssFunction {
    if name.eq_ignore_ascii_case("url") {
        CssFunction::Url
    } else if name.eq_ignore_ascii_case("image-set")
        || name.eq_ignore_ascii_case("-webkit-image-set")
    {
        CssFunction::ImageSet
    } else {
        CssFunction::Other
    }
}

fn at_rule(name: &str) -> AtRule {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    match name {
        _ if is("import") => AtRule::Import,
        _ if is("namespace") => AtRule::Namespace,
        _ if is("layer") => AtRule::Layer,
        _ if AT_RULES_WITH_BLOCK.iter().any(|known| is(known)) => AtRule::WithBlock,
        _ => AtRule::Unknown,
    }
}
