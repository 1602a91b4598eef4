//! Reads JavaScript forward from a place: space, comments, words and literals. Knows
//! how a token ends, but neither what a token means nor whether a slash divides.

use std::ops::Range;

use memchr::{memchr, memchr3, memmem};

/// A place in a text. A copy looks ahead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'t> {
    pub text: &'t [u8],
    pub at: usize,
}

/// A string, or a template without substitutions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub quote: u8,
    /// The bytes between the quotation marks.
    pub span: Range<usize>,
}

/// What ends a piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TemplateEnd {
    Backtick,
    Substitution,
    EndOfText,
}

impl<'t> Cursor<'t> {
    pub fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The text from here on.
    pub fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips a byte if it is the next one.
    pub fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Skips space, then a byte if it is the next one.
    pub fn eat_after_space(&mut self, byte: u8) -> bool {
        self.skip_space();
        self.eat(byte)
    }

    /// Skips space, then a word, and returns the word. It is empty if there is none.
    pub fn word_after_space(&mut self) -> &'t [u8] {
        self.skip_space();
        let start = self.at;
        self.skip_word();
        &self.text[start..self.at]
    }

    pub fn skip_ascii_space(&mut self) {
        let is_space = |byte: &&u8| matches!(byte, b'\t'..=b'\r' | b' ');
        self.at += self.rest().iter().take_while(is_space).count();
    }

    /// Skips white space, line ends and comments.
    pub fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'\t'..=b'\r' | b' ' => self.skip_ascii_space(),
                b'/' if self.rest().starts_with(b"//") => self.skip_line(),
                b'/' if self.rest().starts_with(b"/*") => self.skip_block_comment(),
                0x80.. => match unicode_space(self.rest()) {
                    0 => return,
                    length => self.at += length,
                },
                _ => return,
            }
        }
    }

    /// Skips the rest of the line, but not its end.
    pub fn skip_line(&mut self) {
        // E2 begins U+2028 and U+2029, which end lines too.
        while let Some(offset) = memchr3(b'\n', b'\r', 0xe2, self.rest()) {
            self.at += offset;
            if !is_line_end(self.rest()) {
                self.at += 1;
                continue;
            }
            return;
        }
        self.at = self.text.len();
    }

    /// Skips a comment from its `/*`.
    pub fn skip_block_comment(&mut self) {
        let inside = self.text.get(self.at + 2..).unwrap_or_default();
        self.at = match memmem::find(inside, b"*/") {
            Some(offset) => self.at + 2 + offset + 2,
            None => self.text.len(),
        };
    }

    /// Skips an identifier, keyword, private name or number.
    pub fn skip_word(&mut self) {
        loop {
            self.at += word_length(self.rest());
            match self.peek() {
                Some(b'\\') => self.skip_word_escape(),
                Some(0x80..) if unicode_space(self.rest()) == 0 => self.at += 1,
                _ => return,
            }
        }
    }

    /// Skips `\u` of an identifier, and the braces that may follow.
    fn skip_word_escape(&mut self) {
        self.at += 1;
        if self.rest().starts_with(b"u{") {
            self.at += 2;
            while self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                self.at += 1;
            }
            self.eat(b'}');
        }
    }

    /// Skips a string from its quotation mark, or up to the end of the line. Returns
    /// whether it is closed.
    pub fn skip_string(&mut self) -> bool {
        let Some(quote) = self.peek() else {
            return false;
        };
        self.at += 1;
        while let Some(offset) = memchr3(quote, b'\\', b'\n', self.rest()) {
            if let Some(line_end) = memchr(b'\r', &self.rest()[..offset]) {
                self.at += line_end + 1;
                return false;
            }
            self.at += offset + 1;
            match self.text[self.at - 1] {
                b'\\' => self.skip_escaped(),
                end => return end == quote,
            }
        }
        self.at = self.text.len();
        false
    }

    /// Skips what stands behind a backslash: a line end of two bytes is one.
    fn skip_escaped(&mut self) {
        let length = if self.rest().starts_with(b"\r\n") {
            2
        } else {
            1
        };
        self.at = self.text.len().min(self.at + length);
    }

    /// Skips a piece of a template, up to and with what ends it.
    pub fn skip_template(&mut self) -> TemplateEnd {
        while let Some(offset) = memchr3(b'`', b'\\', b'$', self.rest()) {
            self.at += offset + 1;
            let found = self.text[self.at - 1];
            match found {
                b'`' => return TemplateEnd::Backtick,
                b'\\' => self.skip_escaped(),
                _ if self.eat(b'{') => return TemplateEnd::Substitution,
                _ => {}
            }
        }
        self.at = self.text.len();
        TemplateEnd::EndOfText
    }

    /// Skips a regular expression from its slash, without flags. Returns whether it
    /// ends on its line; if not, nothing is skipped.
    pub fn skip_regex(&mut self) -> bool {
        let start = self.at;
        let mut is_in_class = false;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'/' if !is_in_class => return true,
                b'[' => is_in_class = true,
                b']' => is_in_class = false,
                b'\\' if !matches!(self.peek(), Some(b'\n' | b'\r')) => self.at += 1,
                b'\n' | b'\r' => break,
                _ => {}
            }
        }
        self.at = start;
        false
    }

    /// Skips space, then a string or a template without substitutions. Another token is
    /// not skipped.
    pub fn literal_after_space(&mut self) -> Option<Literal> {
        self.skip_space();
        let quote = self.peek()?;
        let start = self.at + 1;
        let is_closed = match quote {
            b'"' | b'\'' => self.skip_string(),
            b'`' => {
                self.at = start;
                self.skip_template() == TemplateEnd::Backtick
            }
            _ => false,
        };
        is_closed.then(|| Literal {
            quote,
            span: start..self.at - 1,
        })
    }
}

/// Returns how many bytes of a text are letters of a word in ASCII, digits included. It
/// looks at eight bytes at once, since the ends of words cannot be predicted.
pub(super) fn word_length(text: &[u8]) -> usize {
    let mut length = 0;
    let (blocks, rest) = text.as_chunks();
    for block in blocks {
        let in_word = bytes_in_word(u64::from_le_bytes(*block));
        let count = (!in_word & HIGH_BITS).trailing_zeros() / 8;
        length += count as usize;
        if count < 8 {
            return length;
        }
    }
    length + rest.iter().take_while(|&&byte| is_in_word(byte)).count()
}

fn is_in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#')
}

const HIGH_BITS: u64 = repeat(0x80);

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Sets the high bit of each byte that is part of a word.
fn bytes_in_word(block: u64) -> u64 {
    let low = block & !HIGH_BITS;
    let lowercase = low | repeat(0x20);
    let letters = bytes_between(lowercase, b'a', b'z');
    let digits = bytes_between(low, b'0', b'9');
    let others = bytes_between(low, b'#', b'$') | bytes_between(low, b'_', b'_');
    (letters | digits | others) & !block & HIGH_BITS
}

/// Sets the high bit of each byte from `first` to `last`. All bytes are ASCII.
fn bytes_between(block: u64, first: u8, last: u8) -> u64 {
    (block + repeat(0x80 - first)) & !(block + repeat(0x7f - last))
}

/// Returns whether a text begins with a line end.
pub(super) fn is_line_end(text: &[u8]) -> bool {
    matches!(text, [b'\n' | b'\r', ..] | [0xe2, 0x80, 0xa8 | 0xa9, ..])
}

/// Returns how many bytes of white space outside ASCII a text begins with: 0, 2 or 3.
pub(super) fn unicode_space(text: &[u8]) -> usize {
    match text {
        [0xc2, 0xa0, ..] => 2,
        [0xe1, 0x9a, 0x80, ..]
        | [0xe2, 0x80, 0x80..=0x8a | 0xa8 | 0xa9 | 0xaf, ..]
        | [0xe2, 0x81, 0x9f, ..]
        | [0xe3, 0x80, 0x80, ..]
        | [0xef, 0xbb, 0xbf, ..] => 3,
        _ => 0,
    }
}
