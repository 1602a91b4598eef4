//! Object stores and directories that stand for one: the only room that opens connections. It
//! owns the crate `object_store` and the runtime that it needs; other rooms call functions
//! that block. Does not know what is published.

pub mod batch;
pub mod client;
pub mod connect;
pub mod error;
pub mod headers;
pub mod url;
