//! Everything that a run prints. [`console`] receives the events, and [`printer`] chooses
//! the format; the other files turn events into text. Does not know how the events
//! came about.

pub mod catalogue;
pub mod console;
pub mod django_messages;
pub mod explain_text;
pub mod find_text;
pub mod format;
pub mod github;
pub mod json;
pub mod messages;
pub mod paths;
pub mod printer;
pub mod progress_bar;
pub mod render;
pub mod sarif;
pub mod streams;
pub mod tally;
pub mod text;
pub mod treatment_text;
