//! What the targets share: a directory for files, damage to bytes, and checks of problems.

use std::path::Path;
use std::sync::LazyLock;

use staticc::model::{Problem, SourceSpan};
use staticc::report::render::render;

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
