//! Finds the problems of a project without collecting it: paths, references in CSS
//! and JavaScript, and `{% static %}` in templates. Writes nothing.

pub mod modules;
pub mod paths;
pub mod source_copies;
pub mod static_name;
pub mod templates;
pub mod texts;
