//! Report: what a run tells. [`words`] are Django's sentences, [`own`] ours, [`found`]
//! both, [`render`] shows problems to people, [`json`], [`github`] and [`sarif`]
//! tell programs, [`catalogue`] says what each code means; [`Console`] is the one
//! place that prints. Knows nothing of how things came about.

pub mod catalogue;
pub mod console;
pub mod django_messages;
pub mod explain_json;
pub mod explain_text;
pub mod find_text;
pub mod format;
pub mod github;
pub mod json;
pub mod messages;
pub mod paint;
pub mod paths;
pub mod render;
pub mod sarif;
pub mod tally;
