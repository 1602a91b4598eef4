//! The parts of Python's standard library that staticc needs: paths, URLs, shell words,
//! `fnmatch` and strings, on bytes. Does not know assets or settings.

pub mod fnmatch;
pub mod posixpath;
pub mod shlex;
pub mod str;
pub mod urllib;
