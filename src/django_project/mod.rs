//! Asks a Django project's own Python for its settings. Owns the question, the conversion of the
//! answers to settings, and the settings file that `init` writes. Lists no static files itself.
//!
//! `python` asks, `answers` parses, `convert` makes settings of the answers, with `finder` and
//! `storage`, and `effective` loads them. `init` writes them to a file by `draft` and `toml_writer`,
//! with the ignore patterns of `finder_patterns`; `difference` compares the file with what Django has.

pub mod answers;
pub mod compared_settings;
pub mod convert;
pub mod difference;
pub mod draft;
pub mod effective;
pub mod failure;
pub mod finder;
pub mod finder_patterns;
pub mod manage_py;
pub mod python;
pub mod python_location;
pub mod storage;
mod template_dirs;
pub mod toml_writer;
pub mod value;
