//! `docs/deploy/` against what `staticc recipe` prints, and recipes for settings that nobody
//! should have. `xtask serve` runs servers with them.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use globset::Glob;
use proptest::prelude::*;
use staticc::model::Encoding;
use staticc::recipe::quoting::TargetQuoting;
use staticc::recipe::recipes::Recipe;
use staticc::recipe::render::render;
use staticc::recipe::values::{MediaValues, ProjectValues, RecipeValues, UrlValue};

/// The values of the documentation.
fn values() -> RecipeValues {
    let values = RecipeValues {
        static_url: UrlValue::parse("STATIC_URL", "/static/").unwrap(),
        static_root: "/srv/mysite/static".to_owned(),
        media: Some(MediaValues {
            path: "/media/".to_owned(),
            root: "/srv/mysite/media".to_owned(),
        }),
        backend: "whitenoise.storage.CompressedManifestStaticFilesStorage".to_owned(),
        manifest: "staticfiles.json".to_owned(),
        brotli: false,
        gzip: false,
        keep_only_hashed: false,
        prehashed: Vec::new(),
        project: ProjectValues {
            directory: "/srv/mysite".to_owned(),
            package: "mysite".to_owned(),
            package_directory: "mysite".to_owned(),
            settings_module: "mysite.settings".to_owned(),
            is_known: true,
        },
    };
    values.with_encodings(&[Encoding::Brotli, Encoding::Gzip])
}

fn pages() -> Vec<PathBuf> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/deploy");
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn printed(recipe: Recipe, values: &RecipeValues) -> String {
    render(recipe, values).unwrap()
}

/// `STATICC_BLESS=1` puts the recipes into the pages.
#[test]
fn pages_show_every_recipe_as_it_is_printed() {
    let bless = std::env::var_os("STATICC_BLESS").is_some();
    let mut shown = BTreeSet::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let mut parts = text.split("<!-- staticc recipe ");
        let mut wanted = parts.next().unwrap().to_owned();
        for part in parts {
            let (name, rest) = part.split_once(" -->\n```").unwrap();
            let (language, rest) = rest.split_once('\n').unwrap();
            let rest = rest
                .strip_prefix("```")
                .or(rest.split_once("\n```").map(|(_, end)| end));
            let recipe = Recipe::ALL.iter().find(|recipe| recipe.name() == name);
            let recipe = printed(*recipe.unwrap(), &values());
            let marker = format!("<!-- staticc recipe {name} -->\n```{language}\n");
            wanted.extend([marker, recipe, format!("```{}", rest.unwrap())]);
            assert!(shown.insert(name.to_owned()), "{name} is shown twice");
        }
        if bless {
            fs::write(&page, wanted).unwrap();
        } else {
            assert!(
                text == wanted,
                "{}: run STATICC_BLESS=1 cargo test",
                page.display()
            );
        }
    }
    let names = Recipe::ALL.iter().map(|recipe| recipe.name().to_owned());
    assert_eq!(shown, names.collect());
}

#[test]
fn templates_say_nothing_of_encodings_that_are_not_there() {
    let values = values().with_encodings(&[]);
    for recipe in [Recipe::Nginx, Recipe::Apache, Recipe::Caddy] {
        let text = printed(recipe, &values);
        for word in [
            "brotli_static",
            "gzip_static",
            "AddEncoding",
            "precompressed",
        ] {
            assert!(!text.contains(word), "{text}");
        }
    }
}

#[test]
fn static_files_of_another_host_may_be_used_by_pages() {
    let mut values = values();
    values.static_url = UrlValue::parse("STATIC_URL", "https://cdn.example.com/s/").unwrap();
    for recipe in [
        Recipe::Nginx,
        Recipe::Apache,
        Recipe::Caddy,
        Recipe::Starlette,
    ] {
        let text = printed(recipe, &values);
        assert!(text.contains("Access-Control-Allow-Origin"), "{text}");
        assert!(
            recipe == Recipe::Starlette || text.contains("\"cdn.example.com\""),
            "{text}"
        );
        assert!(
            !text.contains("8000") || recipe == Recipe::Starlette,
            "{text}"
        );
    }
}

#[test]
fn files_with_a_fingerprint_of_a_bundler_are_immutable() {
    let globs = [Glob::new("assets/*-????????.js").unwrap()];
    let values = values().with_prehashed(&globs);
    let expected = [
        (
            Recipe::Nginx,
            r#""~^/static/assets/.*\\-........\\.js$" "max-age=315360000"#,
        ),
        (
            Recipe::Apache,
            r#"<LocationMatch "^/static/assets/.*\\-........\\.js(\\.br|\\.gz)?$">"#,
        ),
        (Recipe::Caddy, r#"path_regexp "^/assets/.*\-........\.js$""#),
        (
            Recipe::Whitenoise,
            r#""^/static/assets/.*\\-........\\.js$","#,
        ),
        (
            Recipe::Starlette,
            r#"PREHASHED = re.compile("assets/.*\\-........\\.js|""#,
        ),
    ];
    for (recipe, line) in expected {
        let text = printed(recipe, &values);
        assert!(text.contains(line), "{text}");
    }
}

/// The values of a line in double quotes, as nginx, Apache and Caddy read it.
fn quoted(line: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut characters = line.chars();
    while characters.by_ref().any(|character| character == '"') {
        let mut value = String::new();
        while let Some(character) = characters.next().filter(|&character| character != '"') {
            match character {
                '\\' => value.extend(characters.next()),
                other => value.push(other),
            }
        }
        values.push(value);
    }
    values
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A value stays one value, or the recipe is refused with the name of its setting.
    #[test]
    fn odd_directories_are_quoted_or_refused(name in "[ -~é\n\t]{1,12}") {
        let mut odd = values();
        odd.static_root = format!("/srv/{name}");
        let with_slash = format!("{}/", odd.static_root);
        for &recipe in Recipe::ALL {
            let text = match render(recipe, &odd) {
                Ok(text) => text,
                Err(problem) => {
                    prop_assert!(problem.message.starts_with("STATIC_ROOT contains"));
                    continue;
                }
            };
            prop_assert_eq!(text.lines().count(), printed(recipe, &values()).lines().count());
            let start = match recipe {
                Recipe::Nginx => "alias ",
                Recipe::Apache => "Alias ",
                _ => continue,
            };
            let line = text.lines().find(|line| line.trim_start().starts_with(start)).unwrap();
            let found = quoted(line);
            prop_assert_eq!(found.last(), Some(&with_slash));
        }
    }
}

#[test]
fn characters_that_end_a_value_are_quoted_or_refused() {
    for character in ['"', '\'', '$', ';', '{', '\n', '\\', ' ', 'é'] {
        for quoting in [
            TargetQuoting::Nginx,
            TargetQuoting::Apache,
            TargetQuoting::Caddy,
            TargetQuoting::Python,
        ] {
            let quoted = quoting.quote(&format!("a{character}b"));
            let is_safe = quoted.starts_with('"') && quoted.ends_with('"');
            assert!(is_safe || quoting.refuses(character), "{quoted}");
        }
    }
}
