//! A reference as it stands in a text: where its URL is, what the URL is once it is
//! decoded, and how another URL has to be spelled there. Does not know how
//! references are found.

use std::borrow::Cow;
use std::ops::Range;

use crate::model::LogicalPath;

/// The language of a text, which decides what is looked for in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Css,
    JavaScript,
    Webmanifest,
}

impl Language {
    /// Returns the language of a file by the end of its name, or `None` if a browser
    /// follows no references in it.
    pub fn of(path: &LogicalPath) -> Option<Self> {
        let extension = path.as_bytes().rsplit(|&byte| byte == b'.').next()?;
        match extension {
            b"css" => Some(Self::Css),
            b"js" | b"mjs" | b"cjs" => Some(Self::JavaScript),
            b"webmanifest" => Some(Self::Webmanifest),
            _ => None,
        }
    }
}

/// What makes a browser follow a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Syntax {
    /// `url(…)` in a declaration.
    CssUrl,
    /// `@import "…"` or `@import url(…)`.
    CssImport,
    /// A string in `image-set(…)`.
    ImageSet,
    /// `url(…)`, or a string in `image-set(…)`, in a custom property. It is relative to
    /// the style sheet that uses the property with `var()`.
    CustomProperty,
    /// A `sourceMappingURL` comment.
    SourceMap,
    /// `import … from "…"` or `import "…"`.
    StaticImport,
    /// `export … from "…"`.
    ExportFrom,
    /// `import("…")`.
    DynamicImport,
    /// `import.meta.resolve("…")`.
    ImportMetaResolve,
    /// `new URL("…", import.meta.url)`.
    NewUrl,
    /// `src` of an image in a web app manifest.
    WebmanifestMember,
}

/// What surrounds a URL, which decides how it is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// A string with this quotation mark, `"` or `'`.
    CssString(u8),
    /// `url(…)` without quotation marks.
    CssUnquoted,
    /// A string with this quotation mark: `"`, `'` or `` ` ``.
    JsString(u8),
    JsonString,
    /// A comment, up to white space or its end.
    SourceMapComment,
}

/// A reference that a browser follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundReference<'t> {
    pub syntax: Syntax,
    /// The bytes of the URL, without quotation marks and without the white space
    /// around a URL that has none.
    pub span: Range<usize>,
    /// The URL, with escapes decoded. It is not empty.
    pub specifier: Cow<'t, [u8]>,
    pub quoting: Quoting,
}

impl FoundReference<'_> {
    /// Returns whether the specifier is a bare name such as `lit`, which only an import
    /// map gives a URL.
    pub fn is_bare(&self) -> bool {
        use Syntax::{DynamicImport, ExportFrom, ImportMetaResolve, StaticImport};
        let may_be_bare = matches!(
            self.syntax,
            StaticImport | ExportFrom | DynamicImport | ImportMetaResolve
        );
        let specifier = &self.specifier[..];
        let relative = [&b"/"[..], b"./", b"../"];
        may_be_bare
            && !relative.iter().any(|start| specifier.starts_with(start))
            && !has_scheme(specifier)
    }
}

/// Whether a URL begins with a scheme, as in `https:` and `data:`.
fn has_scheme(url: &[u8]) -> bool {
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let colon = url.iter().position(|byte| !is_scheme(byte));
    url.first().is_some_and(u8::is_ascii_alphabetic)
        && colon.is_some_and(|index| url[index] == b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_follows_the_end_of_the_name() {
        let of = |name: &str| Language::of(&LogicalPath::new(name));
        assert_eq!(of("a/b.css"), Some(Language::Css));
        for name in ["a.js", "a.min.mjs", "a.cjs"] {
            assert_eq!(of(name), Some(Language::JavaScript));
        }
        assert_eq!(of("site.webmanifest"), Some(Language::Webmanifest));
        for name in ["a.css.map", "a.ts", "a.CSS", "a.css/b"] {
            assert_eq!(of(name), None, "{name}");
        }
    }

    #[test]
    fn bare_names_are_specifiers_of_modules_that_are_no_urls() {
        let is_bare = |syntax, specifier: &str| {
            let reference = FoundReference {
                syntax,
                span: 0..specifier.len(),
                specifier: Cow::Borrowed(specifier.as_bytes()),
                quoting: Quoting::JsString(b'"'),
            };
            reference.is_bare()
        };
        for bare in [
            "lit",
            "@lit/core",
            "a/b.js",
            ".a",
            "#inner",
            "1a:b",
            " ./a",
            "?x",
        ] {
            assert!(is_bare(Syntax::StaticImport, bare), "{bare}");
            assert!(!is_bare(Syntax::NewUrl, bare), "{bare}");
        }
        for url in [
            "./a",
            "../a",
            "/a",
            "//cdn/a",
            "https://cdn/a",
            "data:text/javascript,",
            "node:fs",
        ] {
            assert!(!is_bare(Syntax::DynamicImport, url), "{url}");
        }
    }
}
