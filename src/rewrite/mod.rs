//! Rewriting: references in css and js resolve to assets, texts get their
//! final names, names follow the final texts. PURE: texts in, texts and
//! problems out; knows no disk, no settings file, no STATIC_ROOT.
//!
//! Each text is walked once ([`scan`]): the walk that finds the references
//! also writes the new text, with a placeholder of 12 bytes wherever a
//! fingerprint belongs. Once the targets' fingerprints are known, filling a
//! text in is overwriting those bytes ([`graph`] gives the order).

pub mod check;
pub mod collection;
pub mod faults;
pub mod graph;
pub mod resolve;
pub mod rules;
pub mod scan;
pub mod suggest;
pub mod survey;
