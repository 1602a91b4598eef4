//! Input that nobody should give. A run on it ends in time, with a message that a
//! person can read, and leaves STATIC_ROOT as it was if it fails.

mod cache;
mod output;
mod settings;
mod sources;
mod texts;
