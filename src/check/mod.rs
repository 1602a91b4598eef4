//! Check: what can be said of a project without collecting it, and a record
//! of what was clean. Writes nothing itself. PURE are the static references in the text
//! of a template ([`references`]) and what a name means ([`manifest_key`],
//! [`plain_path`]).

pub mod name;
pub mod names;
pub mod templates;
pub mod texts;
