//! What the targets share: a directory for files, damage to bytes, and checks of problems
//! and of references.

use std::path::Path;
use std::sync::LazyLock;

use staticc::model::{Problem, SourceSpan};
use staticc::report::render::render;
use staticc::rewrite::browser::escape::escape;
use staticc::rewrite::browser::finder::references;
use staticc::rewrite::browser::found_reference::{Language, Quoting, Syntax};

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
    for url in [
        "other/a.0123456789ab.png?#i",
        "o t'h\"e`r\\${)\u{1}\u{e9}*/",
    ] {
        let mut edited = Vec::new();
        let mut copied = 0;
        let mut expected = Vec::new();
        for found in references(language, text) {
            assert!(copied <= found.span.start && found.span.start < found.span.end);
            edited.extend(&text[copied..found.span.start]);
            let start = edited.len();
            edited.extend(escape(found.quoting, url.as_bytes()));
            expected.push((found.syntax, start..edited.len()));
            copied = found.span.end;
        }
        edited.extend(&text[copied..]);
        if language == Language::JavaScript && has_html_comment(text) {
            // Whether it is a comment depends on the whole text. In what is no JavaScript
            // another URL can change that.
            continue;
        }
        let found = references(language, &edited);
        let places: Vec<(Syntax, _)> = found
            .iter()
            .map(|one| (one.syntax, one.span.clone()))
            .collect();
        assert_eq!(places, expected, "{}", String::from_utf8_lossy(&edited));
        for reference in found {
            // A comment has no escapes, so its URL is percent-encoded.
            let is_exact = reference.quoting != Quoting::SourceMapComment;
            assert!(
                !is_exact || *reference.specifier == *url.as_bytes(),
                "{reference:?}"
            );
        }
    }
}

fn has_html_comment(text: &[u8]) -> bool {
    text.windows(3)
        .any(|bytes| matches!(bytes, b"<!-" | b"-->"))
}
