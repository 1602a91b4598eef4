//! Requests to a web site: what is asked for, and what comes back. Follows no redirect, decodes
//! no body, and does not know what an answer should be.

pub mod answer;
pub mod client;
pub mod url;
