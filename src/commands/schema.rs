//! `staticc schema`: prints the JSON Schema of settings files, for editors.

use super::context::Context;
use super::outcome::{Exit, Outcome};
use crate::settings;

pub fn run(context: &Context) -> Outcome {
    let schema = format!("{:#}\n", settings::schema::schema());
    context.console.print(schema.as_bytes());
    Ok(Exit::Done)
}
