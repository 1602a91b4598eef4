//! Locates the apps of INSTALLED_APPS by reading the Python files of the project
//! and its packages as text. Runs no Python; does not know the settings file.

pub mod advice;
pub mod app_config;
pub mod locate;
pub mod modules;
pub mod path_python;
pub mod python_env;
pub mod python_source;
pub mod python_value;
pub mod search_path;
