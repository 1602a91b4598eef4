//! Settings whose values have a syntax of their own, and tables of settings.
//! A table in, a value out; knows no other setting.

use bytesize::ByteSize;
use globset::{GlobBuilder, GlobMatcher};

use super::reader::Section;
use super::shape::LONGEST_GLOB;
use super::words::{ALLOWED, ENCODINGS, KINDS};
use super::{Allow, AllowKind, CacheSettings, Compression, CompressionRule, keys};
use crate::model::ReportLevel;
use crate::settings::text::Layers;

/// The strings of an array.
pub fn texts(section: &Section<'_>, key: &str) -> Vec<String> {
    let texts = section.texts(key).unwrap_or_default();
    texts.into_iter().map(str::to_owned).collect()
}

/// `WHITENOISE_SKIP_COMPRESS_EXTENSIONS`; a string is taken by characters,
/// as WhiteNoise takes it.
pub fn skip_extensions(top: &Section<'_>) -> Vec<String> {
    let key = "WHITENOISE_SKIP_COMPRESS_EXTENSIONS";
    match top.placed_text(key) {
        Some((text, _)) => text.chars().map(String::from).collect(),
        None => texts(top, key),
    }
}

/// A file mode; `Some(None)` is Python's `None`.
#[expect(clippy::option_option, reason = "not said, said to be none, said")]
pub fn mode(section: &Section<'_>, key: &str) -> Option<Option<u32>> {
    match section.text(key) {
        Some(_) => Some(None),
        None => section.integer(key).map(Some),
    }
}

/// `OPTIONS.manifest_name`, which must stay under STATIC_ROOT.
pub fn manifest_name(options: &Section<'_>) -> String {
    let key = "manifest_name";
    let name = options.text(key).unwrap_or_default();
    let plain = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if let (false, Some((_, spot))) = (plain, options.placed_text(key)) {
        options.refuse(key, spot, "a file name under STATIC_ROOT");
    }
    name.to_owned()
}

/// `[[staticc.allow]]`.
pub fn allow(staticc: &Section<'_>) -> Vec<Allow> {
    let tables = staticc.tables(&keys::ALLOW);
    let list = tables.filter_map(|(table, spot)| {
        Some(Allow {
            path: glob(&table)?,
            kind: table
                .word("kind", &KINDS)
                .unwrap_or(AllowKind::AnyReference),
            level: table.word("level", &ALLOWED).unwrap_or(ReportLevel::Warn),
            file: spot.text.name.as_str().into(),
            place: spot.place(),
        })
    });
    list.collect()
}

/// `[staticc.compression]`.
pub fn compression(table: &Section<'_>) -> Compression {
    let encodings = |table: &Section<'_>| table.words("encodings", &ENCODINGS);
    let quality = |table: &Section<'_>| table.integer("brotli_quality");
    let saving = |table: &Section<'_>| table.share("min_saving");
    let rules = table.tables(&keys::RULE).filter_map(|(rule, _)| {
        Some(CompressionRule {
            path: glob(&rule)?,
            encodings: encodings(&rule),
            brotli_quality: quality(&rule),
            min_saving: saving(&rule),
        })
    });
    Compression {
        encodings: encodings(table).unwrap_or_default(),
        brotli_quality: quality(table).unwrap_or_default(),
        min_saving: saving(table).unwrap_or_default(),
        rules: rules.collect(),
    }
}

/// `[staticc.cache]`.
pub fn cache(table: &Section<'_>, layers: &Layers) -> CacheSettings {
    let size = table
        .text("max_size")
        .unwrap_or_default()
        .parse::<ByteSize>();
    if let (Err(_), Some((_, spot))) = (&size, table.placed_text("max_size")) {
        table.refuse("max_size", spot, "a size such as \"2 GiB\" or \"500 MB\"");
    }
    CacheSettings {
        dir: table.text("dir").map(|dir| layers.resolve(dir)),
        max_size: size.map_or(CacheSettings::default().max_size, |size| size.as_u64()),
    }
}

/// The `path` of a table.
fn glob(table: &Section<'_>) -> Option<GlobMatcher> {
    let (text, spot) = table.placed_text("path")?;
    let refused = |wanted: &str| {
        table.refuse("path", spot, wanted);
        None
    };
    if text.len() > LONGEST_GLOB {
        return refused(&format!("a glob of at most {LONGEST_GLOB} bytes"));
    }
    let glob = match GlobBuilder::new(text).literal_separator(true).build() {
        Ok(glob) => glob,
        Err(error) => return refused(&format!("a glob: {}", error.kind())),
    };
    // `compile_matcher` panics where this fails.
    if regex::bytes::Regex::new(glob.regex()).is_err() {
        return refused("a glob with fewer braces in each other");
    }
    Some(glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::keys;
    use super::*;
    use crate::model::Code;
    use crate::model::Problem;
    use crate::settings::problems::Problems;
    use crate::settings::tree::{Text, parse};

    /// The problems of a table with this glob as its `path`.
    fn problems(path: &str) -> Vec<Problem> {
        let table = parse(&Text::new("", format!("path = {path:?}"))).unwrap();
        let problems = Problems::default();
        glob(&Section::open(&keys::ALLOW, &table, &problems));
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
            assert_eq!(problems(&path)[0].code, Code::BadValue);
        }
    }
}
