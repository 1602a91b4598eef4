//! `staticc schema`: what settings files may hold, for editors.

use super::{Exit, print};
use crate::report::console::Console;
use crate::settings;

/// Runs the verb.
pub fn run(console: &mut Console) -> Exit {
    print(
        format!("{:#}\n", settings::schema::schema()).as_bytes(),
        console,
    )
}
