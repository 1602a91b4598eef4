//! Words the setting with which WhiteNoise serves names that have a bundler's hash as it serves
//! fingerprinted ones. Knows no Python project.

use std::collections::BTreeSet;

use super::loading::IgnoreOptions;
use super::project::Project;
use crate::model::{Code, PrehashedBy, Problem, ReferenceRules, Treatment};
use crate::pystd::posixpath::path_split;
use crate::settings::Settings;

/// A name with a fingerprint. The setting replaces WhiteNoise's own test for these.
const FINGERPRINTED: &str = r"\.[0-9a-f]{12}(\.[^./]+)?$";

/// A name that a bundler has made: its hash has a digit or a capital letter.
const BUNDLED: &str = r"[^/]+[-.](?=[^.]*[0-9A-Z])[0-9A-Za-z_-]{8,}\.[^/]+";

/// Returns a note with the setting, if there are files whose names have a bundler's hash.
pub fn immutable_files_note(settings: &Settings) -> Option<Problem> {
    let pattern = immutable_pattern(settings)?;
    let message = "WhiteNoise does not know the names that a bundler has hashed";
    Some(
        Problem::info(Code::ImmutableFiles, message)
            .note("without this setting, browsers ask for them again after WHITENOISE_MAX_AGE")
            .help(format!(
                "add to Django's settings: WHITENOISE_IMMUTABLE_FILE_TEST = {}",
                raw_string(&pattern)
            )),
    )
}

fn immutable_pattern(settings: &Settings) -> Option<String> {
    if !settings.backend.hashes() {
        return None;
    }
    let globs = settings.treatments.prehashed.iter();
    let of_globs = globs.map(|glob| to_regex(glob.text()));
    let names: Vec<String> = of_globs.chain(of_manifests(settings)).collect();
    if names.is_empty() {
        return None;
    }
    let prefix = escape(path_of(&settings.static_url));
    Some(format!("{FINGERPRINTED}|^{prefix}({})$", names.join("|")))
}

/// Returns a pattern for each directory with files that the manifest of a bundler names.
fn of_manifests(settings: &Settings) -> Vec<String> {
    if settings.references == ReferenceRules::Django {
        return Vec::new();
    }
    let project = Project::find(settings, &IgnoreOptions::default());
    let bundled = project.found.assets.iter().filter(|asset| {
        matches!(
            asset.treatment,
            Treatment::Prehashed(PrehashedBy::Manifest(_))
        )
    });
    let directories: BTreeSet<String> = bundled
        .map(|asset| String::from_utf8_lossy(path_split(asset.path.as_bytes()).0).into_owned())
        .collect();
    let pattern = |directory: String| match &directory[..] {
        "" => BUNDLED.to_owned(),
        directory => format!("{}/{BUNDLED}", escape(directory)),
    };
    directories.into_iter().map(pattern).collect()
}

/// Returns the path of STATIC_URL, which WhiteNoise serves.
fn path_of(static_url: &str) -> &str {
    let Some((_, after_scheme)) = static_url.split_once("//") else {
        return static_url;
    };
    after_scheme
        .find('/')
        .map_or("/", |slash| &after_scheme[slash..])
}

/// Returns a glob as a regular expression of Python.
fn to_regex(glob: &str) -> String {
    let mut regex = String::new();
    let mut rest = glob;
    let mut braces = 0_usize;
    while let Some(character) = rest.chars().next() {
        let (pattern, length): (String, usize) = match character {
            '*' if rest.starts_with("**/") => ("(.*/)?".into(), 3),
            '*' if rest.starts_with("**") => (".*".into(), 2),
            '*' => ("[^/]*".into(), 1),
            '?' => ("[^/]".into(), 1),
            '{' => {
                braces += 1;
                ("(".into(), 1)
            }
            '}' => {
                braces = braces.saturating_sub(1);
                (")".into(), 1)
            }
            ',' if braces > 0 => ("|".into(), 1),
            '[' => class(rest),
            '\\' if rest.len() > 1 => {
                let escaped = rest.chars().nth(1).unwrap_or_default();
                (escape(&escaped.to_string()), 1 + escaped.len_utf8())
            }
            other => (escape(&other.to_string()), other.len_utf8()),
        };
        regex.push_str(&pattern);
        rest = &rest[length..];
    }
    regex
}

/// Returns the class that a glob begins with, and its length.
fn class(glob: &str) -> (String, usize) {
    // A bracket right at the start is one of the characters.
    let first: usize = glob.chars().take(2).map(char::len_utf8).sum();
    let Some(end) = glob[first..].find(']').map(|end| end + first) else {
        return (escape(glob), glob.len());
    };
    let inside = &glob[1..end];
    let negated = inside.strip_prefix(['!', '^']);
    let start = if negated.is_some() { "[^" } else { "[" };
    let characters = negated.unwrap_or(inside).replace('\\', r"\\");
    (format!("{start}{characters}]"), end + 1)
}

/// Escapes what has a meaning in a regular expression.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if r"\.+*?()|[]{}^$".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Returns a raw string of Python.
fn raw_string(text: &str) -> String {
    let quote = if text.contains('"') { '\'' } else { '"' };
    format!("r{quote}{text}{quote}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_become_regular_expressions() {
        for (glob, regex) in [
            (
                "assets/*-????????.*",
                r"assets/[^/]*-[^/][^/][^/][^/][^/][^/][^/][^/]\.[^/]*",
            ),
            ("**/*.[!a-z]{js,css}", r"(.*/)?[^/]*\.[^a-z](js|css)"),
            (r"dist/**", "dist/.*"),
            (r"a\*b+c,[é]", r"a\*b\+c,[é]"),
        ] {
            assert_eq!(to_regex(glob), regex);
            assert!(regex::Regex::new(regex).is_ok());
        }
    }

    #[test]
    fn static_url_has_a_path() {
        for (url, path) in [
            ("/static/", "/static/"),
            ("https://cdn.example/a/", "/a/"),
            ("//cdn.example/", "/"),
        ] {
            assert_eq!(path_of(url), path);
        }
    }
}
