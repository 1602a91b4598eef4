//! `staticc schema`: prints the JSON Schema of settings files, for editors.

use super::context::Context;
use super::outcome::Outcome;
use crate::settings;

pub fn run(context: &Context) -> Outcome {
    context.print(format!("{:#}\n", settings::schema::schema()).as_bytes())
}
