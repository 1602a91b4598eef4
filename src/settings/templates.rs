//! Converts `TEMPLATES` to the directories in which Django looks templates up, in its order.
//! Reads no directory.

use std::collections::HashSet;
use std::path::PathBuf;

use super::keys;
use super::problem_list::ProblemList;
use super::reader::Section;
use crate::model::Problem;
use crate::model::{App, Code};
use crate::settings::layers::Layers;

/// Django's backend that looks in the directories `jinja2` of apps.
pub const JINJA2: &str = "django.template.backends.jinja2.Jinja2";

/// Returns the directories, each once. Those of `DIRS` that do not exist are added to `warnings`.
pub fn directories(
    top: &Section<'_>,
    layers: &Layers,
    apps: &[App],
    warnings: &ProblemList,
) -> Vec<PathBuf> {
    let mut directories = Vec::new();
    if !top.has("TEMPLATES") {
        directories.push(layers.resolve("templates"));
        for app in apps {
            directories.extend(["templates", "jinja2"].map(|name| app.directory.join(name)));
        }
    }
    for (engine, _) in top.tables(&keys::TEMPLATES) {
        for (written, span) in engine.placed("DIRS") {
            let directory = layers.resolve(written);
            if !directory.is_dir() {
                let message = format!("TEMPLATES.DIRS has no directory {}", directory.display());
                let problem = Problem::warning(Code::MissingDirectory, message)
                    .help("make the directory, or leave the entry if the directory is optional");
                warnings.add_at(span, problem);
            }
            directories.push(directory);
        }
        if engine.boolean("APP_DIRS") == Some(true) {
            let jinja2 = engine.text("BACKEND") == Some(JINJA2);
            let name = if jinja2 { "jinja2" } else { "templates" };
            directories.extend(apps.iter().map(|app| app.directory.join(name)));
        }
    }
    let mut seen = HashSet::new();
    directories.retain(|directory| seen.insert(directory.clone()));
    directories
}

#[cfg(test)]
mod tests {
    use crate::model::Code;
    use std::fs;

    use crate::model::Problem;
    use crate::settings::layers::SettingsSource;
    use crate::settings::load::{Overrides, load};

    /// The directories of a project with two apps, and what is odd about them.
    fn directories(templates: &str) -> (Vec<String>, Vec<Problem>) {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path();
        for app in ["polls", "blog"] {
            fs::create_dir(base.join(app)).unwrap();
            fs::write(base.join(app).join("__init__.py"), "").unwrap();
        }
        fs::create_dir(base.join("site")).unwrap();
        let settings = format!(
            "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n\
             INSTALLED_APPS = [\"polls\", \"blog\"]\n{templates}\n\
             [staticc]\npython_path = [\".\"]\n"
        );
        fs::write(base.join("settings.toml"), settings).unwrap();
        let loaded = load(SettingsSource::Default, &Overrides::default(), base).unwrap();
        let named = loaded.settings.template_dirs.iter().map(|directory| {
            let relative = directory.strip_prefix(base).unwrap();
            relative.to_str().unwrap().to_owned()
        });
        assert_eq!(loaded.warnings, []);
        (named.collect(), loaded.template_warnings)
    }

    #[test]
    fn without_templates_the_usual_places() {
        let (named, warnings) = directories("");
        let wanted = [
            "templates",
            "polls/templates",
            "polls/jinja2",
            "blog/templates",
            "blog/jinja2",
        ];
        assert_eq!(named, wanted);
        assert_eq!(warnings, []);
        assert_eq!(directories("TEMPLATES = []").0, [""; 0]);
    }

    #[test]
    fn each_engine_in_its_order() {
        let (named, warnings) = directories(
            "[[TEMPLATES]]\nDIRS = [\"site\", \"none\"]\nAPP_DIRS = true\n\
             OPTIONS = { context_processors = [\"x.y\"] }\n\
             [[TEMPLATES]]\nBACKEND = \"django.template.backends.jinja2.Jinja2\"\n\
             NAME = \"other\"\nDIRS = [\"./site\"]\nAPP_DIRS = true\n\
             [[TEMPLATES]]\nBACKEND = \"x.Engine\"\n",
        );
        let wanted = [
            "site",
            "none",
            "polls/templates",
            "blog/templates",
            "polls/jinja2",
            "blog/jinja2",
        ];
        assert_eq!(named, wanted);
        let [warning] = &warnings[..] else {
            panic!("{warnings:?}");
        };
        assert_eq!(warning.code, Code::MissingDirectory);
        let place = warning.span.as_ref().unwrap();
        assert_eq!((place.line, place.column), (5, 17));
    }
}
