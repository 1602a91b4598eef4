//! lib
pub mod encode;
pub mod nouns;
pub mod output;
pub mod rewrite;
pub mod settings;
pub mod sources;
