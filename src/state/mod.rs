//! What one run leaves for the next, outside STATIC_ROOT: the cache of compressed
//! copies, the records of collect and check, and the releases. Does not know
//! what is in STATIC_ROOT.

pub mod cache;
pub mod check_record;
pub mod collect_record;
pub mod releases;
