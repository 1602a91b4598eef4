//! Judges the header `Content-Type` of an answer: whether browsers take the file for what it is.
//! Django's SecurityMiddleware and most sites send `nosniff`, so that browsers do not guess.

use super::expected::ExpectedFile;
use crate::publish::content_type::content_type;

/// What browsers make of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeVerdict {
    Good,
    /// Browsers load the file, and may show it wrongly or not use all of it.
    Poor,
    /// Browsers refuse the file.
    Wrong,
}

/// The types of scripts, by the WHATWG's list. Modules need one of them.
const JAVASCRIPT: &[&str] = &[
    "application/ecmascript",
    "application/javascript",
    "application/x-ecmascript",
    "application/x-javascript",
    "text/ecmascript",
    "text/javascript",
    "text/javascript1.0",
    "text/javascript1.1",
    "text/javascript1.2",
    "text/javascript1.3",
    "text/javascript1.4",
    "text/javascript1.5",
    "text/jscript",
    "text/livescript",
    "text/x-ecmascript",
    "text/x-javascript",
];

/// Types that browsers take only for themselves.
const EXACT: &[&str] = &["application/wasm", "image/svg+xml", "text/css", "text/html"];

/// Returns the type that a file should have, without parameters.
pub fn expected_type(file: &ExpectedFile) -> String {
    essence(&content_type(&file.path))
}

/// Judges the header of an answer; an absent one is empty.
pub fn judge(file: &ExpectedFile, header: &str) -> TypeVerdict {
    let expected = expected_type(file);
    let found = essence(header);
    let good_or = |is_good: bool, otherwise: TypeVerdict| {
        if is_good {
            TypeVerdict::Good
        } else {
            otherwise
        }
    };
    let verdict = match &expected[..] {
        "text/javascript" => good_or(JAVASCRIPT.contains(&&found[..]), TypeVerdict::Wrong),
        exact if EXACT.contains(&exact) => good_or(found == exact, TypeVerdict::Wrong),
        "application/manifest+json" => {
            let is_good = found == expected || found == "application/json";
            good_or(is_good, TypeVerdict::Poor)
        }
        // Only developers' tools read a source map, and they take any type.
        "application/json" if file.extension() != "map" => {
            let is_good = found == expected || found.ends_with("+json") || found == "text/json";
            good_or(is_good, TypeVerdict::Poor)
        }
        other => match other.split('/').next() {
            Some(kind @ ("image" | "audio" | "video")) => {
                let is_of_kind = found.split('/').next() == Some(kind);
                good_or(is_of_kind, TypeVerdict::Poor)
            }
            // Browsers look at the bytes of fonts, and load nothing else of these kinds.
            _ => good_or(found != "text/html", TypeVerdict::Poor),
        },
    };
    match verdict {
        TypeVerdict::Good if has_other_charset(&expected, header) => TypeVerdict::Poor,
        verdict => verdict,
    }
}

/// Returns the type without its parameters.
fn essence(header: &str) -> String {
    let first = header.split(';').next().unwrap_or_default();
    first.trim().to_lowercase()
}

/// Returns whether the header names another charset than that of the web, for a text.
fn has_other_charset(expected: &str, header: &str) -> bool {
    let parameters = header
        .split(';')
        .skip(1)
        .map(|part| part.trim().to_lowercase());
    let mut charsets = parameters.filter_map(|part| {
        let charset = part.strip_prefix("charset=")?;
        Some(charset.trim_matches('"').to_owned())
    });
    let is_text = expected.starts_with("text/") || expected.ends_with("json");
    is_text && charsets.any(|charset| !matches!(&charset[..], "utf-8" | "utf8" | "us-ascii"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::site::expected::sample_file;

    #[test]
    fn types_are_judged_as_browsers_do() {
        use TypeVerdict::{Good, Poor, Wrong};
        for (path, header, expected) in [
            ("a.js", "text/javascript; charset=\"utf-8\"", Good),
            ("a.js", "application/javascript", Good),
            ("a.js", "Application/X-JavaScript", Good),
            ("a.js", "text/plain", Wrong),
            ("a.mjs", "application/octet-stream", Wrong),
            ("a.mjs", "", Wrong),
            ("a.js", "text/javascript; charset=iso-8859-1", Poor),
            ("a.css", "text/css", Good),
            ("a.css", "text/plain; charset=utf-8", Wrong),
            ("a.svg", "image/png", Wrong),
            ("a.wasm", "application/octet-stream", Wrong),
            ("a.webmanifest", "application/json", Good),
            ("a.webmanifest", "application/octet-stream", Poor),
            ("a.ico", "image/vnd.microsoft.icon", Good),
            ("a.png", "application/octet-stream", Poor),
            ("a.ttf", "application/octet-stream", Good),
            ("a.woff2", "text/html", Poor),
            ("a.css.map", "text/plain", Good),
            ("a.json", "text/plain", Poor),
            ("a.json", "application/ld+json", Good),
            ("LICENSE", "text/plain", Good),
            ("LICENSE", "text/html", Poor),
            ("a.xml", "application/xml", Good),
        ] {
            assert_eq!(
                judge(&sample_file(path, ""), header),
                expected,
                "{path} {header}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_staticc_publishes_is_good(name in "[a-z.]{1,20}") {
            let file = sample_file(&name, "");
            let header = content_type(&file.path);
            prop_assert_eq!(judge(&file, &header), TypeVerdict::Good);
        }

        #[test]
        fn any_header_is_judged(name in ".*", header in ".*") {
            judge(&sample_file(&name, ""), &header);
        }
    }
}
