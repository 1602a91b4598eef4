//! `staticc schema`: what settings files may hold, for editors.

use super::{Exit, print};
use crate::settings;

/// Runs the verb.
pub fn run() -> Exit {
    print(format!("{:#}\n", settings::schema()).as_bytes())
}
