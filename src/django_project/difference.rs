//! Where a settings file no longer says what Django says. Compares what both
//! come to, not how it is written; knows no disk but for links resolved.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use crate::disk::real;
use crate::model::Problem;
use crate::model::{Code, Encoding};
use crate::pystd::posixpath::normalize;
use crate::settings::load::Places;
use crate::settings::{Compression, Finder, Settings};

/// A problem for each setting in which they differ: `ours` are those of the
/// file, which are written at `places`. Paths are shown relative to a directory;
/// what is staticc's own is compared if the project says it too.
pub fn differences(
    ours: &Settings,
    theirs: &Settings,
    places: &Places,
    (directory, says_staticc): (&Path, bool),
) -> Vec<Problem> {
    let mut found = Found {
        places,
        problems: Vec::new(),
    };
    // So that none is forgotten.
    let Settings {
        static_url,
        static_root,
        finders: _,
        static_dirs: _,
        apps: _,
        template_dirs: _,
        ignore_patterns,
        default_ignore_patterns,
        backend,
        file_mode,
        directory_mode,
        manifest_name,
        js_aggregation,
        keep_only_hashed,
        skip_compress_extensions,
        django,
        missing_references,
        allow: _,
        compression,
        cache,
    } = theirs;
    let (own, other) = (Lists::of(ours, directory), Lists::of(theirs, directory));
    let storage = |key: &str| format!("STORAGES.staticfiles.{key}");
    let path = |path: &Path| path.display().to_string();
    let mode = |mode: Option<u32>| mode.map_or("umask".to_owned(), |mode| format!("0o{mode:o}"));
    found.value("STATIC_URL", &ours.static_url, static_url);
    found.value("STATIC_ROOT", &path(&ours.static_root), &path(static_root));
    found.list("STATICFILES_DIRS", &own.static_dirs, &other.static_dirs);
    found.list("STATICFILES_FINDERS", &own.finders, &other.finders);
    found.list("INSTALLED_APPS", &own.apps, &other.apps);
    found.list("TEMPLATES", &own.templates, &other.templates);
    found.value(&storage("BACKEND"), &ours.backend, backend);
    let name = storage("OPTIONS.manifest_name");
    found.value(&name, &ours.manifest_name, manifest_name);
    let name = storage("OPTIONS.support_js_module_import_aggregation");
    found.value(&name, &ours.js_aggregation, js_aggregation);
    let name = "FILE_UPLOAD_PERMISSIONS";
    found.value(name, &mode(ours.file_mode), &mode(*file_mode));
    let name = "FILE_UPLOAD_DIRECTORY_PERMISSIONS";
    found.value(name, &mode(ours.directory_mode), &mode(*directory_mode));
    let name = "WHITENOISE_KEEP_ONLY_HASHED_FILES";
    found.value(name, &ours.keep_only_hashed, keep_only_hashed);
    let name = "WHITENOISE_SKIP_COMPRESS_EXTENSIONS";
    found.list(
        name,
        &ours.skip_compress_extensions,
        skip_compress_extensions,
    );
    let name = "staticc.default_ignore_patterns";
    found.list(name, &ours.default_ignore_patterns, default_ignore_patterns);
    found.value("staticc.django", &ours.django.as_str(), &django.as_str());
    if says_staticc {
        found.list(
            "staticc.ignore_patterns",
            &ours.ignore_patterns,
            ignore_patterns,
        );
        let name = "staticc.missing_references";
        found.value(name, &ours.missing_references, missing_references);
        found.list("staticc.allow", &own.allowed, &other.allowed);
        found.value("staticc.cache", &ours.cache, cache);
    }
    if says_staticc {
        let name = "staticc.compression";
        found.value(
            name,
            &format!("{:?}", ours.compression),
            &format!("{compression:?}"),
        );
    } else if backend.compresses() {
        let brotli = |compression: &Compression| compression.encodings.contains(&Encoding::Brotli);
        let name = "staticc.compression.encodings";
        found.value(name, &brotli(&ours.compression), &brotli(compression));
    }
    found.problems
}

/// What is compared element by element, as it is shown.
struct Lists {
    static_dirs: Vec<String>,
    finders: Vec<String>,
    apps: Vec<String>,
    templates: Vec<String>,
    allowed: Vec<String>,
}

impl Lists {
    fn of(settings: &Settings, directory: &Path) -> Self {
        let directory = normalize(&real(directory));
        let shown = |path: &Path| {
            let path = normalize(&real(path));
            let below = path.strip_prefix(&directory).unwrap_or(&path);
            below.display().to_string()
        };
        let dirs = settings.static_dirs.iter();
        // The files of other finders no settings file tells.
        let finders = settings.finders.iter();
        let finders = finders.filter(|finder| !matches!(finder, Finder::Other(_)));
        let apps = settings.apps.iter();
        let mut templates: Vec<&PathBuf> = settings.template_dirs.iter().collect();
        templates.retain(|directory| directory.is_dir());
        Self {
            static_dirs: dirs
                .map(|dir| match &dir.prefix[..] {
                    "" => shown(&dir.root),
                    prefix => format!("{} as {prefix}/", shown(&dir.root)),
                })
                .collect(),
            finders: finders.map(|finder| finder.name().to_owned()).collect(),
            apps: apps
                .map(|app| format!("{} in {}", app.entry, shown(&app.directory)))
                .collect(),
            templates: templates.into_iter().map(|it| shown(it)).collect(),
            allowed: settings
                .allow
                .iter()
                .map(|it| format!("{:?} of {} as {:?}", it.kind, it.path.glob(), it.level))
                .collect(),
        }
    }
}

struct Found<'a> {
    places: &'a Places,
    problems: Vec<Problem>,
}

impl Found<'_> {
    fn value<T: PartialEq + Debug>(&mut self, key: &str, ours: &T, theirs: &T) {
        if ours == theirs {
            return;
        }
        let notes = [format!("here: {ours:?}"), format!("Django: {theirs:?}")];
        self.add(key, notes);
    }

    fn list(&mut self, key: &str, ours: &[String], theirs: &[String]) {
        if ours == theirs {
            return;
        }
        let lacks = |all: &[String], some: &[String]| -> Vec<String> {
            let lacking = all.iter().filter(|it| !some.contains(it));
            lacking.cloned().collect()
        };
        let more = |who: &str, elements: Vec<String>| {
            (!elements.is_empty()).then(|| format!("only {who}: {}", elements.join(", ")))
        };
        let mut notes: Vec<String> = [
            more("here", lacks(ours, theirs)),
            more("in Django", lacks(theirs, ours)),
        ]
        .into_iter()
        .flatten()
        .collect();
        if notes.is_empty() {
            notes.push("the same in another order".to_owned());
        }
        self.add(key, notes);
    }

    fn add(&mut self, key: &str, notes: impl IntoIterator<Item = String>) {
        let message = format!("{key} no longer says what Django says");
        let problem = self
            .places
            .mark(key, Problem::error(Code::SettingsDrift, message));
        let problem = notes.into_iter().fold(problem, Problem::note);
        let pyproject = self
            .places
            .file()
            .is_some_and(|it| it.ends_with("pyproject.toml"));
        let help = if pyproject {
            "correct it"
        } else {
            "correct it, or make the file anew: staticc init --force"
        };
        self.problems.push(problem.help(help));
    }
}
