//! Check: what can be said of a project without collecting it, and a record
//! of what was clean. Writes nothing itself. PURE are the static references in the text
//! of a template ([`references`]) and what a name means ([`manifest_key`],
//! [`plain_path`]).

mod django;
mod jinja;
mod name;
mod names;
mod quoted;
mod reading;
mod record;
mod template;
mod templates;
mod texts;

pub use name::{known_by, looked_up, manifest_key, plain_path};
pub use names::{look_at_names, same_bytes};
pub use reading::StaticReference;
pub use record::Record;
pub use template::{Engine, references};
pub use templates::{Mention, Reader, Templates, mentions};
pub use texts::{Texts, look_at_texts};
