//! Converts `TEMPLATES` to the directories in which Django looks templates up, in its order.
//! Reads no directory.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::keys;
use super::problem_list::ProblemList;
use super::reader::Section;
use super::template_loaders::TemplateLoaders;
use crate::model::{App, Code, Problem};
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
        directories.extend(engine_directories(&engine, layers, apps, warnings));
    }
    let mut seen = HashSet::new();
    directories.retain(|directory| seen.insert(directory.clone()));
    directories
}

fn engine_directories(
    engine: &Section<'_>,
    layers: &Layers,
    apps: &[App],
    warnings: &ProblemList,
) -> Vec<PathBuf> {
    let options = engine.table(&keys::TEMPLATE_OPTIONS);
    let has_loaders = options.has("loaders");
    let loaders = TemplateLoaders::new(options.array("loaders"));
    for (loader, span) in loaders.unknown {
        warnings.add_at(span, unknown_loader(loader));
    }
    let reads_dirs = !has_loaders || loaders.reads_dirs;
    let dirs = engine.placed("DIRS").filter(|_| reads_dirs);
    let mut directories = Vec::new();
    for (written, span) in dirs.chain(loaders.directories) {
        let directory = layers.resolve(written);
        if !directory.is_dir() {
            warnings.add_at(span, missing_directory(&directory));
        }
        directories.push(directory);
    }
    if loaders.reads_apps || engine.boolean("APP_DIRS") == Some(true) {
        let jinja2 = engine.text("BACKEND") == Some(JINJA2);
        let name = if jinja2 { "jinja2" } else { "templates" };
        directories.extend(apps.iter().map(|app| app.directory.join(name)));
    }
    directories
}

fn missing_directory(directory: &Path) -> Problem {
    let message = format!("TEMPLATES.DIRS has no directory {}", directory.display());
    Problem::warning(Code::MissingDirectory, message)
        .help("make the directory, or leave the entry if the directory is optional")
}

fn unknown_loader(loader: &str) -> Problem {
    let message = format!("the directories of the template loader {loader} are unknown");
    Problem::warning(Code::UnknownLoader, message)
        .note("templates that only this loader finds are not checked")
        .help("list its directories in DIRS of the settings file, in place of the loader")
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

    #[test]
    fn loaders_in_place_of_dirs_and_app_dirs() {
        let loaders = |loaders: &str| {
            let engine = "[[TEMPLATES]]\nDIRS = [\"site\"]\nOPTIONS.loaders = ";
            let (named, warnings) = directories(&format!("{engine}[{loaders}]\n"));
            let messages = warnings.into_iter().map(|warning| warning.message);
            (named.join(" "), messages.collect::<Vec<_>>())
        };
        let django = |name: &str| format!("\"django.template.loaders.{name}.Loader\"");
        let of_apps = "polls/templates blog/templates";
        for (written, wanted) in [
            (django("filesystem"), "site"),
            (django("app_directories"), of_apps),
            (format!("[{}, [\"site\"]]", django("filesystem")), "site"),
            (
                format!("[{}, [{}]]", django("cached"), django("app_directories")),
                of_apps,
            ),
            (format!("[{}, {{ a = \"b\" }}]", django("locmem")), ""),
        ] {
            assert_eq!(loaders(&written), (wanted.to_owned(), vec![]), "{written}");
        }
        let unknown = ["the directories of the template loader shop.Loader are unknown".to_owned()];
        let other = "[\"shop.Loader\", 3]";
        assert_eq!(loaders(other), ("site".to_owned(), unknown.to_vec()));
    }
}
