//! Finds the recipes that suit a project, by its apps and its middleware. Knows no values.

use super::recipes::Recipe;

/// What a project says about how it is served.
#[derive(Clone, Copy, Debug)]
pub struct ServingSigns<'a> {
    /// The entries of INSTALLED_APPS.
    pub apps: &'a [&'a str],
    /// The entries of MIDDLEWARE.
    pub middleware: &'a [&'a str],
    /// Whether STATIC_URL is on another host.
    pub is_on_other_host: bool,
    /// Whether settings name a store to publish to, or a storage of django-storages.
    pub has_store: bool,
}

/// Returns two or three recipes: what serves the files, and what runs Django.
pub fn suggestions(signs: ServingSigns<'_>) -> Vec<Recipe> {
    let has = |names: &[&str], start: &str| names.iter().any(|name| name.starts_with(start));
    let mut recipes = Vec::new();
    if signs.has_store || has(signs.apps, "storages") {
        recipes.extend([Recipe::S3, Recipe::Cloudfront]);
    } else if has(signs.middleware, "whitenoise.") {
        recipes.push(Recipe::Whitenoise);
    } else if has(signs.middleware, "servestatic.") {
        recipes.push(Recipe::Servestatic);
    } else if signs.is_on_other_host {
        recipes.extend([Recipe::Nginx, Recipe::Cloudfront]);
    } else {
        recipes.extend([Recipe::Whitenoise, Recipe::Nginx]);
    }
    let is_asynchronous = has(signs.apps, "daphne") || has(signs.apps, "channels");
    recipes.push(if is_asynchronous {
        Recipe::Daphne
    } else {
        Recipe::Gunicorn
    });
    recipes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_follow_apps_and_middleware() {
        let names = |apps: &[&str], middleware: &[&str], is_on_other_host, has_store| {
            let signs = ServingSigns {
                apps,
                middleware,
                is_on_other_host,
                has_store,
            };
            let names: Vec<&str> = suggestions(signs)
                .iter()
                .map(|recipe| recipe.name())
                .collect();
            names.join(" ")
        };
        assert_eq!(names(&[], &[], false, false), "whitenoise nginx gunicorn");
        let middleware = ["whitenoise.middleware.WhiteNoiseMiddleware"];
        assert_eq!(
            names(&["daphne"], &middleware, false, false),
            "whitenoise daphne"
        );
        assert_eq!(
            names(&["storages"], &middleware, false, false),
            "s3 cloudfront gunicorn"
        );
        assert_eq!(
            names(&["channels"], &[], true, false),
            "nginx cloudfront daphne"
        );
        assert_eq!(names(&[], &[], true, true), "s3 cloudfront gunicorn");
        let middleware = ["servestatic.middleware.ServeStaticMiddleware"];
        assert_eq!(
            names(&[], &middleware, false, false),
            "servestatic gunicorn"
        );
    }
}
