//! Reads `sourceMappingURL` comments. They are of the same form in CSS and JavaScript:
//! `/*# sourceMappingURL=a.css.map */` and `//# sourceMappingURL=a.js.map`. Does not
//! know where comments are.

use std::ops::Range;

use super::found_reference::{FoundReference, Quoting, Syntax};

const NAME: &[u8] = b"sourceMappingURL=";

/// What a comment says about a source map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SourceMapComment {
    /// The bytes of the text that are the URL.
    Url(Range<usize>),
    /// There is no URL, or more than one word. Such a comment hides an earlier one.
    Malformed,
}

/// Reads a comment of a text, from behind its `//` or `/*` to before its end. Most
/// comments say nothing about a source map.
pub(super) fn read_comment(text: &[u8], inside: Range<usize>) -> Option<SourceMapComment> {
    let end = inside.end;
    let (b'#' | b'@', after_sign) = text.get(inside)?.split_first()? else {
        return None;
    };
    let value = after_sign.trim_ascii_start().strip_prefix(NAME)?;
    let url = value.trim_ascii();
    let start = end - value.trim_ascii_start().len();
    let breaks = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`');
    Some(if url.is_empty() || url.iter().any(breaks) {
        SourceMapComment::Malformed
    } else {
        SourceMapComment::Url(start..start + url.len())
    })
}

/// Adds the reference of the last comment about a source map, which hides the others.
pub(super) fn add_reference<'t>(
    found: &mut Vec<FoundReference<'t>>,
    text: &'t [u8],
    last: Option<SourceMapComment>,
) {
    if let Some(SourceMapComment::Url(span)) = last {
        let after = found.partition_point(|other| other.span.start < span.start);
        let reference = FoundReference {
            syntax: Syntax::SourceMap,
            specifier: text[span.clone()].into(),
            span,
            quoting: Quoting::SourceMapComment,
        };
        found.insert(after, reference);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_is_the_only_word_of_the_comment() {
        let url = |comment: &'static str| match read_comment(comment.as_bytes(), 0..comment.len()) {
            Some(SourceMapComment::Url(range)) => Some(&comment[range]),
            _ => None,
        };
        for comment in [
            "# sourceMappingURL=a.map",
            "@ sourceMappingURL=a.map",
            "#sourceMappingURL=a.map ",
            "#\tsourceMappingURL= a.map\r\n",
        ] {
            assert_eq!(url(comment), Some("a.map"), "{comment}");
        }
        for comment in [
            "",
            "#",
            " # sourceMappingURL=a.map",
            "# sourceURL=a.js",
            "# SourceMappingURL=a.map",
            "# sourceMappingURL=",
            "# sourceMappingURL= ",
            "# sourceMappingURL=a.map b",
            "# sourceMappingURL=\"a.map\"",
        ] {
            assert_eq!(url(comment), None, "{comment}");
        }
    }
}
