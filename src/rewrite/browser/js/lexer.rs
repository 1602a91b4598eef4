//! Walks through the tokens of a JavaScript text and reports the few that matter. To
//! tell a regular expression from a division it knows what each bracket belongs to;
//! it keeps the open ones on a stack of its own, so that nesting has no bound.
//! Does not know what references are.

use super::cursor::{Cursor, TemplateEnd, is_line_end, unicode_space};
use super::lookahead::{is_async_function, is_class, skip_to_parameters};

/// A token that may begin or be a reference. The cursor stands behind it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Import,
    Export,
    New,
    /// A comment that starts at this byte.
    Comment(usize),
}

/// What the previous token means for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Previous {
    /// A statement may begin.
    Statement,
    /// It ends an operand: an operator may follow.
    Operand,
    /// An operand must follow.
    Operator,
    /// A property name must follow.
    Dot,
    /// `if`, `for`, `while` or `with`: a statement follows the parentheses.
    ControlKeyword,
    /// `default`, which stands before a colon or after `export`.
    Default,
    /// The parameters of a function, whose body follows.
    FunctionExpression,
    FunctionDeclaration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bracket {
    Paren,
    Square,
    Block,
    Object,
    /// From `class` to its body. It has no bracket.
    ClassHead,
    /// The code in a template, from `${` to `}`.
    Substitution,
}

/// An open bracket.
#[derive(Clone, Copy, Debug)]
struct OpenBracket {
    bracket: Bracket,
    /// What the closing bracket means for the token after it.
    after: Previous,
    /// How many `?` have no `:` yet.
    ternaries: u32,
}

pub(super) struct Lexer<'t> {
    pub cursor: Cursor<'t>,
    previous: Previous,
    /// The end of the previous token.
    previous_end: usize,
    open: Vec<OpenBracket>,
    ternaries: u32,
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
            previous_end: 0,
            open: Vec::new(),
            ternaries: 0,
            has_html_comments,
            saw_html_comment: false,
            no_regex_before: 0,
        }
    }

    /// Returns whether no bracket is open.
    pub fn is_top_level(&self) -> bool {
        self.open.is_empty()
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
        while let Some(byte) = self.cursor.peek() {
            let marker = match byte {
                b'\t'..=b'\r' | b' ' => {
                    self.cursor.at += 1;
                    continue;
                }
                b'a'..=b'z' => self.lowercase_word(),
                b'A'..=b'Z' | b'_' | b'$' | b'#' | b'\\' => self.word(),
                b'0'..=b'9' => self.number(),
                0x80.. => match unicode_space(self.cursor.rest()) {
                    0 => self.word(),
                    length => {
                        self.cursor.at += length;
                        continue;
                    }
                },
                b'"' | b'\'' => {
                    self.cursor.skip_string();
                    self.set(Previous::Operand)
                }
                b'`' => {
                    self.cursor.at += 1;
                    self.template()
                }
                b'/' => match self.slash() {
                    Some(comment) => return Some(comment),
                    None => None,
                },
                _ => {
                    if self.is_html_comment(byte) {
                        self.saw_html_comment = true;
                        if self.has_html_comments {
                            self.cursor.skip_line();
                            continue;
                        }
                    }
                    self.cursor.at += 1;
                    self.punctuator(byte)
                }
            };
            self.previous_end = self.cursor.at;
            if marker.is_some() {
                return marker;
            }
        }
        None
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

    /// A number may hold or end in a dot, which is no member access then.
    fn number(&mut self) -> Option<Marker> {
        let start = self.cursor.at;
        self.cursor.skip_word();
        let has_prefix = matches!(
            &self.cursor.text[start..self.cursor.at],
            [b'0', b'a'..=b'z' | b'A'..=b'Z', ..]
        );
        if !has_prefix && self.cursor.eat(b'.') {
            self.cursor.skip_word();
        }
        self.set(Previous::Operand)
    }

    /// An identifier or keyword.
    fn lowercase_word(&mut self) -> Option<Marker> {
        use Previous::{ControlKeyword, Default, Dot, Operand, Operator, Statement};
        let start = self.cursor.at;
        self.cursor.skip_word();
        let before = std::mem::replace(&mut self.previous, Operand);
        if before == Dot {
            return None;
        }
        self.previous = match &self.cursor.text[start..self.cursor.at] {
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
            b"of" if before == Operand && self.is_in_control_paren() => Operator,
            b"do" | b"else" | b"finally" | b"try" => Statement,
            b"default" => Default,
            b"async" if is_async_function(self.cursor) => before,
            b"function" if skip_to_parameters(&mut self.cursor) => {
                let is_declaration = matches!(before, Statement | Default);
                self.cursor.at += 1;
                let after = if is_declaration {
                    Previous::FunctionDeclaration
                } else {
                    Previous::FunctionExpression
                };
                return self.open(Bracket::Paren, after);
            }
            b"class" if is_class(self.cursor) => {
                let is_declaration = matches!(before, Statement | Default);
                let after = if is_declaration { Statement } else { Operand };
                self.open(Bracket::ClassHead, after);
                Operand
            }
            _ => Operand,
        };
        None
    }

    fn is_in_control_paren(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| open.bracket == Bracket::Paren && open.after == Previous::Statement)
    }

    fn open(&mut self, bracket: Bracket, after: Previous) -> Option<Marker> {
        self.open.push(OpenBracket {
            bracket,
            after,
            ternaries: std::mem::take(&mut self.ternaries),
        });
        let is_block = bracket == Bracket::Block;
        self.set(if is_block {
            Previous::Statement
        } else {
            Previous::Operator
        })
    }

    /// Closes the innermost bracket, if it is one of these. A closing bracket without an
    /// opening one is skipped.
    fn close(&mut self, brackets: &[Bracket]) -> Option<Bracket> {
        // A class without a body.
        if self.open.last()?.bracket == Bracket::ClassHead {
            self.close_innermost();
        }
        let innermost = self.open.last()?.bracket;
        if !brackets.contains(&innermost) {
            return None;
        }
        self.close_innermost();
        Some(innermost)
    }

    fn close_innermost(&mut self) {
        if let Some(open) = self.open.pop() {
            self.previous = open.after;
            self.ternaries = open.ternaries;
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
            b')' => self.close(&[Bracket::Paren]).and(None),
            b']' => self.close(&[Bracket::Square]).and(None),
            b'}' => match self.close(&[Bracket::Block, Bracket::Object, Bracket::Substitution]) {
                Some(Bracket::Substitution) => self.template(),
                _ => None,
            },
            b';' => {
                self.ternaries = 0;
                self.set(Statement)
            }
            b'.' if self.cursor.rest().starts_with(b"..") => {
                self.cursor.at += 2;
                self.set(Operator)
            }
            b'.' => self.set(Dot),
            b'?' => self.question_mark(),
            b':' => self.colon(),
            b'+' | b'-' if self.cursor.eat(byte) => {
                // Behind an operand it is the operand's last part.
                let is_postfix = self.previous == Operand;
                self.set(if is_postfix { Operand } else { Operator })
            }
            b'=' if self.cursor.eat(b'>') => self.set(Statement),
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
        self.ternaries = self.ternaries.saturating_add(1);
        self.set(Previous::Operator)
    }

    /// A statement follows the colon of a label or a case; elsewhere a value does.
    fn colon(&mut self) -> Option<Marker> {
        let innermost = self.open.last().map(|open| open.bracket);
        let is_in_block = matches!(innermost, None | Some(Bracket::Block));
        let ends_label = self.ternaries == 0 && is_in_block;
        self.ternaries = self.ternaries.saturating_sub(1);
        self.set(if ends_label {
            Previous::Statement
        } else {
            Previous::Operator
        })
    }

    /// Decides whether a brace opens a block or an object.
    fn open_brace(&mut self) -> Option<Marker> {
        use Previous::{
            ControlKeyword, FunctionDeclaration, FunctionExpression, Operand, Statement,
        };
        if let Some(open) = self.open.last()
            && open.bracket == Bracket::ClassHead
        {
            let after = open.after;
            self.close_innermost();
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
                return Some(Marker::Comment(start));
            }
            Some(b'*') => {
                self.cursor.skip_block_comment();
                return Some(Marker::Comment(start));
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

    /// Whether a classic script has a comment here: `<!--`, or `-->` with nothing but
    /// space and comments before it on its line.
    fn is_html_comment(&self, byte: u8) -> bool {
        let rest = self.cursor.rest();
        match byte {
            b'<' => rest.starts_with(b"<!--"),
            b'-' if rest.starts_with(b"-->") => {
                let between = &self.cursor.text[self.previous_end..self.cursor.at];
                self.previous_end == 0
                    || (0..between.len()).any(|index| is_line_end(&between[index..]))
            }
            _ => false,
        }
    }
}
