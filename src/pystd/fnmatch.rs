//! Ignore patterns: Python's `fnmatch.fnmatchcase`, on names of any bytes.
//! No `{a,b}`, no special `**`, no backslash escapes. Knows no directories.

/// A compiled pattern.
///
/// ```
/// use staticc::pystd::fnmatch::{Pattern, decode};
/// let pattern = Pattern::new("vendor/[!a]*");
/// assert!(pattern.matches(&decode(b"vendor/b/c.js")));
/// assert!(!pattern.matches(&decode(b"vendor/a.js")));
/// ```
#[derive(Clone, Debug)]
pub struct Pattern(Vec<PatternToken>);

#[derive(Clone, Debug)]
enum PatternToken {
    /// `*`: any number of characters.
    Any,
    /// `?`: a single character.
    One,
    Literal(u32),
    /// `[…]` or `[!…]`: inclusive ranges, and whether they are excluded.
    Set(Vec<(u32, u32)>, bool),
}

impl Pattern {
    pub fn new(pattern: &str) -> Self {
        let pattern = decode(pattern.as_bytes());
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(&character) = pattern.get(at) {
            at += 1;
            tokens.push(match char::from_u32(character) {
                Some('*') => PatternToken::Any,
                Some('?') => PatternToken::One,
                Some('[') => match set(&pattern[at..]) {
                    Some((token, length)) => {
                        at += length;
                        token
                    }
                    None => PatternToken::Literal(character),
                },
                _ => PatternToken::Literal(character),
            });
        }
        Self(tokens)
    }

    /// Returns whether the pattern matches the whole name, given as code points.
    ///
    /// Backtracks only to the last `*`, so that it takes at most pattern × name steps.
    pub fn matches(&self, name: &[u32]) -> bool {
        let (mut token, mut at) = (0, 0);
        let mut back = None;
        while at < name.len() {
            let matched = match self.0.get(token) {
                Some(PatternToken::Any) => {
                    back = Some((token, at));
                    token += 1;
                    continue;
                }
                Some(PatternToken::One) => true,
                Some(PatternToken::Literal(literal)) => *literal == name[at],
                Some(PatternToken::Set(ranges, excluded)) => {
                    let inside = ranges
                        .iter()
                        .any(|&(low, high)| (low..=high).contains(&name[at]));
                    inside != *excluded
                }
                None => false,
            };
            if matched {
                token += 1;
                at += 1;
            } else if let Some((star, from)) = back {
                token = star + 1;
                at = from + 1;
                back = Some((star, at));
            } else {
                return false;
            }
        }
        self.0[token..]
            .iter()
            .all(|token| matches!(token, PatternToken::Any))
    }
}

/// Parses the set after a `[`. Returns it with its length, the `]` included, or
/// `None` if the bracket is never closed and so stands for itself. Drops ranges that
/// run backwards, as `fnmatch.translate` does.
fn set(pattern: &[u32]) -> Option<(PatternToken, usize)> {
    const BANG: u32 = '!' as u32;
    const CLOSE: u32 = ']' as u32;
    const HYPHEN: u32 = '-' as u32;
    let mut end = usize::from(pattern.first() == Some(&BANG));
    if pattern.get(end) == Some(&CLOSE) {
        end += 1;
    }
    end += pattern[end..].iter().position(|&c| c == CLOSE)?;
    let stuff = &pattern[..end];
    let length = end + 1;
    // Python cuts at each hyphen that can be a range's, beginning the search
    // after the first member, and joins what is left.
    let first = usize::from(stuff.first() == Some(&BANG));
    let mut chunks: Vec<Vec<u32>> = Vec::new();
    let (mut from, mut search) = (0, first + 1);
    while let Some(found) = stuff
        .get(search..)
        .and_then(|rest| rest.iter().position(|&c| c == HYPHEN))
    {
        let hyphen = search + found;
        chunks.push(stuff[from..hyphen].to_vec());
        from = hyphen + 1;
        search = hyphen + 3;
    }
    let rest = &stuff[from.min(stuff.len())..];
    match chunks.last_mut() {
        Some(last) if rest.is_empty() => last.push(HYPHEN),
        _ => chunks.push(rest.to_vec()),
    }
    for index in (1..chunks.len()).rev() {
        let (Some(&low), Some(&high)) = (chunks[index - 1].last(), chunks[index].first()) else {
            continue;
        };
        if low > high {
            let tail = chunks.remove(index);
            chunks[index - 1].pop();
            chunks[index - 1].extend_from_slice(&tail[1..]);
        }
    }
    // Python looks for the `!` only now, when another chunk may have come first.
    let excluded = chunks[0].first() == Some(&BANG);
    if excluded {
        chunks[0].remove(0);
    }
    let mut ranges = Vec::new();
    for (index, chunk) in chunks.iter().enumerate() {
        ranges.extend(chunk.iter().map(|&c| (c, c)));
        if let Some(&high) = chunks.get(index + 1).and_then(|next| next.first()) {
            // A hyphen with nothing left before it stands for itself.
            ranges.push(chunk.last().map_or((HYPHEN, HYPHEN), |&low| (low, high)));
        }
    }
    Some((PatternToken::Set(ranges, excluded), length))
}

/// Decodes a file name as Python's `os.fsdecode` does: each byte that is not UTF-8
/// becomes a lone surrogate.
pub fn decode(name: &[u8]) -> Vec<u32> {
    let mut points = Vec::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        points.extend(chunk.valid().chars().map(u32::from));
        points.extend(chunk.invalid().iter().map(|&byte| 0xdc00 + u32::from(byte)));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::{Pattern, decode};

    /// Each line was tried with Python's `fnmatch.fnmatchcase`.
    #[test]
    fn python_semantics() {
        for (pattern, name, expected) in [
            ("*.css", "a/b.css", true),
            ("*.CSS", "a.css", false),
            ("?", "é", true),
            ("??", "é", false),
            ("[!a]", "b", true),
            ("[!a]", "a", false),
            ("[[]", "[", true),
            ("[]]", "]", true),
            ("[!]]", "]", false),
            ("[a-c]x", "bx", true),
            ("[c-a]x", "bx", false),
            ("[a-]", "-", true),
            ("[-a]", "-", true),
            ("[a", "[a", true),
            ("{a,b}", "a", false),
            ("\\*", "*", false),
            ("\\*", "\\x", true),
            ("!x", "!x", true),
            ("**", "a/b", true),
            ("d/*", "d/e/f", true),
            ("[a-[!]", "é", true),
            ("[a-[!b]", "b", false),
            ("[a-[!b]", "!", true),
            ("[c-b-e]", "-", true),
            ("[c-b-e]", "d", false),
            ("[!c-b-e]", "5", true),
            ("[!c-b-e]", "-", false),
            ("[a-c-e]", "-", true),
            ("[a-c-e]", "d", false),
            ("a*b*c*d", "aXbXbXcXd", true),
            ("a*b", "ac", false),
        ] {
            assert_eq!(
                Pattern::new(pattern).matches(&decode(name.as_bytes())),
                expected,
                "{pattern} on {name}"
            );
        }
    }

    #[test]
    fn one_byte_that_is_not_utf8_is_one_character() {
        let pattern = Pattern::new("a?b");
        assert!(pattern.matches(&decode(b"a\xffb")));
        assert!(!pattern.matches(&decode(b"a\xff\xfeb")));
    }
}
