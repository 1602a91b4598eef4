//! Sources: which files take part, where they are, and their bytes read
//! once. Knows no STATIC_ROOT and no rewriting.

pub mod candidate;
pub mod directory;
pub mod finder;
pub mod overlooked;
pub mod read;
