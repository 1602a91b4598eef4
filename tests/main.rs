//! All tests that run the program or use the library, apart from the fixture cases
//! (`parity.rs`) and the snapshots (`snapshots.rs`). `README.md` says where a new
//! test goes.

#![allow(
    clippy::unwrap_used,
    clippy::format_push_string,
    clippy::format_collect,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "a test that cannot go on has failed, and need not be fast"
)]

mod architecture;
mod browser_references;
mod browser_rules;
mod case_names;
mod commands;
mod concurrency;
mod cycle_names;
mod documentation;
mod hostile_input;
mod incremental;
mod kept_copies;
mod problem_catalogue;
mod properties;
mod remote_cache;
mod settings;
mod settings_schema;
mod signals;
mod store_connections;
mod support;
mod templates;
mod treatments;
