//! Single settings whose values have a syntax of their own: finders, modes,
//! globs, encodings. Table in, value out; knows no other setting.

use globset::{GlobBuilder, GlobMatcher};

use super::problems::Problems;
use super::reader::{Section, one_of};
use super::tree::{Node, Value};
use super::{
    Allow, CacheSettings, Compression, CompressionRule, Encoding, Finder, Level, ReferenceKind,
};
use crate::nouns::Problem;

/// WhiteNoise's list of what is not worth compressing.
const SKIP_COMPRESS_EXTENSIONS: &str = "jpg jpeg png gif webp zip gz tgz bz2 tbz xz br swf flv \
    woff woff2 3gp 3gpp asf avi m4v mov mp4 mpeg mpg webm wmv";

const FINDERS: [(&str, Finder); 2] = [
    (
        "django.contrib.staticfiles.finders.FileSystemFinder",
        Finder::FileSystem,
    ),
    (
        "django.contrib.staticfiles.finders.AppDirectoriesFinder",
        Finder::AppDirectories,
    ),
];

const ENCODINGS: [(&str, Encoding); 3] = [
    ("br", Encoding::Brotli),
    ("gz", Encoding::Gzip),
    ("zst", Encoding::Zstd),
];

/// Severities by their names.
pub const LEVELS: [(&str, Level); 3] = [
    ("error", Level::Error),
    ("warn", Level::Warn),
    ("ignore", Level::Ignore),
];

/// `WHITENOISE_SKIP_COMPRESS_EXTENSIONS`; a string is taken by characters,
/// as WhiteNoise takes it.
pub fn skip_extensions(top: &Section<'_>) -> Vec<String> {
    let key = "WHITENOISE_SKIP_COMPRESS_EXTENSIONS";
    match top.node(key).map(|node| &node.value) {
        None => SKIP_COMPRESS_EXTENSIONS
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        Some(Value::Text(text)) => text.chars().map(String::from).collect(),
        Some(_) => top
            .texts(key)
            .unwrap_or_default()
            .into_iter()
            .map(|(text, _)| text.to_owned())
            .collect(),
    }
}

/// `STATICFILES_FINDERS`, or Django's default.
pub fn finders(top: &Section<'_>) -> Vec<Finder> {
    let Some(written) = top.texts("STATICFILES_FINDERS") else {
        return FINDERS.map(|(_, finder)| finder).into();
    };
    let find = |(text, node): &(&str, &Node)| {
        let found = FINDERS.iter().find(|(name, _)| name == text);
        found.map(|(_, finder)| *finder).or_else(|| {
            let wanted = format!("a list of {}", one_of(&FINDERS));
            top.refused("STATICFILES_FINDERS", node, &wanted)
        })
    };
    written.iter().filter_map(find).collect()
}

/// A file mode; `Some(None)` is Python's `None`.
#[expect(clippy::option_option, reason = "not said, said to be none, said")]
pub fn mode(section: &Section<'_>, key: &'static str) -> Option<Option<u32>> {
    let node = section.node(key)?;
    match &node.value {
        Value::Text(text) if text == "umask" => Some(None),
        Value::Text(_) => section.refused(key, node, "a mode such as 0o644, or \"umask\""),
        _ => section.integer(key, 0, 0o7777).map(Some),
    }
}

/// `OPTIONS.manifest_name`, which must stay under STATIC_ROOT.
pub fn manifest_name(options: &Section<'_>) -> String {
    let key = "manifest_name";
    let name = options.text(key).unwrap_or("staticfiles.json");
    let plain = !name.is_empty()
        && !name.starts_with('/')
        && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if let (false, Some(node)) = (plain, options.node(key)) {
        let _: Option<()> = options.refused(key, node, "a file name under STATIC_ROOT");
    }
    name.to_owned()
}

/// `[[staticc.allow]]`.
pub fn allow(staticc: &Section<'_>, problems: &Problems) -> Vec<Allow> {
    let mut list = Vec::new();
    for node in staticc.array("allow").unwrap_or_default() {
        let Value::Table(table) = &node.value else {
            let _: Option<()> = staticc.mistyped("allow", node, "an array of tables");
            continue;
        };
        let section = Section::new("staticc.allow", Some(table), problems);
        let kinds = [
            ("css", ReferenceKind::Css),
            ("source-map", ReferenceKind::SourceMap),
            ("js", ReferenceKind::Js),
        ];
        let kind = section.word("kind", &kinds);
        let level = section.word("level", &LEVELS[1..]).unwrap_or(Level::Warn);
        let place = crate::nouns::place_at(
            &node.spot.text.content,
            node.spot.range.start,
            node.spot.range.end,
        );
        if let Some(path) = glob(&section, node, problems) {
            list.push(Allow {
                path,
                kind,
                level,
                line: place.line,
            });
        }
        section.finish(|_| None);
    }
    list
}

/// `[staticc.compression]`.
pub fn compression(staticc: &Section<'_>, problems: &Problems) -> Compression {
    let section = Section::new(
        "staticc.compression",
        staticc.table("compression"),
        problems,
    );
    let mut rules = Vec::new();
    for node in section.array("rule").unwrap_or_default() {
        let Value::Table(table) = &node.value else {
            let _: Option<()> = section.mistyped("rule", node, "an array of tables");
            continue;
        };
        let rule = Section::new("staticc.compression.rule", Some(table), problems);
        let path = glob(&rule, node, problems);
        let (encodings, brotli_quality, min_saving) = (
            encodings(&rule),
            rule.integer("brotli_quality", 0, 11),
            rule.share("min_saving"),
        );
        rule.finish(|_| None);
        rules.extend(path.map(|path| CompressionRule {
            path,
            encodings,
            brotli_quality,
            min_saving,
        }));
    }
    let compression = Compression {
        encodings: encodings(&section).unwrap_or_else(|| vec![Encoding::Brotli, Encoding::Gzip]),
        brotli_quality: section.integer("brotli_quality", 0, 11).unwrap_or(11),
        min_saving: section.share("min_saving").unwrap_or(0.05),
        rules,
    };
    section.finish(|_| None);
    compression
}

/// `max_size` of the cache, in bytes.
pub fn max_size(cache: &Section<'_>) -> u64 {
    let read = || {
        let text = cache.text("max_size")?;
        let size = text.parse::<bytesize::ByteSize>();
        size.ok().or_else(|| {
            let node = cache.node("max_size")?;
            cache.refused("max_size", node, "a size such as \"2 GiB\" or \"500 MB\"")
        })
    };
    read().map_or(CacheSettings::default().max_size, |size| size.as_u64())
}

fn encodings(section: &Section<'_>) -> Option<Vec<Encoding>> {
    let find = |(text, node): &(&str, &Node)| {
        let found = ENCODINGS.iter().find(|(name, _)| name == text);
        found.map(|(_, encoding)| *encoding).or_else(|| {
            let wanted = format!("a list of {}", one_of(&ENCODINGS));
            section.refused("encodings", node, &wanted)
        })
    };
    let written = section.texts("encodings")?;
    Some(written.iter().filter_map(find).collect())
}

/// The longest glob: what is made of longer ones may not fit in memory.
const GLOB: usize = 1000;

/// The `path` of a table, which must be there.
fn glob(section: &Section<'_>, table: &Node, problems: &Problems) -> Option<GlobMatcher> {
    let Some(node) = section.node("path") else {
        let problem = Problem::error(
            "missing-setting",
            "`path` is missing: a glob such as \"vendor/**\"",
        );
        problems.add_at(&table.spot, problem);
        return None;
    };
    let text = section.text("path")?;
    if text.len() > GLOB {
        return section.refused("path", node, &format!("a glob of at most {GLOB} bytes"));
    }
    let glob = match GlobBuilder::new(text).literal_separator(true).build() {
        Ok(glob) => glob,
        Err(error) => return section.refused("path", node, &format!("a glob: {}", error.kind())),
    };
    // `compile_matcher` panics where this fails.
    if regex::bytes::Regex::new(glob.regex()).is_err() {
        return section.refused("path", node, "a glob with fewer braces in each other");
    }
    Some(glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tree::{Text, parse};

    /// The problems of a table with this glob as its `path`.
    fn problems(path: &str) -> Vec<Problem> {
        let table = parse(&Text::new("", format!("t = {{ path = {path:?} }}"))).unwrap();
        let problems = Problems::default();
        let node = table.get("t").unwrap();
        let Value::Table(inner) = &node.value else {
            panic!("not a table");
        };
        glob(&Section::new("t", Some(inner), &problems), node, &problems);
        problems.into_inner()
    }

    #[test]
    fn globs_that_are_too_much_are_refused() {
        assert_eq!(problems("vendor/**/[!a-zé]*.{css,js}"), []);
        for path in [
            "{".repeat(300) + "a" + &"}".repeat(300),
            "{".repeat(100_000) + &"}".repeat(100_000),
            "{a,b}".repeat(400_000),
        ] {
            assert_eq!(problems(&path)[0].code, "bad-value");
        }
    }
}
