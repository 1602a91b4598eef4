//! Finds references in CSS, by the tokens of `cssparser`.

mod import_phase;
pub mod references;
mod statement;
mod string;
mod tokens;
