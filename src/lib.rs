//! lib
pub mod nouns;
pub mod rewrite;
pub mod settings;
pub mod sources;
