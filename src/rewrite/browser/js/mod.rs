//! Finds references in JavaScript with a lexer of its own.

mod brackets;
mod cursor;
mod lexer;
mod lookahead;
mod plain_token;
mod previous;
pub mod references;
mod string;
