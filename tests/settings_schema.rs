//! The schema of the settings: it is one, it is published, and it agrees with
//! the program on what settings may hold.

use std::fs;
use std::path::Path;

use serde_json::Value;
use staticc::settings::layers::SettingsSource;
use staticc::settings::load::{Overrides, load};

use crate::support::fixtures::cases;
use crate::support::project::Project;
use crate::support::project::staticc;

/// What `staticc schema` prints.
fn printed() -> String {
    let output = staticc().arg("schema").output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// What is wrong with this settings text.
fn faults(schema: &Value, settings: &str) -> Vec<String> {
    let settings: toml::Value = toml::from_str(settings).unwrap();
    let settings = serde_json::to_value(settings).unwrap();
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors = validator.iter_errors(&settings);
    errors.map(|error| error.to_string()).collect()
}

/// All keys outside of arrays by their full names, each with its schema.
fn keys() -> Vec<(String, Value)> {
    fn add(schema: &Value, prefix: &str, keys: &mut Vec<(String, Value)>) {
        let properties = schema["properties"].as_object();
        for (key, schema) in properties.into_iter().flatten() {
            let name = format!("{prefix}{key}");
            add(schema, &format!("{name}."), keys);
            keys.push((name, schema.clone()));
        }
    }
    let mut keys = Vec::new();
    add(&staticc::settings::schema::schema(), "", &mut keys);
    keys
}

#[test]
fn schema_is_valid_and_documented() {
    let schema: Value = serde_json::from_str(&printed()).unwrap();
    assert_eq!(schema, staticc::settings::schema::schema());
    jsonschema::draft7::meta::validate(&schema).unwrap();
    for (key, schema) in keys() {
        let about = schema["description"].as_str().unwrap_or_default();
        assert!(about.ends_with('.'), "{key} has no sentence: {schema}");
    }
}

#[test]
fn published_schema_equals_the_printed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/settings.schema.json");
    if std::env::var_os("STATICC_BLESS").is_some() {
        fs::write(&path, printed()).unwrap();
    }
    let published = fs::read_to_string(path).unwrap_or_default();
    assert!(published == printed(), "STATICC_BLESS=1 cargo test schema");
}

/// No fixture case has settings that the schema refuses.
#[test]
fn fixture_settings_match_the_schema() {
    let schema = staticc::settings::schema::schema();
    for case in cases() {
        let settings = fs::read_to_string(case.join("settings.toml")).unwrap();
        assert_eq!(faults(&schema, &settings), [""; 0], "{}", case.display());
    }
}

/// A key stands there with its table, or below a heading of that table.
#[test]
fn documentation_lists_every_key() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/settings.md");
    let page = fs::read_to_string(page).unwrap();
    for (key, schema) in keys() {
        let is_table = schema.get("properties").is_some();
        if is_table || schema["description"] == "Only for serving; accepted and unused." {
            continue;
        }
        let name = key.rsplit('.').next().unwrap();
        let table = format!("[{key}]");
        let is_listed = page.contains(&format!("{name}`")) || page.contains(&table);
        assert!(is_listed, "{key}");
    }
}

#[test]
fn documented_settings_match_the_schema() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/settings.md");
    let page = fs::read_to_string(page).unwrap();
    let blocks: Vec<&str> = page.split("```toml\n").skip(1).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let (settings, _) = block.split_once("```").unwrap();
        assert_eq!(
            faults(&staticc::settings::schema::schema(), settings),
            [""; 0]
        );
    }
}

/// To set a setting to its documented default changes nothing.
#[test]
fn schema_defaults_are_the_defaults() {
    let project = Project::with_text_file();
    let settings = |set: Vec<String>| {
        let overrides = Overrides {
            set,
            ..Overrides::default()
        };
        let loaded = load(SettingsSource::Default, &overrides, &project.path("")).unwrap();
        format!("{:?}", loaded.settings)
    };
    let usual = settings(Vec::new());
    let mut stated = 0;
    for (key, schema) in keys() {
        if let Some(default) = schema.get("default") {
            // As JSON writes them, TOML does.
            assert_eq!(settings(vec![format!("{key} = {default}")]), usual, "{key}");
            stated += 1;
        }
    }
    assert!(stated > 10, "only {stated} defaults are stated");
}

/// The keys that have a type.
pub fn typed() -> impl Iterator<Item = String> {
    let typed = |schema: &Value| schema.get("type").or(schema.get("anyOf")).is_some();
    let keys = keys().into_iter().filter(move |(_, schema)| typed(schema));
    keys.map(|(key, _)| key)
}

/// That staticc refuses them as well is tested in `hostile_input/settings.rs`.
#[test]
fn schema_refuses_wrong_types_of_every_key() {
    let schema = staticc::settings::schema::schema();
    for key in typed() {
        let settings = format!("{key} = [true]\n");
        assert_ne!(faults(&schema, &settings), [""; 0], "{settings}");
    }
}

#[test]
fn schema_and_program_refuse_the_same() {
    let schema = staticc::settings::schema::schema();
    let start = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n";
    for bad in [
        // Unknown keys, at every level.
        "STATIC_ROTO = \"x\"",
        "DATABASES = {}",
        "STORAGES.staticfiles.BACKED = \"x\"",
        "STORAGES.staticfiles.OPTIONS.locatoin = \"x\"",
        "staticc.djnago = \"5.2\"",
        "staticc.cache.dri = \"x\"",
        "staticc.compression.brotli_qality = 3",
        "staticc.compression.rule = [{ path = \"a\", qality = 3 }]",
        "staticc.allow = [{ path = \"a\", lvl = \"warn\" }]",
        "TEMPLATES = [{ DIR = [\"a\"] }]",
        // Keys that are missing.
        "staticc.allow = [{}]",
        "staticc.compression.rule = [{ brotli_quality = 3 }]",
        // Words.
        "STORAGES.staticfiles.BACKEND = \"x.Y\"",
        "STATICFILES_FINDERS = [\"x.Y\"]",
        "staticc.missing_references = \"wrn\"",
        "staticc.missing_references.css = \"wrn\"",
        "staticc.missing_references.csss = \"warn\"",
        "staticc.missing_references = 1",
        "staticc.allow = [{ path = \"a\", level = \"error\" }]",
        "staticc.allow = [{ path = \"a\", kind = \"html\" }]",
        "staticc.allow = [{ path = \"a\", target = 1 }]",
        "staticc.compression.encodings = [\"br\", \"deflate\"]",
        "staticc.django = \"7.0\"",
        "staticc.django = \"5\"",
        // Numbers.
        "FILE_UPLOAD_PERMISSIONS = 0o10000",
        "FILE_UPLOAD_PERMISSIONS = -1",
        "FILE_UPLOAD_PERMISSIONS = \"none\"",
        "FILE_UPLOAD_PERMISSIONS = 1.5",
        "staticc.compression.brotli_quality = 12",
        "staticc.compression.brotli_quality = 1.5",
        "staticc.compression.min_saving = 1.5",
        "staticc.compression.min_saving = 2",
        "staticc.compression.min_saving = -0.1",
        "staticc.cache.max_size = \"lots\"",
        "staticc.cache.max_size = \"2 GX\"",
        "staticc.cache.max_size = 2000",
        "STORAGES.staticfiles.OPTIONS.max_post_process_passes = -1",
        // Strings.
        "STORAGES.staticfiles.OPTIONS.manifest_name = \"\"",
        "STORAGES.staticfiles.OPTIONS.manifest_name = \"/a\"",
        "STORAGES.staticfiles.OPTIONS.manifest_name = \"a/../b\"",
        "STORAGES.staticfiles.OPTIONS.manifest_name = \"a//b\"",
        "STORAGES.staticfiles.OPTIONS.manifest_name = \"./a\"",
        "STORAGES.staticfiles.OPTIONS.manifest_name = \"a\\u0000b\"",
        "STORAGES.staticfiles.OPTIONS.manifest_name = '..\\a'",
        "STORAGES.staticfiles.OPTIONS.manifest_name = 'a\\..\\..\\b'",
        "STORAGES.staticfiles.OPTIONS.manifest_name = '\\a'",
        "DEBUG = \"true\"",
        // Arrays and tables.
        "INSTALLED_APPS = \"polls\"",
        "INSTALLED_APPS = [1]",
        "STATICFILES_DIRS = [1]",
        "STATICFILES_DIRS = [[\"a\"]]",
        "STATICFILES_DIRS = [[\"a\", \"b\", \"c\"]]",
        "STATICFILES_DIRS = [[\"a\", 1]]",
        "WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [1]",
        "WHITENOISE_SKIP_COMPRESS_EXTENSIONS = true",
        "STORAGES = []",
        "staticc.app_directories = { a = 1 }",
        "staticc.allow = {}",
        "TEMPLATES = {}",
        "TEMPLATES = [{ DIRS = \"a\" }]",
        "TEMPLATES = [{ DIRS = [1] }]",
        "TEMPLATES = [{ APP_DIRS = \"yes\" }]",
        "TEMPLATES = [{ OPTIONS = 1 }]",
        "TEMPLATES = [{ OPTIONS = { loaders = \"x.Loader\" } }]",
        "TEMPLATES = [{ OPTIONS = { loaders = [1] } }]",
        "staticc.allow = [1]",
        "staticc.allow = [{ path = 1 }]",
        "staticc.compression.rule = [{ path = \"a\", min_saving = \"x\" }]",
    ] {
        let settings = format!("{start}{bad}\n");
        assert_ne!(
            faults(&schema, &settings),
            [""; 0],
            "the schema takes {bad}"
        );
        let project = Project::with_text_file();
        project.write("settings.toml", &settings);
        project
            .collect()
            .failure(2)
            .stderr(["error: settings.toml:3:"]);
    }
}

#[test]
fn schema_and_program_accept_the_same() {
    let schema = staticc::settings::schema::schema();
    let start = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n";
    for good in [
        "FILE_UPLOAD_PERMISSIONS = \"umask\"",
        "FILE_UPLOAD_PERMISSIONS = 0o7777",
        "STATICFILES_DIRS = [\"a\", [\"b\", \"c\"]]",
        "WHITENOISE_SKIP_COMPRESS_EXTENSIONS = \"abc\"",
        "WHITENOISE_MAX_AGE = 1979-05-27",
        "STORAGES = { staticfiles = {}, default = { BACKEND = \"x\" } }",
        "STORAGES.staticfiles.OPTIONS.manifest_name = \".a/..b/c..d\"",
        "staticc.django = \"5.2.1\"",
        "TEMPLATES = [{ BACKEND = \"x.Y\", NAME = \"y\", OPTIONS = { a = 1979-05-27 } }]",
        "TEMPLATES = [{ OPTIONS = { loaders = [\"x.Loader\", [\"y.Loader\", [\"d\"]]] } }]",
        "staticc.app_directories = {}",
        "staticc.compression.min_saving = 1",
        "staticc.cache.max_size = \"1.5gib\"",
        "staticc.cache.max_size = \"1048576\"",
        "staticc.cache.max_size = \"500 k\"",
        "staticc.allow = [{ path = \"a\", kind = \"css\", level = \"ignore\" }]",
        "staticc.allow = [{ path = \"a\", target = \"b/**\", kind = \"template\" }]",
    ] {
        let settings = format!("{start}{good}\n");
        assert_eq!(faults(&schema, &settings), [""; 0], "{good}");
        let project = Project::with_text_file();
        project.write("settings.toml", &settings);
        project.collect().success();
    }
}
