//! From a settings file and flags to [`Settings`]: everything that is wrong
//! is found in one go. Knows how settings go together; how a single one is
//! read is in [`super::fields`], what keys there are in [`super::keys`].

use std::path::{Path, PathBuf};

use super::problems::Problems;
use super::reader::Section;
use super::text::{Layers, absolute, read_layers};
pub use super::text::{Source, sets, usual_file};
use super::tree::{Node, Span};
use super::words::{FINDERS, LEVELS, one_of};
use super::{
    Finder, Settings, StaticDir, checks, directory_overlap as layout, fields, installed, keys,
    storage, templates,
};
use crate::apps::python_env::SearchPath;
use crate::model::ReportLevel;
use crate::model::{Code, DjangoVersion, Problem};

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
    /// Where the settings are written.
    pub places: Places,
}

/// Where top-level keys are written.
#[derive(Debug)]
pub struct Places(Vec<(String, Span)>);

impl Places {
    /// What says them, as it is shown.
    pub fn file(&self) -> Option<&Path> {
        let (_, spot) = self.0.first()?;
        Some(Path::new(&spot.text.name))
    }

    /// The problem, said of where a key is written, if it is.
    pub fn mark(&self, key: &str, problem: Problem) -> Problem {
        match (self.0.iter().find(|(known, _)| known == key), self.file()) {
            (Some((_, spot)), _) => spot.mark(problem),
            (None, Some(file)) => problem.in_file(file),
            (None, None) => problem,
        }
    }
}

/// Loads settings; `directory` is the current one.
pub fn load(
    source: Source<'_>,
    overrides: &Overrides,
    directory: &Path,
) -> Result<Loaded, Vec<Problem>> {
    let layers = read_layers(source, &overrides.set, directory)?;
    let problems = Problems::default();
    let top = Section::open(&keys::TOP, &layers.table, &problems);
    let settings = Loader {
        layers: &layers,
        overrides,
        directory,
        top,
        staticc: top.table(&keys::STATICC),
    }
    .read();
    let mut problems = problems.into_inner();
    match settings {
        Some(settings) if !problems.iter().any(Problem::is_error) => Ok(Loaded {
            settings,
            warnings: problems,
            places: Places(layers.table.0.into_iter().map(place).collect()),
        }),
        _ => {
            Problem::sort(&mut problems);
            Err(problems)
        }
    }
}

fn place((key, spot, _): (String, Span, Node)) -> (String, Span) {
    (key, spot)
}

struct Loader<'a> {
    layers: &'a Layers,
    overrides: &'a Overrides,
    directory: &'a Path,
    top: Section<'a>,
    staticc: Section<'a>,
}

impl<'a> Loader<'a> {
    /// Everything is read before anything is given up, for its problems.
    fn read(&self) -> Option<Settings> {
        let Self { top, staticc, .. } = self;
        let search = self.search_path();
        let django = self.django(&search);
        let (backend, options) = storage::storage(top, django);
        let checked = self.check(&options);
        let static_dirs = self.static_dirs();
        if let Some(checked) = &checked {
            checks::check_dirs(&static_dirs, &checked.setting, top.problems);
        }
        layout::check_prefixes(&static_dirs, top.problems);
        let modes = |key, option| fields::mode(&options, option).or_else(|| fields::mode(top, key));
        let apps = installed::apps(top, staticc, self.layers, &search);
        let settings = Settings {
            static_url: String::new(),
            static_root: PathBuf::new(),
            finders: self.finders(),
            static_dirs: static_dirs.into_iter().map(|(dir, _)| dir).collect(),
            template_dirs: templates::directories(top, self.layers, &apps),
            apps,
            ignore_patterns: fields::texts(staticc, "ignore_patterns"),
            default_ignore_patterns: fields::texts(staticc, "default_ignore_patterns"),
            backend,
            file_mode: modes("FILE_UPLOAD_PERMISSIONS", "file_permissions_mode").flatten(),
            directory_mode: modes(
                "FILE_UPLOAD_DIRECTORY_PERMISSIONS",
                "directory_permissions_mode",
            )
            .flatten(),
            manifest_name: fields::manifest_name(&options),
            js_aggregation: options
                .boolean("support_js_module_import_aggregation")
                .unwrap_or_default(),
            keep_only_hashed: top
                .boolean("WHITENOISE_KEEP_ONLY_HASHED_FILES")
                .unwrap_or_default(),
            skip_compress_extensions: fields::skip_extensions(top),
            django,
            missing_references: staticc
                .word("missing_references", &LEVELS)
                .unwrap_or(ReportLevel::Error),
            allow: fields::allow(staticc),
            compression: fields::compression(&staticc.table(&keys::COMPRESSION)),
            cache: fields::cache(&staticc.table(&keys::CACHE), self.layers),
        };
        let settings = checked.map(|checked| Settings {
            static_url: checked.static_url,
            static_root: checked.location,
            ..settings
        })?;
        layout::check_root(&settings, self.root_spot(&options), top.problems);
        Some(settings)
    }

    /// Where it is written where files go.
    fn root_spot(&self, options: &Section<'a>) -> Option<&'a Span> {
        let flag = self.overrides.static_root.is_some();
        let location = options.placed_text("location");
        let location = location.filter(|(location, _)| !location.is_empty());
        let setting = || self.top.placed_text("STATIC_ROOT").filter(|_| !flag);
        location.or_else(setting).map(|(_, spot)| spot)
    }

    /// Django's checks of URLs and roots.
    fn check(&self, options: &Section<'_>) -> Option<checks::Checked> {
        let top = &self.top;
        let path = |section: &Section<'_>, key| {
            let path = section.text(key).filter(|path| !path.is_empty());
            path.map(|path| self.layers.resolve(path))
        };
        let flag = self.overrides.static_root.as_ref();
        let flag = flag.map(|root| absolute(self.directory, root));
        let static_url = self.overrides.static_url.as_deref();
        let written = checks::Written {
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
        checks::check(&written, top.problems)
    }

    /// `STATICFILES_DIRS`, each entry with where it stands.
    fn static_dirs(&self) -> Vec<(StaticDir, &'a Span)> {
        let nodes = self.top.array("STATICFILES_DIRS").iter();
        let dirs = nodes.filter_map(|node| {
            let (prefix, written) = node.value.prefix_and_directory()?;
            let dir = StaticDir {
                prefix: prefix.to_owned(),
                root: self.layers.resolve(written),
                written: written.to_owned(),
            };
            Some((dir, &node.spot))
        });
        dirs.collect()
    }

    /// `STATICFILES_FINDERS`, or what the project says.
    fn finders(&self) -> Vec<Finder> {
        let said = self.layers.finders.clone();
        let said = said.filter(|_| !self.top.has("STATICFILES_FINDERS"));
        let written = || self.top.words("STATICFILES_FINDERS", &FINDERS);
        said.or_else(written).unwrap_or_default()
    }

    /// `python_path`, or where Python environments usually are.
    fn search_path(&self) -> SearchPath {
        let mut entries = Vec::new();
        if self.staticc.has("python_path") {
            for (path, spot) in self.staticc.placed("python_path") {
                let path = self.layers.resolve(path);
                if !path.is_dir() {
                    let message = format!("python_path has no directory {}", path.display());
                    let problem = Problem::warning(Code::MissingDirectory, message)
                        .help("make the environment, or correct the path");
                    self.staticc.problems.add_at(spot, problem);
                }
                entries.push(path);
            }
        } else {
            entries = SearchPath::usual_entries(&self.layers.directory);
        }
        SearchPath::new(&entries)
    }

    /// Whose rules: as written, else those of the Django that is installed.
    fn django(&self, search: &SearchPath) -> DjangoVersion {
        let newest = DjangoVersion::NEWEST;
        if let Some((text, spot)) = self.staticc.placed_text("django") {
            return DjangoVersion::of(text).unwrap_or_else(|| {
                let known = DjangoVersion::ALL.map(DjangoVersion::as_str);
                self.staticc.refuse("django", spot, &one_of(&known));
                newest
            });
        }
        let Some(installed) = search.django_version() else {
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
