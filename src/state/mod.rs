//! Keeps what one run leaves for the next, outside STATIC_ROOT. The cache of compressed
//! copies and the records of collect and check may be evicted. Releases may not. Does not
//! know what is in STATIC_ROOT.

pub mod cache;
pub mod check_record;
pub mod collect_record;
pub mod file_record;
pub mod inputs_digest;
pub mod path_hash;
pub mod releases;
pub mod remote_cache;
pub mod source_pairs;
