//! `staticc recipe`: prints the configuration of a server that serves STATIC_ROOT, or lists all
//! configurations.

use super::context::Context;
use super::outcome::{Exit, Failure, Outcome};
use crate::cli::RecipeArgs;
use crate::pipeline::recipe_values::recipe_values;
use crate::recipe::recipes::Recipe;
use crate::recipe::render::render;

pub fn run(context: &mut Context, args: &RecipeArgs) -> Outcome {
    let Some(recipe) = args.name else {
        context.console.print(list().as_bytes());
        return Ok(Exit::Done);
    };
    let settings = context.load_settings(&args.project, None)?;
    let values = recipe_values(&settings, &context.directory).map_err(Failure::usage)?;
    let text = render(recipe, &values).map_err(Failure::usage)?;
    context.console.print(text.as_bytes());
    Ok(Exit::Done)
}

/// Returns a line for each recipe.
fn list() -> String {
    let lines = Recipe::ALL
        .iter()
        .map(|recipe| format!("{:12}{}\n", recipe.name(), recipe.summary()));
    lines.collect()
}
