//! Checks the static files that templates name with `{% static %}` or `static()`.
//! [`engine`] finds the names in a text and reads no files.

pub mod checker;
pub mod django;
pub mod engine;
pub mod jinja;
pub mod mention;
mod package_problems;
pub mod static_reference;
pub mod template_file;
