//! A real Django project: what its own Python says of it, as settings. Owns
//! the asking, what is made of the answers and the settings file they become;
//! lists no static files itself.

pub mod answers;
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
