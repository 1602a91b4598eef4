//! Prints the configuration of a server, a program or a cloud that serves STATIC_ROOT: puts the
//! values of a project into templates, and quotes each of them. Pure: knows no settings file, and
//! not whether a server is installed.

pub mod quoting;
pub mod recipes;
pub mod render;
pub mod suggestion;
pub mod values;
