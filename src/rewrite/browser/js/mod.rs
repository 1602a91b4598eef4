//! Finds references in JavaScript with a lexer of its own.

mod cursor;
mod lexer;
mod lookahead;
pub mod references;
mod string;
