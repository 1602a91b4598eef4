//! Sources: which files take part, where they are, and their bytes read
//! once. Knows no STATIC_ROOT and no rewriting.

mod candidate;
mod directory;
mod finder;
mod overlooked;
mod pattern;
mod read;

pub use candidate::Lookup;
pub use directory::SourceDirectory;
pub use finder::{Conflict, Found, find};
pub use overlooked::overlooked;
pub use pattern::Patterns;
pub(crate) use read::changed;
pub use read::{
    Content, Known, Loaded, Read, Skimmed, read, read_leniently, read_texts, skim, unread,
};
