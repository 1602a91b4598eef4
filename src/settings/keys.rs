//! Declares every settings key. The loader refuses other keys, and `staticc schema` prints these.
//! Knows no value.

use super::choices::{
    ALLOWED, BACKEND_NAMES, DEFAULT_IGNORE_PATTERNS, ENCODINGS, FINDER_NAMES, KINDS, LEVELS,
    OBJECT_ACLS, OBJECT_ENCODINGS, REFERENCES, REMOTE_ACCESS, names,
};
use super::publish::{DEFAULT_CACHE_CONTROL, DEFAULT_JOBS, DEFAULT_KEEP};
use super::value_type::{DefaultValue, Key, Keys, Others, ValueType};

/// Declares a key as `key: ValueType => default;`. Editors show its comment. A key with a hyphen
/// is quoted.
macro_rules! tables {
    ($(
        $(#[doc = $for:literal])+
        $table:ident: $dotted:literal {
            $(
                $(#[doc = $about:literal])*
                $($key:ident)? $($quoted:literal)?: $value_type:ident $(($($of:expr),+))? $(=> $default:ident $(($value:expr))?)?;
            )*
        } others: $others:ident
    )+) => { $(
        $(#[doc = $for])+
        pub static $table: Keys = Keys {
            name: $dotted,
            about: concat!($($for),+).trim_ascii(),
            known: &[$(
                Key {
                    name: concat!($(stringify!($key))? $($quoted)?),
                    about: concat!($($about),*).trim_ascii(),
                    value_type: ValueType::$value_type $(($($of),+))?,
                    default: tables!(@ $($default $(($value))?)?),
                },
            )*],
            others: Others::$others,
        };
    )+ };
    (@) => { DefaultValue::Open };
    (@ $default:ident $(($value:expr))?) => { DefaultValue::$default $(($value))? };
}

const ENCODING_NAMES: &[&str] = &names(&ENCODINGS);

const LEVEL_NAMES: &[&str] = &names(&LEVELS);

const GLOB: &str = "a glob such as \"vendor/**\"";

/// The extensions of files that WhiteNoise does not compress.
const COMPRESSED: &[&str] = &[
    "jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "tgz", "bz2", "tbz", "xz", "br", "swf",
    "flv", "woff", "woff2", "3gp", "3gpp", "asf", "avi", "m4v", "mov", "mp4", "mpeg", "mpg",
    "webm", "wmv",
];

tables! {
    /// What staticc collects, from where and to where, and the rules of which Django version it follows.
    TOP: "" {
        /// The URL that static files have in common, such as "/static/";
        /// required, here or as --static-url.
        STATIC_URL: Text;
        /// The directory that static files are collected in; required, here
        /// or as --static-root.
        STATIC_ROOT: Path;
        /// Directories of static files besides those of apps, each a
        /// directory or [prefix, directory].
        STATICFILES_DIRS: StaticDirs;
        /// What looks for static files; where several find a path, the first
        /// one wins.
        STATICFILES_FINDERS: Words(&FINDER_NAMES) => Texts(&FINDER_NAMES);
        /// The storage, before Django 5.1; since then BACKEND in
        /// [STORAGES.staticfiles].
        STATICFILES_STORAGE: Word(&BACKEND_NAMES);
        /// Apps, whose static directories are collected: dotted names of
        /// packages or of configuration classes.
        INSTALLED_APPS: Texts;
        /// Where the site is, for a STATIC_URL without a slash in front.
        FORCE_SCRIPT_NAME: Text;
        /// The mode of collected files, such as 0o644; "umask" is Python's
        /// None.
        FILE_UPLOAD_PERMISSIONS: Mode => Integer(0o644);
        /// The mode of new directories, such as 0o755; "umask" is Python's
        /// None.
        FILE_UPLOAD_DIRECTORY_PERMISSIONS: Mode => Text("umask");
        /// Only for Django's check that it is not STATIC_URL.
        MEDIA_URL: Text => Text("");
        /// Only for Django's check that it is not STATIC_ROOT.
        MEDIA_ROOT: Path;
        /// Only for Django's check that MEDIA_URL is not within STATIC_URL.
        DEBUG: Boolean => Boolean(false);
        STORAGES: Table(&STORAGES);
        TEMPLATES: Tables(&TEMPLATES);
        /// Whether only files with a fingerprint in their name are kept.
        WHITENOISE_KEEP_ONLY_HASHED_FILES: Boolean => Boolean(false);
        /// Extensions of files that are not worth compressing.
        WHITENOISE_SKIP_COMPRESS_EXTENSIONS: Extensions => Texts(COMPRESSED);
        /// Only for serving; accepted and unused.
        WHITENOISE_MANIFEST_STRICT: Boolean => Boolean(true);
        /// Only for serving; accepted and unused.
        WHITENOISE_ADD_HEADERS_FUNCTION: Unread;
        /// Only for serving; accepted and unused.
        WHITENOISE_ALLOW_ALL_ORIGINS: Unread;
        /// Only for serving; accepted and unused.
        WHITENOISE_AUTOREFRESH: Unread;
        /// Only for serving; accepted and unused.
        WHITENOISE_CHARSET: Unread;
        /// Only for serving; accepted and unused.
        WHITENOISE_IMMUTABLE_FILE_TEST: Unread;
        /// Only for serving; accepted and unused.
        WHITENOISE_INDEX_FILE: Unread;
        /// Only for serving; accepted and unused.
        WHITENOISE_MAX_AGE: Unread;
        /// Only for serving; accepted and unused.
        WHITENOISE_MIMETYPES: Unread;
        /// Only for serving; accepted and unused.
        WHITENOISE_ROOT: Unread;
        /// Only for serving; accepted and unused.
        WHITENOISE_STATIC_PREFIX: Unread;
        /// Only for serving; accepted and unused.
        WHITENOISE_USE_FINDERS: Unread;
        staticc: Table(&STATICC);
    } others: Refused

    /// Django's storages, of which only staticfiles is read.
    STORAGES: "STORAGES" {
        staticfiles: Table(&STATICFILES);
    } others: Unread

    /// The storage of static files.
    STATICFILES: "STORAGES.staticfiles" {
        /// Whether files get fingerprinted names, compressed copies, both or
        /// neither.
        BACKEND: Word(&BACKEND_NAMES) => Text(BACKEND_NAMES[0]);
        OPTIONS: Table(&OPTIONS);
    } others: Refused

    /// Options of the storage, and what Django has as its class attributes.
    OPTIONS: "STORAGES.staticfiles.OPTIONS" {
        /// The directory to collect in, instead of STATIC_ROOT.
        location: Path;
        /// The URL instead of STATIC_URL.
        base_url: Text;
        /// The mode instead of FILE_UPLOAD_PERMISSIONS.
        file_permissions_mode: Mode;
        /// The mode instead of FILE_UPLOAD_DIRECTORY_PERMISSIONS.
        directory_permissions_mode: Mode;
        /// The name of the manifest under STATIC_ROOT.
        manifest_name: FileName => Text("staticfiles.json");
        /// Only for serving; accepted and unused.
        manifest_strict: Boolean => Boolean(true);
        /// Accepted and unused: chains of any depth resolve.
        max_post_process_passes: Integer(0, u32::MAX as i64);
        /// Whether imports and exports of JavaScript modules are rewritten.
        support_js_module_import_aggregation: Boolean => Boolean(false);
    } others: Refused

    /// Template engines, in whose directories {% static %} is looked for; else
    /// templates beside the settings file, templates and jinja2 in each app.
    TEMPLATES: "TEMPLATES" {
        /// The engine, by which apps have their templates in templates or in
        /// jinja2.
        BACKEND: Text => Text("django.template.backends.django.DjangoTemplates");
        /// Accepted and unused.
        NAME: Text;
        /// Directories of templates.
        DIRS: Paths => Texts(&[]);
        /// Whether apps have directories of templates.
        APP_DIRS: Boolean => Boolean(false);
        OPTIONS: Table(&TEMPLATE_OPTIONS);
    } others: Refused

    /// Only loaders is read.
    TEMPLATE_OPTIONS: "TEMPLATES.OPTIONS" {
        /// What finds templates in place of DIRS and APP_DIRS. Of loaders other
        /// than Django's the directories are unknown.
        loaders: Loaders;
    } others: Unread

    /// What Django has no setting for.
    STATICC: "staticc" {
        /// Whose rules are followed, such as "5.2"; else those of the Django
        /// on python_path, else of the newest one known.
        django: Django;
        /// Where apps are looked up: directories and virtual environments;
        /// else the settings file's directory, VIRTUAL_ENV, .venv, venv and
        /// the environment of the first Python on PATH.
        python_path: Paths;
        app_directories: Table(&APP_DIRECTORIES);
        /// Patterns of what is not collected, besides those of -i.
        ignore_patterns: Texts;
        /// Patterns of what is not collected, unless --no-default-ignore is
        /// given: what Django has as StaticFilesConfig.ignore_patterns.
        default_ignore_patterns: Texts => Texts(&DEFAULT_IGNORE_PATTERNS);
        /// By whose rules references are found: "django", those of its version,
        /// or "browser", whatever a browser follows, JavaScript modules and
        /// their cycles included.
        references: Word(&names(&REFERENCES)) => Text("django");
        /// Globs on files whose names have a hash already, such as
        /// "assets/*-????????.*": names and texts stay.
        prehashed: Texts => Texts(&[]);
        /// Globs on files whose texts stay, such as "leaflet/**": their names
        /// get a fingerprint.
        no_rewrite: Texts => Texts(&[]);
        /// Globs on files that are kept under their plain names only, such as
        /// "tinymce/**".
        no_hash: Texts => Texts(&[]);
        missing_references: WordOrTable(LEVEL_NAMES, &MISSING_REFERENCES);
        allow: Tables(&ALLOW);
        compression: Table(&COMPRESSION);
        cache: Table(&CACHE);
        publish: Table(&PUBLISH);
    } others: Refused

    /// Directories of apps that can't be located from Python's source, by
    /// their entries in INSTALLED_APPS.
    APP_DIRECTORIES: "staticc.app_directories" {
    } others: Paths

    /// How severe a reference to a file that does not exist is: one word for
    /// all references, or a table with a word for some kinds.
    MISSING_REFERENCES: "staticc.missing_references" {
        /// url() and @import in CSS.
        css: Word(LEVEL_NAMES) => Text("error");
        /// import and export in JavaScript; else "error", or "warn" where
        /// references = "browser".
        js: Word(LEVEL_NAMES);
        /// Images in web app manifests, where references = "browser".
        webmanifest: Word(LEVEL_NAMES) => Text("warn");
        /// {% static %} in templates.
        template: Word(LEVEL_NAMES) => Text("error");
        /// sourceMappingURL in CSS and JavaScript.
        "source-map": Word(LEVEL_NAMES) => Text("warn");
    } others: Refused

    /// A severity for some references to files that aren't there, or for some
    /// other problems.
    ALLOW: "staticc.allow" {
        /// A glob on the files that refer, or that the problem is about, such
        /// as "vendor/**".
        path: Glob => Refused(GLOB);
        /// A glob on what the references name, such as "css/app.css"; else
        /// whatever they name.
        target: Glob;
        /// The kind of references, or the problem; else every reference in css
        /// and js.
        kind: Word(&names(&KINDS));
        /// What they amount to.
        level: Word(&names(&ALLOWED)) => Text("warn");
    } others: Refused

    /// How compressed copies are made.
    COMPRESSION: "staticc.compression" {
        /// Which compressed copies are made.
        encodings: Words(ENCODING_NAMES) => Texts(&["br", "gz"]);
        /// How hard brotli tries.
        brotli_quality: Integer(0, 11) => Integer(11);
        /// The share of a file that a copy must save to be kept.
        min_saving: Share => Share(0.05);
        /// Larger files get no compressed copies: making them needs memory for
        /// the file and its copies.
        max_size: Size => Text("512 MiB");
        rule: Tables(&RULE);
    } others: Refused

    /// How compressed copies of some files are made; the first rule that
    /// matches a file is the one for it.
    RULE: "staticc.compression.rule" {
        /// A glob on the files, such as "**/*.map".
        path: Glob => Refused(GLOB);
        /// Which compressed copies are made of them.
        encodings: Words(ENCODING_NAMES);
        /// How hard brotli tries.
        brotli_quality: Integer(0, 11);
        /// The share of a file that a copy must save to be kept.
        min_saving: Share;
    } others: Refused

    /// The cache of compressed copies.
    CACHE: "staticc.cache" {
        /// Its directory, such as one to be kept between CI jobs; else the
        /// user's cache directory.
        dir: Path;
        /// How large it may become before what was used least recently goes.
        max_size: Size => Text("2 GiB");
        /// A store with the copies of all machines, such as
        /// "s3://bucket/prefix"; also az://, gs:// and file:///.
        remote: Text;
        /// The address of a service that speaks S3; only for s3://.
        remote_endpoint: Text;
        /// Whether the run writes in the store, too.
        remote_access: Word(&names(&REMOTE_ACCESS)) => Text("read-write");
    } others: Refused

    /// What staticc publish puts into an object store. Credentials come from the environment.
    PUBLISH: "staticc.publish" {
        /// The store, such as "s3://bucket/prefix"; also az://, gs:// and file:///.
        store: Text;
        /// The address of a service that speaks S3; only for s3://.
        endpoint: Text;
        /// What the objects are; else gzip where STATIC_ROOT has such copies.
        encoding: Word(&names(&OBJECT_ENCODINGS));
        /// Whether .br and .gz copies are objects too, for a CDN that chooses.
        copies: Boolean => Boolean(false);
        /// The header Cache-Control of names without a fingerprint.
        cache_control: Text => Text(DEFAULT_CACHE_CONTROL);
        /// Who may read the objects, if not the bucket's policy says so. Only for S3 and Google.
        acl: Word(&names(&OBJECT_ACLS));
        /// Globs on files that are not published, such as "**/*.map".
        exclude: Texts => Texts(&[]);
        /// How many requests are sent at a time.
        jobs: Integer(1, 256) => Integer(DEFAULT_JOBS);
        /// How many releases staticc prune --store keeps, the current one included.
        keep: Integer(1, 65535) => Integer(DEFAULT_KEEP);
        /// Releases that were replaced less than this ago are kept too, as in "30d".
        older_than: Age;
    } others: Refused
}
