//! Tells most tokens by one or two bytes, so that the lexer need not look closer. Knows
//! no text and no brackets.

use super::previous::Previous;

/// What the first byte of a token tells.
#[derive(Clone, Copy)]
pub(super) enum Effect {
    Space,
    /// It is all that matters of its token.
    Set(Previous),
    Word,
    /// It needs a closer look.
    Visit,
}

/// By the first byte.
pub(super) static EFFECTS: [Effect; 256] = {
    let mut table = [Effect::Visit; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        table[byte as usize] = match byte {
            b'\t'..=b'\r' | b' ' => Effect::Space,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'#' => Effect::Word,
            b';' => Effect::Set(Previous::Statement),
            b',' | b'=' | b'&' | b'|' | b'^' | b'~' | b'!' | b'%' | b'*' | b'@' => {
                Effect::Set(Previous::Operator)
            }
            _ => Effect::Visit,
        };
        byte += 1;
    }
    table
};

/// All keywords that matter to the lexer.
const KEYWORDS: [&[u8]; 27] = [
    b"async",
    b"await",
    b"case",
    b"class",
    b"default",
    b"delete",
    b"do",
    b"else",
    b"export",
    b"extends",
    b"finally",
    b"for",
    b"function",
    b"if",
    b"import",
    b"in",
    b"instanceof",
    b"new",
    b"of",
    b"return",
    b"throw",
    b"try",
    b"typeof",
    b"void",
    b"while",
    b"with",
    b"yield",
];

/// For each first letter of a keyword, a bit for each second letter.
static SECOND_LETTERS: [u32; 26] = {
    let mut table = [0; 26];
    let mut index = 0;
    while index < KEYWORDS.len() {
        let keyword = KEYWORDS[index];
        table[(keyword[0] - b'a') as usize] |= 1 << (keyword[1] - b'a');
        index += 1;
    }
    table
};

/// Returns whether a word may be a keyword, by its first letters.
pub(super) fn may_be_keyword(word: &[u8]) -> bool {
    let [first @ b'a'..=b'z', second @ b'a'..=b'z', ..] = word else {
        return false;
    };
    SECOND_LETTERS[usize::from(first - b'a')] >> (second - b'a') & 1 != 0
}
