//! Rewrites references in CSS and JavaScript: they resolve to assets, texts get
//! the final URLs, and names follow the final texts. Pure: texts in, texts and
//! problems out. Knows no disk, no settings file and no STATIC_ROOT.
//!
//! [`scan`] walks each text once. It finds the references and writes the new text at
//! the same time, with a placeholder of 12 bytes for each fingerprint.
//! [`reference_scan`] scans all texts, and [`graph`] orders them so that targets come
//! first. [`adjusted`] then overwrites the placeholders.

pub mod adjusted;
pub mod browser;
pub mod context;
pub mod graph;
pub mod hashed_name;
pub mod hint;
pub mod reference_checker;
pub mod reference_problems;
pub mod reference_scan;
pub mod resolve;
pub mod rules;
pub mod scan;
pub mod suggest;
