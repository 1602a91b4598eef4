//! Walks through the tokens of a JavaScript text and reports the few that matter. What a
//! token means for the next one tells a regular expression from a division. Does not know
//! what references are.

use std::ops::Range;

use super::brackets::{Bracket, Brackets};
use super::cursor::{Cursor, TemplateEnd, is_line_end, unicode_space, word_length};
use super::lookahead::{is_async_function, is_class, skip_to_parameters};
use super::plain_token::{EFFECTS, Effect, may_be_keyword};
use super::previous::Previous;

/// A token that may begin or be a reference. The cursor stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Import,
    Export,
    New,
    /// A comment that starts at this byte.
    Comment(usize),
}

pub(super) struct Lexer<'t> {
    pub cursor: Cursor<'t>,
    previous: Previous,
    /// The last comments with nothing but space between them.
    comments: Range<usize>,
    brackets: Brackets,
    /// Whether `<!--` and `-->` begin comments, as in classic scripts.
    has_html_comments: bool,
    /// Whether there is what a classic script has as an HTML comment.
    pub saw_html_comment: bool,
    /// No regular expression begins before this byte: one without an end was looked for.
    no_regex_before: usize,
}

impl<'t> Lexer<'t> {
    pub fn new(text: &'t [u8], has_html_comments: bool) -> Self {
        let mut cursor = Cursor { text, at: 0 };
        if text.starts_with(b"#!") {
            cursor.skip_line();
        }
        Self {
            cursor,
            previous: Previous::Statement,
            comments: 0..0,
            brackets: Brackets::default(),
            has_html_comments,
            saw_html_comment: false,
            no_regex_before: 0,
        }
    }

    /// Returns whether no bracket is open.
    pub fn is_top_level(&self) -> bool {
        self.brackets.is_empty()
    }

    /// Goes on behind a declaration or a part of it, where the specifier or a new
    /// statement follows.
    pub fn resume(&mut self, at: usize) {
        if at > self.cursor.at {
            self.cursor.at = at;
            self.previous = Previous::Statement;
        }
    }

    /// Goes to the next token that matters.
    pub fn next_marker(&mut self) -> Option<Marker> {
        loop {
            let byte = self.skip_plain_tokens()?;
            if let Some(marker) = self.visit(byte) {
                return Some(marker);
            }
        }
    }

    /// Skips space and the tokens whose meaning one byte tells: most names, numbers and
    /// operators. Returns the byte that needs a closer look.
    fn skip_plain_tokens(&mut self) -> Option<u8> {
        // Local variables stay in registers; most of the time is spent here.
        let Cursor { text, mut at } = self.cursor;
        let mut previous = self.previous;
        let next = loop {
            let Some(&byte) = text.get(at) else {
                break None;
            };
            match EFFECTS[usize::from(byte)] {
                Effect::Space => {}
                Effect::Set(after) => previous = after,
                Effect::Word => {
                    let length = word_length(&text[at..]);
                    if may_be_keyword(&text[at..at + length]) {
                        break Some(byte);
                    }
                    previous = Previous::Operand;
                    at += length;
                    continue;
                }
                Effect::Visit => break Some(byte),
            }
            at += 1;
        };
        self.cursor.at = at;
        self.previous = previous;
        next
    }

    /// Visits the token that begins with this byte.
    fn visit(&mut self, byte: u8) -> Option<Marker> {
        match byte {
            b'a'..=b'z' => self.keyword(),
            b'0'..=b'9' => self.number(),
            b'"' | b'\'' => {
                self.cursor.skip_string();
                self.set(Previous::Operand)
            }
            b'`' => {
                self.cursor.at += 1;
                self.template()
            }
            b'/' => self.slash(),
            b'\\' => self.word(),
            0x80.. => match unicode_space(self.cursor.rest()) {
                0 => self.word(),
                length => {
                    self.cursor.at += length;
                    None
                }
            },
            b'<' | b'-' if self.skip_html_comment(byte) => None,
            _ => {
                self.cursor.at += 1;
                self.punctuator(byte)
            }
        }
    }

    /// Sets what the token at hand means for the next one. It is no marker.
    fn set(&mut self, previous: Previous) -> Option<Marker> {
        self.previous = previous;
        None
    }

    fn word(&mut self) -> Option<Marker> {
        self.cursor.skip_word();
        self.set(Previous::Operand)
    }

    /// A number may hold or end in a dot, behind which no property name follows.
    fn number(&mut self) -> Option<Marker> {
        let has_prefix = matches!(self.cursor.rest(), [b'0', b'a'..=b'z' | b'A'..=b'Z', ..]);
        self.cursor.skip_word();
        if !has_prefix && self.cursor.eat(b'.') {
            self.cursor.skip_word();
        }
        self.set(Previous::Operand)
    }

    /// A keyword, or another word that begins like one.
    fn keyword(&mut self) -> Option<Marker> {
        use Previous::{ControlKeyword, Default, Dot, Operand, Operator, Statement};
        let start = self.cursor.at;
        self.cursor.skip_word();
        let before = std::mem::replace(&mut self.previous, Operand);
        let word = &self.cursor.text[start..self.cursor.at];
        if before == Dot {
            return None;
        }
        self.previous = match word {
            b"import" => return Some(Marker::Import),
            b"export" => {
                self.previous = Statement;
                return Some(Marker::Export);
            }
            b"new" => {
                self.previous = Operator;
                return Some(Marker::New);
            }
            b"if" | b"for" | b"while" | b"with" => ControlKeyword,
            // `for await (…)`
            b"await" if before == ControlKeyword => ControlKeyword,
            b"case" | b"delete" | b"extends" | b"in" | b"instanceof" | b"return" | b"throw"
            | b"typeof" | b"void" | b"yield" | b"await" => Operator,
            b"of" if before == Operand && self.brackets.is_in_control_paren() => Operator,
            b"do" | b"else" | b"finally" | b"try" => Statement,
            b"default" => Default,
            b"async" if is_async_function(self.cursor) => before,
            b"function" if skip_to_parameters(&mut self.cursor) => {
                self.cursor.at += 1;
                let is_declaration = before.lets_declare();
                let declaration = is_declaration.then_some(Previous::FunctionDeclaration);
                let after = declaration.unwrap_or(Previous::FunctionExpression);
                return self.open(Bracket::Paren, after);
            }
            b"class" if is_class(self.cursor) => {
                let is_declaration = before.lets_declare();
                let after = if is_declaration { Statement } else { Operand };
                self.brackets.open(Bracket::ClassHead, after);
                Operand
            }
            _ => Operand,
        };
        None
    }

    fn open(&mut self, bracket: Bracket, after: Previous) -> Option<Marker> {
        self.brackets.open(bracket, after);
        self.set(match bracket {
            Bracket::Block => Previous::Statement,
            _ => Previous::Operator,
        })
    }

    fn close(&mut self, brackets: &[Bracket]) -> Option<Marker> {
        let (bracket, after) = self.brackets.close(brackets)?;
        match bracket {
            Bracket::Substitution => self.template(),
            _ => self.set(after),
        }
    }

    fn punctuator(&mut self, byte: u8) -> Option<Marker> {
        use Previous::{Dot, Operand, Operator, Statement};
        match byte {
            b'(' => {
                let is_control = self.previous == Previous::ControlKeyword;
                self.open(Bracket::Paren, if is_control { Statement } else { Operand })
            }
            b'[' => self.open(Bracket::Square, Operand),
            b'{' => self.open_brace(),
            b')' => self.close(&[Bracket::Paren]),
            b']' => self.close(&[Bracket::Square]),
            b'}' => self.close(&[Bracket::Block, Bracket::Object, Bracket::Substitution]),
            b'.' if self.cursor.rest().starts_with(b"..") => {
                self.cursor.at += 2;
                self.set(Operator)
            }
            b'.' => self.set(Dot),
            b'?' => self.question_mark(),
            b':' => {
                let previous = self.brackets.add_colon();
                self.set(previous)
            }
            b'+' | b'-' if self.cursor.eat(byte) => {
                // Behind an operand it is the operand's last part.
                let is_postfix = self.previous == Operand;
                self.set(if is_postfix { Operand } else { Operator })
            }
            // `=>`, behind which a brace opens a block.
            b'>' if self.cursor.text[..self.cursor.at].ends_with(b"=>") => self.set(Statement),
            _ => self.set(Operator),
        }
    }

    /// `?`, `?.` or `??`.
    fn question_mark(&mut self) -> Option<Marker> {
        match self.cursor.rest() {
            [b'.', b'0'..=b'9', ..] => {}
            [b'.', ..] => {
                self.cursor.at += 1;
                return self.set(Previous::Dot);
            }
            [b'?', ..] => {
                self.cursor.at += 1;
                return self.set(Previous::Operator);
            }
            _ => {}
        }
        self.brackets.add_ternary();
        self.set(Previous::Operator)
    }

    /// Decides whether a brace opens a block or an object.
    fn open_brace(&mut self) -> Option<Marker> {
        use Previous::{
            ControlKeyword, FunctionDeclaration, FunctionExpression, Operand, Statement,
        };
        if let Some(after) = self.brackets.end_class_head() {
            return self.open(Bracket::Block, after);
        }
        match self.previous {
            Statement | Operand | ControlKeyword | FunctionDeclaration => {
                self.open(Bracket::Block, Statement)
            }
            FunctionExpression => self.open(Bracket::Block, Operand),
            Previous::Operator | Previous::Dot | Previous::Default => {
                self.open(Bracket::Object, Operand)
            }
        }
    }

    /// Goes on in a template, behind its backtick or the `}` of a substitution.
    fn template(&mut self) -> Option<Marker> {
        match self.cursor.skip_template() {
            TemplateEnd::Substitution => self.open(Bracket::Substitution, Previous::Operand),
            TemplateEnd::Backtick | TemplateEnd::EndOfText => self.set(Previous::Operand),
        }
    }

    /// A comment, a regular expression or a division.
    fn slash(&mut self) -> Option<Marker> {
        let start = self.cursor.at;
        match self.cursor.text.get(start + 1) {
            Some(b'/') => {
                self.cursor.skip_line();
                return Some(self.comment(start));
            }
            Some(b'*') => {
                self.cursor.skip_block_comment();
                return Some(self.comment(start));
            }
            _ => {}
        }
        if self.previous != Previous::Operand && start >= self.no_regex_before {
            if self.cursor.skip_regex() {
                self.cursor.skip_word();
                return self.set(Previous::Operand);
            }
            let mut line = self.cursor;
            line.skip_line();
            self.no_regex_before = line.at;
        }
        self.cursor.at += 1;
        self.set(Previous::Operator)
    }

    fn comment(&mut self, start: usize) -> Marker {
        let is_first = self.cursor.text[..start].trim_ascii_end().len() > self.comments.end;
        if is_first {
            self.comments.start = start;
        }
        self.comments.end = self.cursor.at;
        Marker::Comment(start)
    }

    /// Skips what a classic script has as a comment: a line from `<!--` on, or from `-->`
    /// on if nothing but space and comments stand before it.
    fn skip_html_comment(&mut self, byte: u8) -> bool {
        let rest = self.cursor.rest();
        let is_comment = match byte {
            b'<' => rest.starts_with(b"<!--"),
            b'-' => rest.starts_with(b"-->") && self.is_first_on_line(),
            _ => false,
        };
        self.saw_html_comment |= is_comment;
        if is_comment && self.has_html_comments {
            let start = self.cursor.at;
            self.cursor.skip_line();
            self.comment(start);
            return true;
        }
        false
    }

    /// Whether a line end stands between the previous token and this place.
    fn is_first_on_line(&self) -> bool {
        let before = &self.cursor.text[..self.cursor.at];
        let mut token_end = before.trim_ascii_end().len();
        if token_end <= self.comments.end {
            token_end = before[..self.comments.start].trim_ascii_end().len();
        }
        let between = &before[token_end..];
        token_end == 0 || (0..between.len()).any(|index| is_line_end(&between[index..]))
    }
}
