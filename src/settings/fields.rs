//! Reads single settings whose values have a syntax of their own, and the tables of `[staticc]`.
//! Does not know how settings depend on each other.

use bytesize::ByteSize;
use globset::{GlobBuilder, GlobMatcher};

use super::choices::{ALLOWED, ENCODINGS, KINDS};
use super::reader::Section;
use super::tree::Span;
use super::value_type::MAX_GLOB_LENGTH;
use super::{Allow, AllowKind, Compression, CompressionRule, keys};
use crate::model::ReportLevel;

/// Returns the strings of an array.
pub fn texts(section: &Section<'_>, key: &str) -> Vec<String> {
    let texts = section.texts(key).unwrap_or_default();
    texts.into_iter().map(str::to_owned).collect()
}

/// Returns `WHITENOISE_SKIP_COMPRESS_EXTENSIONS`. A string counts as its characters, as in
/// WhiteNoise.
pub fn skip_extensions(top: &Section<'_>) -> Vec<String> {
    let key = "WHITENOISE_SKIP_COMPRESS_EXTENSIONS";
    match top.placed_text(key) {
        Some((text, _)) => text.chars().map(String::from).collect(),
        None => texts(top, key),
    }
}

/// The mode of files or directories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileMode {
    Bits(u32),
    /// What the umask leaves: `"umask"`, or Python's `None`.
    Umask,
}

impl FileMode {
    pub fn bits(self) -> Option<u32> {
        match self {
            Self::Bits(bits) => Some(bits),
            Self::Umask => None,
        }
    }
}

/// Returns a mode. `None` if the setting is absent and has no default.
pub fn mode(section: &Section<'_>, key: &str) -> Option<FileMode> {
    match section.text(key) {
        Some(_) => Some(FileMode::Umask),
        None => section.integer(key).map(FileMode::Bits),
    }
}

/// Returns the option `manifest_name`, which must stay in STATIC_ROOT.
pub fn manifest_name(options: &Section<'_>) -> String {
    let key = "manifest_name";
    let name = options.text(key).unwrap_or_default();
    // A backslash is a separator elsewhere.
    let mut parts = name.split(['/', '\\']);
    let is_plain = !name.contains('\0') && parts.all(|part| !matches!(part, "" | "." | ".."));
    if let (false, Some((_, span))) = (is_plain, options.placed_text(key)) {
        options.refuse(key, span, "a file name under STATIC_ROOT");
    }
    name.to_owned()
}

/// Returns the entries of `[[staticc.allow]]`.
pub fn allow(staticc: &Section<'_>) -> Vec<Allow> {
    let tables = staticc.tables(&keys::ALLOW);
    let list = tables.filter_map(|(table, span)| {
        let kind = table
            .word("kind", &KINDS)
            .unwrap_or(AllowKind::AnyReference);
        if let (AllowKind::Problem(code), Some((_, span))) = (kind, table.placed_text("target")) {
            let wanted = format!(
                "left out: a problem of kind \"{}\" names no file",
                code.as_str()
            );
            table.refuse("target", span, &wanted);
        }
        Some(Allow {
            path: glob(&table, "path")?,
            target: glob(&table, "target"),
            kind,
            level: table.word("level", &ALLOWED).unwrap_or(ReportLevel::Warn),
            file: span.text.name.as_str().into(),
            place: span.to_source_span(),
        })
    });
    list.collect()
}

/// Returns the table `[staticc.compression]`.
pub fn compression(table: &Section<'_>) -> Compression {
    let encodings = |table: &Section<'_>| table.words("encodings", &ENCODINGS);
    let quality = |table: &Section<'_>| table.integer("brotli_quality");
    let saving = |table: &Section<'_>| table.share("min_saving");
    let rules = table.tables(&keys::RULE).filter_map(|(rule, _)| {
        Some(CompressionRule {
            path: glob(&rule, "path")?,
            encodings: encodings(&rule),
            brotli_quality: quality(&rule),
            min_saving: saving(&rule),
        })
    });
    Compression {
        encodings: encodings(table).unwrap_or_default(),
        brotli_quality: quality(table).unwrap_or_default(),
        min_saving: saving(table).unwrap_or_default(),
        max_size: size(table).unwrap_or(u64::MAX),
        rules: rules.collect(),
    }
}

/// Returns the key `max_size` in bytes.
pub fn size(table: &Section<'_>) -> Option<u64> {
    let size = table.text("max_size")?.parse::<ByteSize>();
    if let (Err(_), Some((_, span))) = (&size, table.placed_text("max_size")) {
        table.refuse("max_size", span, "a size such as \"2 GiB\" or \"500 MB\"");
    }
    size.ok().map(|size| size.as_u64())
}

/// Returns the globs of an array.
pub fn globs(table: &Section<'_>, key: &str) -> Vec<GlobMatcher> {
    let placed = table.placed(key);
    placed
        .filter_map(|(text, span)| to_glob(table, key, text, span))
        .collect()
}

/// Returns the glob of a key.
fn glob(table: &Section<'_>, key: &str) -> Option<GlobMatcher> {
    let (text, span) = table.placed_text(key)?;
    to_glob(table, key, text, span)
}

/// Returns the glob of a text that a key has.
pub fn to_glob(table: &Section<'_>, key: &str, text: &str, span: &Span) -> Option<GlobMatcher> {
    let refused = |wanted: &str| {
        table.refuse(key, span, wanted);
        None
    };
    if text.len() > MAX_GLOB_LENGTH {
        return refused(&format!("a glob of at most {MAX_GLOB_LENGTH} bytes"));
    }
    let glob = match GlobBuilder::new(text).literal_separator(true).build() {
        Ok(glob) => glob,
        Err(error) => return refused(&format!("a glob: {}", error.kind())),
    };
    // `compile_matcher` panics if this fails.
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
    use crate::settings::problem_list::ProblemList;
    use crate::settings::tree::{SourceText, parse};

    /// Returns the problems of a table with this glob as its `path`.
    fn problems(path: &str) -> Vec<Problem> {
        let table = parse(&SourceText::new("", format!("path = {path:?}"))).unwrap();
        let problems = ProblemList::default();
        glob(&Section::open(&keys::ALLOW, &table, &problems), "path");
        problems.into_problems()
    }

    #[test]
    fn globs_with_too_many_braces_are_refused() {
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
