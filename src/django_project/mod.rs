//! Asks a Django project's own Python for its settings. Owns the question, the conversion of the
//! answers to settings, and the settings file that `init` writes. Lists no static files itself.

pub mod answers;
pub mod compared_settings;
pub mod convert;
pub mod difference;
pub mod draft;
pub mod effective;
pub mod failure;
pub mod finder;
pub mod python;
pub mod python_location;
pub mod storage;
pub mod toml_writer;
pub mod value;
