//! Finds the references in a text of any language. Knows no assets.

use super::found_reference::{FoundReference, Language};
use super::{css, js, webmanifest};

/// Returns the references that a browser follows in a text, in the order of the text.
/// Their spans do not overlap.
pub fn references(language: Language, text: &[u8]) -> Vec<FoundReference<'_>> {
    match language {
        Language::Css => css::references::find(text),
        Language::JavaScript => js::references::find(text),
        Language::Webmanifest => webmanifest::find(text),
    }
}
