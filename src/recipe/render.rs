//! Puts the values of a project into the template of a recipe. Each value is quoted where it
//! stands, unless the template says `|raw`. Refuses values that the configuration cannot express.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, ErrorKind, Output, State};

use super::quoting::TargetQuoting;
use super::recipes::Recipe;
use super::values::RecipeValues;
use crate::model::{Code, Problem};

/// Returns the configuration, complete with the values of a project.
pub fn render(recipe: Recipe, values: &RecipeValues) -> Result<String, Problem> {
    for (setting, value) in values.named() {
        if let Some(character) = recipe.refused_character(value) {
            return Err(refused(recipe, setting, character));
        }
    }
    let render = || {
        let environment = environment(recipe.quoting())?;
        environment.render_str(recipe.template(), Serde(values))
    };
    render().map_err(|error| {
        let message = format!("the recipe {} cannot be printed: {error:#}", recipe.name());
        Problem::error(Code::BadValue, message).help("report this: it is an error of staticc")
    })
}

/// Returns what knows the language of templates, and quotes values.
fn environment(quoting: TargetQuoting) -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::empty();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.set_formatter(
        move |out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value| {
            let text = value.as_str().ok_or_else(|| {
                minijinja::Error::new(ErrorKind::BadSerialization, "the value is no text")
            })?;
            let quoted = if value.is_safe() {
                text.to_owned()
            } else {
                quoting.quote(text)
            };
            Ok(out.write_str(&quoted)?)
        },
    );
    environment.add_filter("raw", |value: Value| {
        Value::from_safe_string(value.to_string())
    });
    environment.add_filter("regex", |text: String| regex::escape(&text));
    Ok(environment)
}

fn refused(recipe: Recipe, setting: &str, character: char) -> Problem {
    let shown = character.escape_debug();
    let message = format!(
        "{setting} contains '{shown}', which the configuration of {} cannot express",
        recipe.name()
    );
    Problem::error(Code::BadValue, message).help(format!(
        "change {setting}: a name of letters, digits, dots and dashes works everywhere"
    ))
}
