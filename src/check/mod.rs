//! Check: what can be said of a project without writing anything but a
//! record of what was found clean. Knows no STATIC_ROOT but as a place where
//! files of earlier runs may be.

mod names;
mod record;
mod texts;

pub use names::look_at_names;
pub use record::Record;
pub use texts::{Texts, look_at_texts};
