//! Which references a browser follows: tables of texts in which `«` and `»` stand around
//! the URL of each reference that is to be found.

mod css;
mod hostile;
mod javascript;
mod properties;

use std::ops::Range;

use staticc::rewrite::browser::finder::references;
use staticc::rewrite::browser::found_reference::{FoundReference, Language, Syntax};

/// A text without its marks, and the spans between them.
fn unmark(marked: &str) -> (String, Vec<Range<usize>>) {
    let mut text = String::new();
    let mut spans = Vec::new();
    for piece in marked.split('»') {
        let (before, url) = piece.split_once('«').unwrap_or((piece, ""));
        text.push_str(before);
        if piece.contains('«') {
            spans.push(text.len()..text.len() + url.len());
            text.push_str(url);
        }
    }
    (text, spans)
}

fn spans(found: &[FoundReference<'_>]) -> Vec<Range<usize>> {
    found
        .iter()
        .map(|reference| reference.span.clone())
        .collect()
}

/// Finds exactly the marked references.
fn check(language: Language, marked: &str) {
    let (text, expected) = unmark(marked);
    let found = references(language, text.as_bytes());
    assert_eq!(spans(&found), expected, "{marked}\n{found:?}");
}

/// Finds exactly the marked references, of these syntaxes.
fn check_syntaxes(language: Language, marked: &str, syntaxes: &[Syntax]) {
    check(language, marked);
    let (text, _) = unmark(marked);
    let found = references(language, text.as_bytes());
    let found: Vec<Syntax> = found.iter().map(|reference| reference.syntax).collect();
    assert_eq!(found, syntaxes, "{marked}");
}

/// Returns the decoded specifiers of a text.
fn specifiers(language: Language, text: &[u8]) -> Vec<String> {
    let found = references(language, text);
    let specifiers = found
        .iter()
        .map(|reference| String::from_utf8_lossy(&reference.specifier).into_owned());
    specifiers.collect()
}
