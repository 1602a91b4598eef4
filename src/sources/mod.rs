//! Sources: which files take part, where they are, and their bytes read
//! once. Knows no STATIC_ROOT and no rewriting.

mod finder;
mod pattern;
mod read;

pub use finder::{Conflict, Found, find};
pub use pattern::Patterns;
pub(crate) use read::changed;
pub use read::{Content, Known, Loaded, Read, read, read_leniently, read_texts, unread};
