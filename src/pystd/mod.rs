//! The parts of Python's standard library that Django's rules need: paths, URLs,
//! `fnmatch` and strings, on bytes. Does not know assets or settings.

pub mod fnmatch;
pub mod posixpath;
pub mod str;
pub mod urllib;
