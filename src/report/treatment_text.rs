//! Says in words how a file is treated that is not treated as others are. Knows no streams.

use std::path::Path;

use super::paths::relative;
use super::text::clean;
use crate::model::{PrehashedBy, Treatment};

/// Returns why the file's name or text stays, or `None` if neither does. Paths are shown relative
/// to `directory`.
pub(super) fn treatment_text(treatment: &Treatment, directory: &Path) -> Option<String> {
    Some(match treatment {
        Treatment::Rewrite => return None,
        Treatment::NoRewrite => "staticc.no_rewrite keeps its text".to_owned(),
        Treatment::NoHash => "staticc.no_hash keeps its name".to_owned(),
        Treatment::Prehashed(PrehashedBy::Setting) => {
            "staticc.prehashed says that its name has a hash".to_owned()
        }
        Treatment::Prehashed(PrehashedBy::Manifest(manifest)) => {
            let manifest = clean(&relative(manifest, directory).to_string_lossy());
            format!("{manifest} says that its name has a hash")
        }
    })
}
