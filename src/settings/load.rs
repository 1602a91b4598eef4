//! From a settings file and flags to [`Settings`]: everything that is wrong
//! is found in one go. Owns which keys there are and what their defaults
//! are; Django's own checks are in [`super::checks`].

use std::path::{Path, PathBuf};

use super::problems::Problems;
use super::python_env::SearchPath;
use super::reader::{Section, one_of};
use super::text::{Layers, read_layers};
use super::tree::{Node, Table, Value};
use super::{App, Backend, CacheSettings, Level, Settings, StaticDir, apps, checks, fields};
use crate::nouns::{DjangoVersion, Problem};

/// What the command line says about settings.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `KEY=VALUE`, each a line of TOML.
    pub set: Vec<String>,
    /// `--static-root`, relative to the current directory.
    pub static_root: Option<PathBuf>,
    /// `--static-url`.
    pub static_url: Option<String>,
}

/// Settings, and what is odd about them.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// What does not fail the run.
    pub warnings: Vec<Problem>,
}

/// Loads settings from `file`, or from `settings.toml` or `pyproject.toml`
/// in `directory`, the current one.
pub fn load(
    file: Option<&Path>,
    overrides: &Overrides,
    directory: &Path,
) -> Result<Loaded, Vec<Problem>> {
    let layers = read_layers(file, &overrides.set, directory)?;
    let problems = Problems::default();
    let settings = Loader {
        layers: &layers,
        overrides,
        directory,
        problems: &problems,
    }
    .read();
    let mut problems = problems.into_inner();
    match settings {
        Some(settings) if !problems.iter().any(Problem::is_error) => Ok(Loaded {
            settings,
            warnings: problems,
        }),
        _ => {
            problems.sort_by(|a, b| {
                let order = |problem: &Problem| (problem.place.is_none(), problem.place.clone());
                order(a).cmp(&order(b))
            });
            Err(problems)
        }
    }
}

/// Settings of WhiteNoise that matter only when serving.
const SERVING: [&str; 11] = [
    "WHITENOISE_ADD_HEADERS_FUNCTION",
    "WHITENOISE_ALLOW_ALL_ORIGINS",
    "WHITENOISE_AUTOREFRESH",
    "WHITENOISE_CHARSET",
    "WHITENOISE_IMMUTABLE_FILE_TEST",
    "WHITENOISE_INDEX_FILE",
    "WHITENOISE_MAX_AGE",
    "WHITENOISE_MIMETYPES",
    "WHITENOISE_ROOT",
    "WHITENOISE_STATIC_PREFIX",
    "WHITENOISE_USE_FINDERS",
];

const BACKENDS: [(&str, Backend); 4] = [
    (
        "whitenoise.storage.CompressedManifestStaticFilesStorage",
        Backend::CompressedManifest,
    ),
    (
        "whitenoise.storage.CompressedStaticFilesStorage",
        Backend::Compressed,
    ),
    (
        "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
        Backend::Manifest,
    ),
    (
        "django.contrib.staticfiles.storage.StaticFilesStorage",
        Backend::Plain,
    ),
];

struct Loader<'a> {
    layers: &'a Layers,
    overrides: &'a Overrides,
    directory: &'a Path,
    problems: &'a Problems,
}

impl<'a> Loader<'a> {
    fn read(&self) -> Option<Settings> {
        let top = Section::new("", Some(&self.layers.table), self.problems);
        let staticc = Section::new("staticc", top.table("staticc"), self.problems);
        let search = self.search_path(&staticc);
        let django = self.django(&staticc, &search);
        let (backend, storage) = self.storage(&top, django);
        let options = Section::new("STORAGES.staticfiles.OPTIONS", storage, self.problems);
        let _ = options.boolean("manifest_strict");
        // Chains of any depth resolve, so that the limit has no meaning.
        let _ = options.integer("max_post_process_passes", 0, i64::from(u32::MAX));
        let _ = top.boolean("WHITENOISE_MANIFEST_STRICT");
        for key in SERVING {
            let _ = top.node(key);
        }
        let checked = checks::check(
            &checks::Written {
                static_url: self
                    .overrides
                    .static_url
                    .as_deref()
                    .or(top.text("STATIC_URL")),
                script_name: top.text("FORCE_SCRIPT_NAME"),
                base_url: options.text("base_url"),
                static_root: self.static_root(&top, "STATIC_ROOT", true),
                location: self.static_root(&options, "location", false),
                media_url: top.text("MEDIA_URL"),
                media_root: top.text("MEDIA_ROOT").map(|root| self.resolve(root)),
                debug: top.boolean("DEBUG").unwrap_or(false),
            },
            self.problems,
        );
        let static_dirs = self.static_dirs(&top);
        if let Some(checked) = &checked {
            checks::check_dirs(&static_dirs, &checked.setting, self.problems);
        }
        let static_dirs = static_dirs.into_iter().map(|(dir, _)| dir).collect();
        let mut ignore_patterns = Vec::new();
        for (pattern, _) in staticc.texts("ignore_patterns").unwrap_or_default() {
            ignore_patterns.push(pattern.to_owned());
        }
        let modes = |key, option| {
            let upload = fields::mode(&top, key);
            fields::mode(&options, option).or(upload)
        };
        // Everything is read before anything is given up, for its problems.
        let settings = Settings {
            static_url: String::new(),
            static_root: PathBuf::new(),
            finders: fields::finders(&top),
            static_dirs,
            apps: self.apps(&top, &staticc, &search),
            ignore_patterns,
            backend,
            file_mode: modes("FILE_UPLOAD_PERMISSIONS", "file_permissions_mode")
                .unwrap_or(Some(0o644)),
            directory_mode: modes(
                "FILE_UPLOAD_DIRECTORY_PERMISSIONS",
                "directory_permissions_mode",
            )
            .unwrap_or(None),
            manifest_name: fields::manifest_name(&options),
            js_aggregation: options
                .boolean("support_js_module_import_aggregation")
                .unwrap_or(false),
            keep_only_hashed: top
                .boolean("WHITENOISE_KEEP_ONLY_HASHED_FILES")
                .unwrap_or(false),
            skip_compress_extensions: fields::skip_extensions(&top),
            django,
            missing_references: staticc
                .word("missing_references", &fields::LEVELS)
                .unwrap_or(Level::Error),
            allow: fields::allow(&staticc, self.problems),
            compression: fields::compression(&staticc, self.problems),
            cache: self.cache(&staticc),
        };
        let settings = checked.map(|checked| Settings {
            static_url: checked.static_url,
            static_root: checked.location,
            ..settings
        });
        options.finish(|_| None);
        staticc.finish(|_| None);
        top.finish(|key| {
            let django_setting = key.len() > 3
                && key
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
            django_setting.then(|| {
                "staticc reads only the settings that collectstatic needs: remove this one"
                    .to_owned()
            })
        });
        settings
    }

    /// A path in the settings, relative to the settings file.
    fn resolve(&self, path: &str) -> PathBuf {
        absolute(&self.layers.directory, Path::new(path))
    }

    fn static_root(&self, section: &Section<'_>, key: &'static str, flag: bool) -> Option<PathBuf> {
        let written = section.text(key).filter(|root| !root.is_empty());
        match &self.overrides.static_root {
            Some(root) if flag => Some(absolute(self.directory, root)),
            _ => written.map(|root| self.resolve(root)),
        }
    }

    /// `python_path`, or where Python environments usually are.
    fn search_path(&self, staticc: &Section<'_>) -> SearchPath {
        let mut entries = Vec::new();
        if let Some(written) = staticc.texts("python_path") {
            for (path, node) in written {
                let path = self.resolve(path);
                if !path.is_dir() {
                    let message = format!("python_path has no directory {}", path.display());
                    self.problems
                        .add_at(&node.spot, Problem::warning("missing-directory", message));
                }
                entries.push(path);
            }
        } else {
            entries.push(self.layers.directory.clone());
            entries.extend(std::env::var_os("VIRTUAL_ENV").map(PathBuf::from));
            entries.extend([".venv", "venv"].map(|name| self.layers.directory.join(name)));
            entries.retain(|entry| entry.is_dir());
        }
        SearchPath::new(&entries)
    }

    /// Whose rules: as written, else those of the Django that is installed.
    fn django(&self, staticc: &Section<'_>, search: &SearchPath) -> DjangoVersion {
        let feature = |version: &str| {
            let mut parts = version.split('.');
            let release = [parts.next()?, parts.next()?].join(".");
            release.parse::<DjangoVersion>().ok()
        };
        if let Some(text) = staticc.text("django") {
            let known: Vec<(&str, ())> =
                DjangoVersion::ALL.map(|known| (known.as_str(), ())).into();
            return feature(text).unwrap_or_else(|| {
                if let Some(node) = staticc.node("django") {
                    let _: Option<()> = staticc.refused("django", node, &one_of(&known));
                }
                DjangoVersion::NEWEST
            });
        }
        let Some(installed) = search.django_version() else {
            return DjangoVersion::NEWEST;
        };
        feature(&installed).unwrap_or_else(|| {
            let newest = DjangoVersion::NEWEST;
            self.problems.add(
                Problem::warning(
                    "unknown-django",
                    format!("Django {installed} is installed, whose rules are not known; using those of {newest}"),
                )
                .cure("state the nearest one: [staticc] django = \"…\""),
            );
            newest
        })
    }

    /// The backend and its options.
    fn storage(&self, top: &Section<'a>, django: DjangoVersion) -> (Backend, Option<&'a Table>) {
        let default = Backend::CompressedManifest;
        let old = top.word("STATICFILES_STORAGE", &BACKENDS);
        if let Some(node) = top.node("STATICFILES_STORAGE") {
            if django >= DjangoVersion::V5_1 {
                let message = format!("STATICFILES_STORAGE does not exist in Django {django}");
                self.problems.add_at(
                    &node.spot,
                    Problem::error("bad-value", message).cure("use [STORAGES.staticfiles] BACKEND"),
                );
            } else if top.has("STORAGES") {
                let message = "STATICFILES_STORAGE/STORAGES are mutually exclusive.";
                self.problems
                    .add_at(&node.spot, Problem::error("bad-value", message));
            }
        }
        let Some(storages) = top.table("STORAGES") else {
            return (old.unwrap_or(default), None);
        };
        let aliases = Section::new("STORAGES", Some(storages), self.problems);
        let Some(storage) = aliases.table("staticfiles") else {
            if let Some(node) = top.node("STORAGES").filter(|_| !aliases.has("staticfiles")) {
                let message = "The STORAGES setting must define a 'staticfiles' storage.";
                self.problems
                    .add_at(&node.spot, Problem::error("staticfiles.E005", message));
            }
            return (default, None);
        };
        let section = Section::new("STORAGES.staticfiles", Some(storage), self.problems);
        let backend = section.word("BACKEND", &BACKENDS).unwrap_or(default);
        let options = section.table("OPTIONS");
        section.finish(|_| None);
        (backend, options)
    }

    /// `[staticc.cache]`.
    fn cache(&self, staticc: &Section<'_>) -> CacheSettings {
        let section = Section::new("staticc.cache", staticc.table("cache"), self.problems);
        let cache = CacheSettings {
            dir: section.text("dir").map(|dir| self.resolve(dir)),
            max_size: fields::max_size(&section),
        };
        section.finish(|_| None);
        cache
    }

    fn static_dirs(&self, top: &Section<'_>) -> Vec<(StaticDir, Node)> {
        let mut dirs = Vec::new();
        for node in top.array("STATICFILES_DIRS").unwrap_or_default() {
            let Some((prefix, written)) = prefix_and_root(&node.value) else {
                let wanted = "an array of directories or [prefix, directory]";
                let _: Option<()> = top.mistyped("STATICFILES_DIRS", node, wanted);
                continue;
            };
            let root = self.resolve(&written);
            dirs.push((
                StaticDir {
                    prefix,
                    root,
                    written,
                },
                node.clone(),
            ));
        }
        dirs
    }

    /// `INSTALLED_APPS`, each located.
    fn apps(&self, top: &Section<'_>, staticc: &Section<'_>, search: &SearchPath) -> Vec<App> {
        let entries = top.texts("INSTALLED_APPS").unwrap_or_default();
        let stated = Section::new(
            "staticc.app_directories",
            staticc.table("app_directories"),
            self.problems,
        );
        for (key, spot, node) in staticc
            .table("app_directories")
            .iter()
            .flat_map(|table| &table.0)
        {
            if !matches!(node.value, Value::Text(_)) {
                let _: Option<()> = stated.mistyped(key, node, "a string");
            }
            if !entries.iter().any(|(entry, _)| entry == key) {
                let message =
                    format!("app_directories names {key:?}, which is not in INSTALLED_APPS");
                self.problems
                    .add_at(spot, Problem::error("bad-value", message));
            }
        }
        let directories = staticc.table("app_directories");
        let mut located = Vec::new();
        for (entry, node) in entries {
            let directory = directories.and_then(|table| table.get(entry));
            let app = match directory.map(|directory| &directory.value) {
                Some(Value::Text(directory)) => Ok(App {
                    entry: entry.to_owned(),
                    name: entry.to_owned(),
                    label: None,
                    directory: self.resolve(directory),
                }),
                _ => apps::locate(entry, search),
            };
            match app {
                Ok(app) => located.push(app),
                Err(problem) => self.problems.add_at(&node.spot, problem),
            }
        }
        for problem in apps::check_unique(&located) {
            self.problems.add(problem);
        }
        located
    }
}

/// A directory, or a prefix and a directory.
fn prefix_and_root(value: &Value) -> Option<(String, String)> {
    let text = |value: &Value| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    match value {
        Value::Array(pair) if pair.len() == 2 => {
            Some((text(&pair[0].value)?, text(&pair[1].value)?))
        }
        value => Some((String::new(), text(value)?)),
    }
}

/// `os.path.abspath` of a path that is relative to `directory`.
fn absolute(directory: &Path, path: &Path) -> PathBuf {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let joined = directory.join(path);
    let normal = crate::rewrite::normpath(joined.as_os_str().as_bytes());
    PathBuf::from(OsStr::from_bytes(&normal))
}
