//! Object stores and directories that stand for one, and web sites: the only room that opens
//! connections. It owns the crate `object_store` and the runtime that it needs; other rooms
//! call functions that block, or leave requests to a thread of the store. Does not know what is
//! published.

pub mod acl;
mod aws_profile;
pub mod background;
pub mod batch;
pub mod client;
pub mod connect;
pub mod error;
pub mod headers;
pub mod inspection;
pub mod parts;
mod runtime;
pub mod stop;
mod tls;
pub mod url;
pub mod web;

#[cfg(test)]
pub(crate) mod samples;
