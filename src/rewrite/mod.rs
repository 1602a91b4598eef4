//! Rewriting: references in css and js resolve to assets, texts get their
//! final names, names follow the final texts. PURE: texts in, texts and
//! problems out; knows no disk, no settings file, no STATIC_ROOT.
//!
//! Each text is walked once ([`scan`]): the walk that finds the references
//! also writes the new text, with a placeholder of 12 bytes wherever a
//! fingerprint belongs. Once the targets' fingerprints are known, filling a
//! text in is overwriting those bytes ([`graph`] gives the order).

mod check;
mod collection;
mod faults;
mod graph;
pub mod python; // public for `cargo xtask python-parity`
mod resolve;
mod rules;
mod scan;
mod suggest;
mod survey;

pub use check::{Checker, Dangling, Reading};
pub use collection::{Adjusted, Job, Rewritten, complete, rewrite};
pub use faults::{Elsewhere, TOLD, hint, more, remedy};
pub use python::{clean_name, hashed_name, is_space, normal, normpath, urldefrag, urlsplit};
pub use resolve::{Leftovers, NoLeftovers, Resolver, hashed_path};
pub use rules::Rules;
pub use scan::{Policy, shorten};
pub use suggest::{Likeness, Suggestions};
pub use survey::{Reference, References, Survey, references, survey};
