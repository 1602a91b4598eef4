//! Report: what a run tells. [`words`] are Django's sentences, [`own`] ours, [`render`]
//! shows problems, [`Console`] is the one place that prints. Knows nothing
//! of how things came about.

mod console;
mod json;
mod own;
mod render;
mod shown;
mod words;

pub use console::{Bar, Console, complain, print};
pub use render::render;
