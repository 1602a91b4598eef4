//! A real Django project: what its own Python says of it, as settings. Owns
//! the asking, what is made of the answers and the settings file they become;
//! lists no static files itself.

mod answers;
mod carry;
mod difference;
mod draft;
mod failure;
mod finder;
mod live;
mod place;
mod python;
mod storage;
mod value;
mod written;

pub use answers::{Answers, read};
pub use carry::{Carried, carry};
pub use difference::differences;
pub use draft::Draft;
pub use live::live;
pub use python::{Question, ask};
