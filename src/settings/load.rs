//! Loads [`Settings`] from a settings file and flags, and finds all problems at once. Knows how
//! settings depend on each other. [`super::fields`] reads single settings, and [`super::keys`]
//! declares the keys.

use std::path::{Path, PathBuf};

use super::choices::{REFERENCES, one_of};
use super::django_checks::{CheckedUrls, UncheckedUrls};
use super::fields::FileMode;
use super::finder::FINDERS;
use super::layers::{Layers, absolute, read_layers};
pub use super::layers::{SettingsSource, default_file, sets};
use super::problem_list::ProblemList;
use super::reader::Section;
use super::tree::{Node, Span};
use super::{
    Finder, ReferenceLevels, Settings, StaticDir, TreatmentGlobs, cache_fields, directory_overlap,
    django_checks, fields, installed_apps, keys, publish_fields, storage, templates,
};
use crate::apps::python_env::{default_search_path, installed_django, search_path};
use crate::apps::search_path::SearchPath;
use crate::model::{Code, DjangoVersion, Problem};

/// What the command line says about settings.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// The `KEY=VALUE` of each `--set`, which is a line of TOML.
    pub set: Vec<String>,
    /// `--static-root`, relative to the current directory.
    pub static_root: Option<PathBuf>,
    /// The URL of `--static-url`.
    pub static_url: Option<String>,
}

#[derive(Debug)]
pub struct Loaded {
    pub settings: Settings,
    /// Problems that do not fail the run.
    pub warnings: Vec<Problem>,
    /// The same of settings that only checking templates uses.
    pub template_warnings: Vec<Problem>,
    /// Where the file has its settings.
    pub places: Places,
}

/// The places of top-level keys.
#[derive(Debug)]
pub struct Places(Vec<(String, Span)>);

impl Places {
    /// Returns the file, as shown to users.
    pub fn file(&self) -> Option<&Path> {
        let (_, span) = self.0.first()?;
        Some(Path::new(&span.text.name))
    }

    /// Returns whether the file has a key.
    pub fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(known, _)| known == key)
    }

    /// Adds the place of a key to a problem, or only the file if it has no such key.
    pub fn mark(&self, key: &str, problem: Problem) -> Problem {
        match (self.0.iter().find(|(known, _)| known == key), self.file()) {
            (Some((_, span)), _) => span.mark(problem),
            (None, Some(file)) => problem.in_file(file),
            (None, None) => problem,
        }
    }
}

/// Loads the settings. `directory` is the working directory.
pub fn load(
    source: SettingsSource<'_>,
    overrides: &Overrides,
    directory: &Path,
) -> Result<Loaded, Vec<Problem>> {
    let layers = read_layers(source, &overrides.set, directory)?;
    let (problems, template_problems) = (ProblemList::default(), ProblemList::default());
    let top = Section::open(&keys::TOP, &layers.table, &problems);
    let settings = Loader {
        layers: &layers,
        overrides,
        directory,
        template_problems: &template_problems,
        top,
        staticc: top.table(&keys::STATICC),
    }
    .read();
    let mut found = problems.into_problems();
    match settings {
        Some(settings) if !found.iter().any(Problem::is_error) => Ok(Loaded {
            settings,
            warnings: found,
            template_warnings: template_problems.into_problems(),
            places: Places(layers.table.0.into_iter().map(place).collect()),
        }),
        _ => {
            Problem::sort(&mut found);
            Err(found)
        }
    }
}

fn place((key, span, _): (String, Span, Node)) -> (String, Span) {
    (key, span)
}

struct Loader<'a> {
    layers: &'a Layers,
    overrides: &'a Overrides,
    directory: &'a Path,
    template_problems: &'a ProblemList,
    top: Section<'a>,
    staticc: Section<'a>,
}

impl<'a> Loader<'a> {
    /// Reads all settings, also after an error, to find all problems. Returns `None` without
    /// URL and root.
    fn read(&self) -> Option<Settings> {
        let Self { top, staticc, .. } = self;
        let search = self.search_path();
        let django = self.django(&search);
        let (backend, options) = storage::storage(top, django);
        let checked = self.check(&options);
        let static_dirs = self.static_dirs();
        if let Some(checked) = &checked {
            django_checks::check_dirs(&static_dirs, &checked.setting, top.problems);
        }
        directory_overlap::check_prefixes(&static_dirs, top.problems);
        let apps = installed_apps::apps(top, staticc, self.layers, &search);
        let template_dirs = templates::directories(top, self.layers, &apps, self.template_problems);
        let (file_mode, directory_mode) = self.modes(&options);
        let is_on = |section: &Section<'_>, key| section.boolean(key).unwrap_or_default();
        // These can refuse their values, and are read even if `checked` has an error:
        // the run reports all problems at once.
        let manifest_name = fields::manifest_name(&options);
        let skip_compress_extensions = fields::skip_extensions(top);
        let references = staticc.word("references", &REFERENCES).unwrap_or_default();
        let treatments = TreatmentGlobs::read(staticc);
        let allow = fields::allow(staticc);
        let compression = fields::compression(&staticc.table(&keys::COMPRESSION));
        let cache = cache_fields::cache(&staticc.table(&keys::CACHE), self.layers);
        let publish = publish_fields::publish(&staticc.table(&keys::PUBLISH));
        let finders = self.finders();
        let checked = checked?;
        let settings = Settings {
            static_url: checked.static_url,
            static_root: checked.location,
            finders,
            static_dirs: static_dirs.into_iter().map(|(dir, _)| dir).collect(),
            apps,
            template_dirs,
            ignore_patterns: fields::texts(staticc, "ignore_patterns"),
            default_ignore_patterns: fields::texts(staticc, "default_ignore_patterns"),
            backend,
            file_mode,
            directory_mode,
            manifest_name,
            js_aggregation: is_on(&options, "support_js_module_import_aggregation"),
            keep_only_hashed: is_on(top, "WHITENOISE_KEEP_ONLY_HASHED_FILES"),
            skip_compress_extensions,
            django,
            references,
            treatments,
            missing_references: ReferenceLevels::read(staticc, references),
            allow,
            compression,
            cache,
            publish,
        };
        directory_overlap::check_root(&settings, self.root_span(&options), top.problems);
        Some(settings)
    }

    /// Returns the modes of files and of new directories.
    fn modes(&self, options: &Section<'_>) -> (Option<u32>, Option<u32>) {
        let mode = |key, option| {
            let of_storage = fields::mode(options, option);
            let written = of_storage.or_else(|| fields::mode(&self.top, key));
            written.and_then(FileMode::bits)
        };
        let key = "FILE_UPLOAD_DIRECTORY_PERMISSIONS";
        (
            mode("FILE_UPLOAD_PERMISSIONS", "file_permissions_mode"),
            mode(key, "directory_permissions_mode"),
        )
    }

    /// Returns the place of the setting that names STATIC_ROOT.
    fn root_span(&self, options: &Section<'a>) -> Option<&'a Span> {
        let flag = self.overrides.static_root.is_some();
        let location = options
            .placed_text("location")
            .filter(|(location, _)| !location.is_empty());
        let setting = || self.top.placed_text("STATIC_ROOT").filter(|_| !flag);
        location.or_else(setting).map(|(_, span)| span)
    }

    /// Runs Django's checks of URLs and roots.
    fn check(&self, options: &Section<'_>) -> Option<CheckedUrls> {
        let top = &self.top;
        let path = |section: &Section<'_>, key| {
            let written = section.text(key).filter(|path| !path.is_empty());
            written.map(|path| self.layers.resolve(path))
        };
        let root = self.overrides.static_root.as_ref();
        let flag = root.map(|root| absolute(self.directory, root));
        let static_url = self.overrides.static_url.as_deref();
        let written = UncheckedUrls {
            static_url: static_url.or(top.text("STATIC_URL")),
            static_url_is_given: static_url.is_some() || top.has("STATIC_URL"),
            script_name: top.text("FORCE_SCRIPT_NAME"),
            base_url: options.text("base_url"),
            static_root: flag.or(path(top, "STATIC_ROOT")),
            location: path(options, "location"),
            media_url: top.text("MEDIA_URL"),
            media_root: top.text("MEDIA_ROOT").map(|root| self.layers.resolve(root)),
            debug: top.boolean("DEBUG").unwrap_or_default(),
        };
        django_checks::check(&written, top.problems)
    }

    /// Returns the entries of `STATICFILES_DIRS` with their places.
    fn static_dirs(&self) -> Vec<(StaticDir, &'a Span)> {
        let nodes = self.top.array("STATICFILES_DIRS").iter();
        let dirs = nodes.filter_map(|node| {
            let (prefix, written) = node.value.prefix_and_directory()?;
            let dir = StaticDir {
                prefix: prefix.to_owned(),
                root: self.layers.resolve(written),
                written: written.to_owned(),
            };
            Some((dir, &node.span))
        });
        dirs.collect()
    }

    /// Returns `STATICFILES_FINDERS`, or the finders that the project has answered.
    fn finders(&self) -> Vec<Finder> {
        let answered = self.layers.finders.clone();
        let answered = answered.filter(|_| !self.top.has("STATICFILES_FINDERS"));
        let written = || self.top.words("STATICFILES_FINDERS", &FINDERS);
        answered.or_else(written).unwrap_or_default()
    }

    /// Returns `python_path`, or the default entries.
    fn search_path(&self) -> SearchPath {
        if !self.staticc.has("python_path") {
            return default_search_path(&self.layers.directory);
        }
        let mut entries = Vec::new();
        for (path, span) in self.staticc.placed("python_path") {
            let path = self.layers.resolve(path);
            if !path.is_dir() {
                let message = format!("python_path has no directory {}", path.display());
                let problem = Problem::warning(Code::MissingDirectory, message)
                    .help("make the environment, or correct the path");
                self.staticc.problems.add_at(span, problem);
            }
            entries.push(path);
        }
        search_path(&entries)
    }

    /// Returns the version of the settings, or else that of the installed Django.
    fn django(&self, search: &SearchPath) -> DjangoVersion {
        let newest = DjangoVersion::NEWEST;
        if let Some((text, span)) = self.staticc.placed_text("django") {
            return DjangoVersion::of(text).unwrap_or_else(|| {
                let known = DjangoVersion::ALL.map(DjangoVersion::as_str);
                self.staticc.refuse("django", span, &one_of(&known));
                newest
            });
        }
        let Some(installed) = installed_django(search) else {
            return newest;
        };
        DjangoVersion::of(&installed).unwrap_or_else(|| {
            let problem = Problem::warning(
                Code::UnknownDjango,
                format!("Django {installed} is installed, whose rules are not known; using those of {newest}"),
            );
            let help = "state the nearest one: [staticc] django = \"…\"";
            self.staticc.problems.add(problem.help(help));
            newest
        })
    }
}
