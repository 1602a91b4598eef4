//! Report: what a run tells. [`words`] are Django's sentences, [`own`] ours, [`found`]
//! both, [`render`] shows problems to people, [`json`], [`github`] and [`sarif`]
//! tell programs, [`catalogue`] says what each code means; [`Console`] is the one
//! place that prints. Knows nothing of how things came about.

pub mod catalogue;
mod console;
mod explain;
mod explained;
mod format;
mod found;
mod github;
mod json;
mod own;
mod paint;
mod render;
mod sarif;
mod shown;
mod tally;
mod words;

pub use console::{Bar, Console, complain, print};
pub use format::Format;
pub use render::render;
