//! Where a settings file no longer says what Django says. Compares what both
//! come to, not how it is written; knows no disk but for links resolved.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use crate::disk::real;
use crate::nouns::Problem;
use crate::rewrite::normal;
use crate::settings::load::Places;
use crate::settings::{Finder, Settings};

/// A problem for each setting in which they differ: `ours` are those of the
/// file, which are written at `places`. Paths are shown relative to `directory`.
pub fn differences(
    ours: &Settings,
    theirs: &Settings,
    places: &Places,
    directory: &Path,
) -> Vec<Problem> {
    let mut found = Found {
        places,
        problems: Vec::new(),
    };
    let (own, other) = (Lists::of(ours, directory), Lists::of(theirs, directory));
    let storage = |key: &str| format!("STORAGES.staticfiles.{key}");
    found.value("STATIC_URL", &ours.static_url, &theirs.static_url);
    let roots = [ours, theirs].map(|it| it.static_root.display().to_string());
    found.value("STATIC_ROOT", &roots[0], &roots[1]);
    found.list("STATICFILES_DIRS", &own.static_dirs, &other.static_dirs);
    found.list("STATICFILES_FINDERS", &own.finders, &other.finders);
    found.list("INSTALLED_APPS", &own.apps, &other.apps);
    found.list("TEMPLATES", &own.templates, &other.templates);
    found.value(&storage("BACKEND"), &ours.backend, &theirs.backend);
    found.value(
        &storage("OPTIONS.manifest_name"),
        &ours.manifest_name,
        &theirs.manifest_name,
    );
    found.value(
        &storage("OPTIONS.support_js_module_import_aggregation"),
        &ours.js_aggregation,
        &theirs.js_aggregation,
    );
    let mode = |mode: Option<u32>| mode.map_or("umask".to_owned(), |mode| format!("0o{mode:o}"));
    found.value(
        "FILE_UPLOAD_PERMISSIONS",
        &mode(ours.file_mode),
        &mode(theirs.file_mode),
    );
    found.value(
        "FILE_UPLOAD_DIRECTORY_PERMISSIONS",
        &mode(ours.directory_mode),
        &mode(theirs.directory_mode),
    );
    found.value(
        "WHITENOISE_KEEP_ONLY_HASHED_FILES",
        &ours.keep_only_hashed,
        &theirs.keep_only_hashed,
    );
    found.list(
        "WHITENOISE_SKIP_COMPRESS_EXTENSIONS",
        &ours.skip_compress_extensions,
        &theirs.skip_compress_extensions,
    );
    found.list(
        "staticc.default_ignore_patterns",
        &ours.default_ignore_patterns,
        &theirs.default_ignore_patterns,
    );
    found.value(
        "staticc.django",
        &ours.django.as_str(),
        &theirs.django.as_str(),
    );
    found.problems
}

/// What is compared element by element, as it is shown.
struct Lists {
    static_dirs: Vec<String>,
    finders: Vec<String>,
    apps: Vec<String>,
    templates: Vec<String>,
}

impl Lists {
    fn of(settings: &Settings, directory: &Path) -> Self {
        let directory = normal(&real(directory));
        let shown = |path: &Path| {
            let path = normal(&real(path));
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
            .mark(key, Problem::error("settings-drift", message));
        let problem = notes.into_iter().fold(problem, Problem::note);
        let cure = "correct it, or make the file anew: staticc init --force";
        self.problems.push(problem.cure(cure));
    }
}
