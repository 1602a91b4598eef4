//! Object stores and directories that stand for one: the only room that opens connections. It
//! owns the crate `object_store` and the runtime that it needs; other rooms call functions
//! that block, or leave requests to a thread of the store. Does not know what is published.

pub mod acl;
mod aws_profile;
pub mod background;
pub mod batch;
pub mod client;
pub mod connect;
pub mod error;
pub mod headers;
pub mod parts;
mod roots;
pub mod url;

#[cfg(test)]
mod samples;
