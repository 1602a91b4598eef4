//! Settings as TOML values, for comparing a settings file with Django. Knows no file but for
//! links that it resolves.

use std::path::Path;

use bytesize::ByteSize;
use toml::{Table, Value};

use super::template_dirs::relevant;
use super::toml_writer::assignment;
use super::value::mode_to_toml;
use crate::disk::real;
use crate::model::{App, Encoding, ReferenceKind, Retention};
use crate::pystd::posixpath::normalize;
use crate::settings::choices::{
    BACKENDS, ENCODINGS, KINDS, OBJECT_ACLS, OBJECT_ENCODINGS, REFERENCES, REMOTE_ACCESS, name_of,
};
use crate::settings::{
    Allow, CacheSettings, CompressionRule, Finder, PlacedGlob, PublishSettings, ReferenceLevels,
    Settings, StaticDir,
};

/// A setting with its dotted key.
pub(super) struct ComparedSetting {
    pub key: String,
    /// `None` if the setting has no value.
    pub value: Option<Value>,
}

impl ComparedSetting {
    /// Returns the line of a settings file.
    pub fn text(&self) -> String {
        match &self.value {
            Some(value) => assignment(&self.key, value),
            None => format!("{} is not set", self.key),
        }
    }
}

/// Which settings are compared.
#[derive(Clone, Copy)]
pub(super) struct CompareScope<'a> {
    /// The directory that paths are shown relative to.
    pub directory: &'a Path,
    /// Whether the project has a STATICC setting, so that `[staticc]` takes part.
    pub has_staticc: bool,
    /// What is compared with: optional settings of a file take part only if these have them.
    pub django: &'a Settings,
}

/// Returns all settings of the scope, always in the same order.
pub(super) fn compared_settings(
    settings: &Settings,
    scope: CompareScope<'_>,
) -> Vec<ComparedSetting> {
    // Taken apart, so that the compiler reports a setting that is forgotten here.
    let Settings {
        static_url,
        static_root,
        finders,
        static_dirs,
        apps,
        template_dirs,
        ignore_patterns: _,
        default_ignore_patterns,
        backend,
        file_mode,
        directory_mode,
        manifest_name,
        js_aggregation,
        keep_only_hashed,
        skip_compress_extensions,
        django,
        references: _,
        treatments: _,
        missing_references: _,
        allow: _,
        compression: _,
        cache: _,
        media: _,
        publish: _,
    } = settings;
    let shown = |path: &Path| Value::from(shown_path(path, scope.directory));
    let options = "STORAGES.staticfiles.OPTIONS";
    let mut all = ComparedList::default();
    all.add("STATIC_URL", static_url.as_str());
    all.add("STATIC_ROOT", shown(static_root));
    let dirs = static_dirs.iter().map(|dir| static_dir(dir, &shown));
    all.list("STATICFILES_DIRS", dirs);
    all.list("STATICFILES_FINDERS", django_finders(finders));
    all.list("INSTALLED_APPS", apps.iter().map(|app| app.entry.as_str()));
    let templates = relevant(template_dirs, scope.django);
    all.list("TEMPLATES", templates.iter().map(|path| shown(path)));
    all.add("STORAGES.staticfiles.BACKEND", name_of(&BACKENDS, backend));
    all.add(&format!("{options}.manifest_name"), manifest_name.as_str());
    let key = format!("{options}.support_js_module_import_aggregation");
    all.add(&key, *js_aggregation);
    add_modes(&mut all, *file_mode, *directory_mode);
    add_whitenoise(&mut all, *keep_only_hashed, skip_compress_extensions);
    let default = default_ignore_patterns.iter().map(String::as_str);
    all.list("staticc.default_ignore_patterns", default);
    all.add("staticc.django", django.as_str());
    let ignored = compared_ignore_patterns(settings, scope);
    all.list("staticc.ignore_patterns", ignored);
    if scope.has_staticc {
        add_staticc(&mut all, settings, &shown);
    }
    add_compression(&mut all, settings, scope);
    all.0
}

fn add_whitenoise(all: &mut ComparedList, keep_only_hashed: bool, skipped: &[String]) {
    all.add("WHITENOISE_KEEP_ONLY_HASHED_FILES", keep_only_hashed);
    let key = "WHITENOISE_SKIP_COMPRESS_EXTENSIONS";
    all.list(key, skipped.iter().map(String::as_str));
}

/// Returns the names of Django's finders. No settings file can list the files of others.
fn django_finders(finders: &[Finder]) -> impl Iterator<Item = &str> {
    finders
        .iter()
        .filter(|finder| !matches!(finder, Finder::Other(_)))
        .map(Finder::name)
}

/// Returns the ignore patterns of the settings. Without a STATICC setting, a file may have more of
/// them than Django, so that only those of Django count.
fn compared_ignore_patterns<'a>(
    settings: &'a Settings,
    scope: CompareScope<'a>,
) -> impl Iterator<Item = &'a str> {
    let owner = if scope.has_staticc {
        settings
    } else {
        scope.django
    };
    let patterns = owner.ignore_patterns.iter();
    patterns
        .filter(|pattern| settings.ignore_patterns.contains(pattern))
        .map(String::as_str)
}

fn add_modes(all: &mut ComparedList, file_mode: Option<u32>, directory_mode: Option<u32>) {
    all.add("FILE_UPLOAD_PERMISSIONS", mode_to_toml(file_mode));
    let key = "FILE_UPLOAD_DIRECTORY_PERMISSIONS";
    all.add(key, mode_to_toml(directory_mode));
}

fn add_staticc(all: &mut ComparedList, settings: &Settings, shown: &impl Fn(&Path) -> Value) {
    let references = name_of(&REFERENCES, &settings.references);
    all.add("staticc.references", references);
    for (key, _, globs) in settings.treatments.by_key() {
        let texts = globs.iter().map(PlacedGlob::text);
        all.list(&format!("staticc.{key}"), texts);
    }
    let levels = levels_to_toml(settings.missing_references);
    all.add("staticc.missing_references", levels);
    all.list("staticc.allow", settings.allow.iter().map(allow_to_toml));
    let dir = settings.cache.dir.as_deref().map(shown);
    all.add_option("staticc.cache.dir", dir);
    let max_size = ByteSize(settings.cache.max_size).to_string();
    all.add("staticc.cache.max_size", max_size);
    add_remote_cache(all, &settings.cache);
    add_publish(all, &settings.publish);
}

fn add_remote_cache(all: &mut ComparedList, cache: &CacheSettings) {
    let remote = cache
        .remote
        .as_ref()
        .map(|remote| remote.to_string().into());
    all.add_option("staticc.cache.remote", remote);
    let endpoint = cache.remote_endpoint.as_ref();
    let address = endpoint.map(|endpoint| endpoint.as_str().into());
    all.add_option("staticc.cache.remote_endpoint", address);
    let access = name_of(&REMOTE_ACCESS, &cache.remote_access);
    all.add("staticc.cache.remote_access", access);
}

fn add_publish(all: &mut ComparedList, publish: &PublishSettings) {
    // Taken apart, so that the compiler reports a setting that is forgotten here.
    let PublishSettings {
        store,
        endpoint,
        encoding,
        copies,
        cache_control,
        acl,
        exclude,
        jobs,
        retention: Retention { keep, older_than },
    } = publish;
    let key = |name: &str| format!("staticc.publish.{name}");
    let url = store.as_ref().map(|store| store.to_string().into());
    all.add_option(&key("store"), url);
    let address = endpoint.as_ref().map(|endpoint| endpoint.as_str().into());
    all.add_option(&key("endpoint"), address);
    let name = encoding.map(|encoding| name_of(&OBJECT_ENCODINGS, &encoding).into());
    all.add_option(&key("encoding"), name);
    all.add(&key("copies"), *copies);
    all.add(&key("cache_control"), cache_control.as_str());
    let list = acl.map(|acl| name_of(&OBJECT_ACLS, &acl).into());
    all.add_option(&key("acl"), list);
    let globs = exclude.iter().map(|glob| glob.glob().glob());
    all.list(&key("exclude"), globs);
    all.add(&key("jobs"), i64::from(*jobs));
    all.add(&key("keep"), i64::try_from(*keep).unwrap_or(i64::MAX));
    let age = older_than.map(|age| humantime::format_duration(age).to_string().into());
    all.add_option(&key("older_than"), age);
}

/// Without a STATICC setting, Django's side only knows whether WhiteNoise makes `.br` files.
fn add_compression(all: &mut ComparedList, settings: &Settings, scope: CompareScope<'_>) {
    let compression = &settings.compression;
    if scope.has_staticc {
        let encodings = encodings_to_toml(&compression.encodings);
        all.add("staticc.compression.encodings", encodings);
        let quality = i64::from(compression.brotli_quality);
        all.add("staticc.compression.brotli_quality", quality);
        all.add("staticc.compression.min_saving", compression.min_saving);
        let max_size = ByteSize(compression.max_size).to_string();
        all.add("staticc.compression.max_size", max_size);
        let rules = compression.rules.iter().map(rule_to_toml);
        all.list("staticc.compression.rule", rules);
    } else if scope.django.backend.compresses() {
        let has_brotli = compression.encodings.contains(&Encoding::Brotli);
        let encodings: &[Encoding] = if has_brotli {
            &[Encoding::Brotli, Encoding::Gzip]
        } else {
            &[Encoding::Gzip]
        };
        all.add(
            "staticc.compression.encodings",
            encodings_to_toml(encodings),
        );
    }
}

#[derive(Default)]
struct ComparedList(Vec<ComparedSetting>);

impl ComparedList {
    fn add(&mut self, key: &str, value: impl Into<Value>) {
        self.add_option(key, Some(value.into()));
    }

    fn add_option(&mut self, key: &str, value: Option<Value>) {
        self.0.push(ComparedSetting {
            key: key.to_owned(),
            value,
        });
    }

    fn list<V: Into<Value>>(&mut self, key: &str, values: impl Iterator<Item = V>) {
        self.add(key, Value::Array(values.map(Into::into).collect()));
    }
}

/// Returns the directories of the apps that both have, as entries of
/// `[staticc.app_directories]`.
pub(super) fn app_directories(
    file: &Settings,
    django: &Settings,
    directory: &Path,
) -> (Vec<String>, Vec<String>) {
    let entries = |own: &Settings, other: &Settings| {
        let common = own.apps.iter().filter(|app| {
            let mut others = other.apps.iter();
            others.any(|other| other.entry == app.entry)
        });
        let entry = |app: &App| {
            let path = Value::from(shown_path(&app.directory, directory));
            assignment(&toml_key(&app.entry), &path)
        };
        common.map(entry).collect()
    };
    (entries(file, django), entries(django, file))
}

/// Quotes a key with dots.
fn toml_key(key: &str) -> String {
    Value::from(key).to_string()
}

/// Returns a path with links resolved, relative to the directory if it is in it.
fn shown_path(path: &Path, directory: &Path) -> String {
    let directory = normalize(&real(directory));
    let path = normalize(&real(path));
    let below = path.strip_prefix(&directory).unwrap_or(&path);
    below.display().to_string()
}

fn static_dir(dir: &StaticDir, shown: &impl Fn(&Path) -> Value) -> Value {
    match &dir.prefix[..] {
        "" => shown(&dir.root),
        prefix => vec![Value::from(prefix), shown(&dir.root)].into(),
    }
}

fn encodings_to_toml(encodings: &[Encoding]) -> Value {
    let names = encodings
        .iter()
        .map(|encoding| name_of(&ENCODINGS, encoding));
    Value::Array(names.map(Value::from).collect())
}

/// Returns a word if all kinds have the same level, else a table of all kinds.
fn levels_to_toml(levels: ReferenceLevels) -> Value {
    let level = |kind| levels.of(kind).as_str();
    let common = level(ReferenceKind::Css);
    if ReferenceKind::ALL.iter().all(|kind| level(*kind) == common) {
        return common.into();
    }
    let entry = |kind: ReferenceKind| (kind.as_str().to_owned(), Value::from(level(kind)));
    Value::Table(ReferenceKind::ALL.map(entry).into_iter().collect())
}

fn allow_to_toml(allow: &Allow) -> Value {
    let mut entry = Table::new();
    entry.insert("path".into(), allow.path.glob().glob().into());
    if let Some(target) = &allow.target {
        entry.insert("target".into(), target.glob().glob().into());
    }
    let mut kinds = KINDS.iter();
    if let Some((kind, _)) = kinds.find(|(_, kind)| *kind == allow.kind) {
        entry.insert("kind".into(), (*kind).into());
    }
    entry.insert("level".into(), allow.level.as_str().into());
    entry.into()
}

fn rule_to_toml(rule: &CompressionRule) -> Value {
    let mut entry = Table::new();
    entry.insert("path".into(), rule.path.glob().glob().into());
    if let Some(encodings) = &rule.encodings {
        entry.insert("encodings".into(), encodings_to_toml(encodings));
    }
    if let Some(quality) = rule.brotli_quality {
        entry.insert("brotli_quality".into(), i64::from(quality).into());
    }
    if let Some(saving) = rule.min_saving {
        entry.insert("min_saving".into(), saving.into());
    }
    entry.into()
}
