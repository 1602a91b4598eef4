//! What the targets share: a directory for files, damage to bytes, and checks of problems
//! and of references.

use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use staticc::model::{Problem, SourceSpan};
use staticc::report::render::render;
use staticc::rewrite::browser::escape::escape;
use staticc::rewrite::browser::finder::references;
use staticc::rewrite::browser::found_reference::{FoundReference, Language, Quoting, Syntax};

/// A directory for the files of this process.
pub fn directory() -> &'static Path {
    static DIRECTORY: LazyLock<tempfile::TempDir> =
        LazyLock::new(|| tempfile::tempdir().expect("a temporary directory"));
    DIRECTORY.path()
}

/// A problem can be shown, and its span, if it has one, is in one of the
/// texts.
pub fn check(problem: &Problem, texts: &[&str]) {
    assert!(!render(problem, directory(), true).is_empty());
    if let Some(span) = &problem.span {
        assert!(
            texts.iter().any(|text| lies_in(span, text)),
            "{problem:?} is not in {texts:?}"
        );
    }
}

fn lies_in(span: &SourceSpan, text: &str) -> bool {
    let Some(line) = text.split('\n').nth(span.line - 1) else {
        return false;
    };
    let length = line.chars().count();
    // `…` marks the ends of a shortened line.
    line.contains(span.source_line.trim_matches('…'))
        && (span.line, span.column) <= (span.end_line, span.end_column)
        && span.width >= 1
        && span.column <= length + 1
        && span.caret < span.column
        // A location at the end of a line is one character wide.
        && span.column - 1 + span.width <= length.max(span.column)
}

/// After `!`, the data replaces bytes of the intact ones; after `<`, it
/// replaces the end. Other data takes their place.
pub fn damage(whole: &[u8], data: &[u8]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    match data {
        [b'!', edits @ ..] => {
            for edit in edits.chunks_exact(2) {
                let at = usize::from(edit[0]) % bytes.len();
                bytes[at] = edit[1];
            }
        }
        [b'<', length, more @ ..] => {
            bytes.truncate(usize::from(*length));
            bytes.extend_from_slice(more);
        }
        _ => bytes = data.to_vec(),
    }
    bytes
}

/// The references of a text are inside it, in order. With another URL in the place of
/// each, the text has the same references, and these name that URL.
pub fn check_browser_references(language: Language, text: &[u8]) {
    let found = references(language, text);
    let mut end = 0;
    for reference in &found {
        assert!(end <= reference.span.start && reference.span.start < reference.span.end);
        assert!(reference.span.end <= text.len());
        end = reference.span.end;
    }
    // In what is no JavaScript, a slash in a URL may end a regular expression that has no
    // end, and whether something is an HTML comment depends on the whole text.
    let (with_slashes, places) = replace(text, &found, b"/");
    if has_html_comment(text) || references(language, &with_slashes).len() != places.len() {
        return;
    }
    for url in [
        "other/a.0123456789ab.png?#i",
        "o t'h\"e`r\\${)\u{1}\u{e9}*/",
    ] {
        let (edited, expected) = replace(text, &found, url.as_bytes());
        let found_again = references(language, &edited);
        let places = found_again.iter().map(|one| (one.syntax, one.span.clone()));
        assert_eq!(
            places.collect::<Vec<_>>(),
            expected,
            "{}",
            String::from_utf8_lossy(&edited)
        );
        for reference in found_again {
            // A comment has no escapes, so its URL is percent-encoded.
            let is_exact = reference.quoting != Quoting::SourceMapComment;
            assert!(
                !is_exact || *reference.specifier == *url.as_bytes(),
                "{reference:?}"
            );
        }
    }
}

/// Returns a text with another URL for each reference, and where these are.
fn replace(
    text: &[u8],
    found: &[FoundReference<'_>],
    url: &[u8],
) -> (Vec<u8>, Vec<(Syntax, Range<usize>)>) {
    let mut edited = Vec::new();
    let mut places = Vec::new();
    let mut copied = 0;
    for reference in found {
        edited.extend(&text[copied..reference.span.start]);
        let start = edited.len();
        edited.extend(escape(reference.quoting, url));
        places.push((reference.syntax, start..edited.len()));
        copied = reference.span.end;
    }
    edited.extend(&text[copied..]);
    (edited, places)
}

fn has_html_comment(text: &[u8]) -> bool {
    text.windows(3)
        .any(|bytes| matches!(bytes, b"<!-" | b"-->"))
}
