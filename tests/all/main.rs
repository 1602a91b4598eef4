//! All tests that run the program, in one binary, by topic: `again` and
//! `cache` (runs after runs), `alone` and `interrupt` (runs disturbed),
//! `bad_…` (input that nobody should give), `fixtures` (Django's own
//! outcomes), `init` (projects whose Python is asked), `find` and `explain` (single paths), `properties` and `templates` (what
//! holds of any bytes), `schema` (the settings' keys), `printed` (completions
//! and manual pages), `house` (the layout of the source).

#![allow(
    clippy::unwrap_used,
    clippy::format_push_string,
    clippy::format_collect,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "a test that cannot go on has failed, and need not be fast"
)]

mod again;
mod alone;
mod asked;
mod bad_output;
mod bad_settings;
mod bad_sources;
mod bad_texts;
mod bounded;
mod cache;
mod catalogue;
mod check;
mod explain;
mod find;
mod fixtures;
mod help;
mod house;
mod init;
mod interrupt;
mod outcome;
mod printed;
mod properties;
mod prune;
mod schema;
mod site;
mod speaking;
mod templates;
mod told;
mod tree;
mod verify;
