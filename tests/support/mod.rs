//! What all test binaries share. Each binary uses a part of it.
#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a test need not be fast"
)]

pub mod fixtures;
pub mod outcome;
pub mod project;
pub mod python_project;
pub mod site;
pub mod store;
pub mod test_names;
pub mod tree;
