//! What the targets share: a directory to put files in, and what must hold
//! of every problem.

use std::path::Path;
use std::sync::LazyLock;

use staticc::model::{SourceSpan, Problem};
use staticc::report::render;

/// A directory for the files of this process.
pub fn directory() -> &'static Path {
    static DIRECTORY: LazyLock<tempfile::TempDir> =
        LazyLock::new(|| tempfile::tempdir().expect("a temporary directory"));
    DIRECTORY.path()
}

/// A problem can be shown, and its place, if it has one, is in one of the
/// texts.
pub fn check(problem: &Problem, texts: &[&str]) {
    assert!(!render(problem, directory(), true).is_empty());
    if let Some(place) = &problem.place {
        assert!(
            texts.iter().any(|text| lies_in(place, text)),
            "{problem:?} is not in {texts:?}"
        );
    }
}

fn lies_in(place: &SourceSpan, text: &str) -> bool {
    let Some(line) = text.split('\n').nth(place.line - 1) else {
        return false;
    };
    let length = line.chars().count();
    // Of a long line, what is left out is marked.
    line.contains(place.source_line.trim_matches('…'))
        && (place.line, place.column) <= (place.end_line, place.end_column)
        && place.width >= 1
        && place.column <= length + 1
        && place.caret < place.column
        // What stands at the end of a line is shown one character wide.
        && place.column - 1 + place.width <= length.max(place.column)
}
