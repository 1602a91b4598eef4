//! lib
pub mod cli;
pub mod commands;
pub mod encode;
pub mod nouns;
pub mod output;
pub mod report;
pub mod rewrite;
pub mod settings;
pub mod sources;
