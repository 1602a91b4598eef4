//! Ignore patterns: Python's `fnmatch.fnmatchcase`, on names of any bytes.
//! No `{a,b}`, no special `**`, no backslash escapes. Knows no directories.

use super::urllib::normpath;

/// The ignore patterns of a run.
#[derive(Clone, Debug, Default)]
pub struct Patterns(Vec<Pattern>);

impl Patterns {
    /// The patterns as written, each normalised as `os.path.normpath` does.
    pub fn new<S: AsRef<str>>(patterns: &[S]) -> Self {
        let written = patterns.iter().map(AsRef::as_ref);
        Self(written.map(Pattern::new).collect())
    }

    /// Whether any pattern matches the whole name.
    ///
    /// ```
    /// use staticc::pystd::fnmatch::Patterns;
    /// let patterns = Patterns::new(&["*.scss", "vendor/[!a]*", ".*"]);
    /// assert!(patterns.match_name(b"css/x.scss"));
    /// assert!(patterns.match_name(b"vendor/b/c.js"));
    /// assert!(!patterns.match_name(b"vendor/a.js"));
    /// assert!(patterns.match_name(b".hidden"));
    /// ```
    pub fn match_name(&self, name: &[u8]) -> bool {
        self.matching(name).is_some()
    }

    /// The first pattern that matches the whole name, as it was written.
    pub fn matching(&self, name: &[u8]) -> Option<&str> {
        if self.0.is_empty() {
            return None;
        }
        let name = decode(name);
        let pattern = self.0.iter().find(|pattern| pattern.matches(&name))?;
        Some(&pattern.written)
    }
}

/// One compiled pattern.
#[derive(Clone, Debug)]
struct Pattern {
    written: String,
    tokens: Vec<Token>,
}

#[derive(Clone, Debug)]
enum Token {
    /// `*`
    Any,
    /// `?`
    One,
    Literal(u32),
    /// `[…]`: inclusive ranges, and whether they are excluded.
    Set(Vec<(u32, u32)>, bool),
}

impl Pattern {
    fn new(written: &str) -> Self {
        let pattern = decode(&normpath(written.as_bytes()));
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(&character) = pattern.get(at) {
            at += 1;
            tokens.push(match char::from_u32(character) {
                Some('*') => Token::Any,
                Some('?') => Token::One,
                Some('[') => match set(&pattern[at..]) {
                    Some((token, length)) => {
                        at += length;
                        token
                    }
                    None => Token::Literal(character),
                },
                _ => Token::Literal(character),
            });
        }
        Self {
            written: written.to_owned(),
            tokens,
        }
    }

    /// Matching with one point to go back to (the last `*`): never more
    /// than pattern × name steps.
    fn matches(&self, name: &[u32]) -> bool {
        let (mut token, mut at) = (0, 0);
        let mut back = None;
        while at < name.len() {
            let matched = match self.tokens.get(token) {
                Some(Token::Any) => {
                    back = Some((token, at));
                    token += 1;
                    continue;
                }
                Some(Token::One) => true,
                Some(Token::Literal(literal)) => *literal == name[at],
                Some(Token::Set(ranges, excluded)) => {
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
        self.tokens[token..]
            .iter()
            .all(|token| matches!(token, Token::Any))
    }
}

/// The set after a `[`, and its length with the `]`; `None` if the bracket
/// is never closed and so stands for itself. Follows `fnmatch.translate`,
/// which drops ranges that run backwards.
fn set(pattern: &[u32]) -> Option<(Token, usize)> {
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
    // Only now Python asks for the `!`, which may have come first.
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
    Some((Token::Set(ranges, excluded), length))
}

/// Code points as Python sees a file name: bytes that are not UTF-8 are lone
/// surrogates.
fn decode(name: &[u8]) -> Vec<u32> {
    let mut points = Vec::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        points.extend(chunk.valid().chars().map(u32::from));
        points.extend(chunk.invalid().iter().map(|&byte| 0xdc00 + u32::from(byte)));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::Patterns;

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
            ("vendor/", "vendor", true),
            ("./v", "v", true),
            ("", ".", true),
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
            let patterns = Patterns::new(&[pattern]);
            assert_eq!(
                patterns.match_name(name.as_bytes()),
                expected,
                "{pattern} on {name}"
            );
        }
    }

    #[test]
    fn one_byte_that_is_not_utf8_is_one_character() {
        let patterns = Patterns::new(&["a?b"]);
        assert!(patterns.match_name(b"a\xffb"));
        assert!(!patterns.match_name(b"a\xff\xfeb"));
    }
}
