//! Takes from a project's answers what says how it is served, and names the recipes that suit it.
//! Does not know which recipe suits what.

use crate::django_project::answers::Answers;
use crate::recipe::suggestion::{ServingSigns, suggestions};
use crate::recipe::values::UrlValue;
use crate::settings::Settings;

/// Returns the names of two or three recipes.
pub fn suggested_recipes(answers: &Answers, settings: &Settings) -> Vec<String> {
    let middleware = answers.settings.get("MIDDLEWARE");
    let middleware = middleware.and_then(|setting| setting.value.as_array());
    let middleware: Vec<&str> = middleware
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.as_str())
        .collect();
    let apps = answers.apps.iter().flatten();
    let apps: Vec<&str> = apps.map(|app| &app.entry[..]).collect();
    let static_url = UrlValue::parse("STATIC_URL", &settings.static_url);
    let recipes = suggestions(ServingSigns {
        apps: &apps,
        middleware: &middleware,
        is_on_other_host: static_url.is_ok_and(|url| url.host.is_some()),
        has_store: settings.publish.store.is_some(),
    });
    let names = recipes.iter().map(|recipe| recipe.name().to_owned());
    names.collect()
}
