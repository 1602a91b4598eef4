//! Plans what STATIC_ROOT holds after a run: its files, their contents, the
//! manifest and the compressed copies. Pure: reads and writes nothing.

pub mod builder;
pub mod compression;
pub mod manifest;
pub mod model;
