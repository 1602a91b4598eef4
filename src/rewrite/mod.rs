//! Rewrites references in CSS and JavaScript: they resolve to assets, texts get
//! the final URLs, and names follow the final texts. Pure: texts in, texts and
//! problems out. Knows no disk, no settings file and no STATIC_ROOT.
//!
//! [`scan`] walks each text once, by Django's rules ([`django_scan`]) or as a browser does
//! ([`browser_scan`]). It finds the references and writes the new text at the same time,
//! with a placeholder of 12 bytes for each fingerprint. [`reference_scan`] scans all texts,
//! and [`graph`] orders them so that targets come first. [`adjusted`] then overwrites the
//! placeholders; texts that refer to each other in a circle get their names together
//! ([`cycle_names`]).

pub mod adjusted;
mod asset_index;
pub mod browser;
mod browser_scan;
pub mod context;
pub mod cycle_checker;
mod cycle_names;
pub mod django_rules;
mod django_scan;
pub mod graph;
pub mod hashed_name;
pub mod hint;
pub mod module_problems;
pub mod reference_checker;
pub mod reference_problems;
pub mod reference_scan;
pub mod resolve;
pub mod rules;
mod scan;
pub mod scanned;
pub mod suggest;
pub mod url;
mod url_resolve;
