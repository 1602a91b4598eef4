//! What Django matches and what it becomes, by its version: data, and the
//! only place where versions differ in rewriting. The patterns are those
//! of `HashedFilesMixin` in `django/contrib/staticfiles/storage.py`, in the
//! syntax of the `regex` crate. Knows neither URLs nor assets.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::{DjangoVersion, ReferenceKind};

/// One pattern and its replacement.
pub(super) struct Rule {
    pub kind: ReferenceKind,
    pub pattern: &'static LazyLock<Regex>,
    /// Stands in every text that the pattern matches: quicker to look for.
    pub needle: &'static str,
    /// The replacement: the text before the clause, between the clause and
    /// the URL, and after the URL. Without a clause the second is unused.
    pub template: Template,
    /// A match that starts inside one of these blocks is left alone.
    pub ignored: Option<&'static LazyLock<Regex>>,
    /// Django 4.2 deletes a source map comment that it does not rewrite.
    pub deletes_skipped: bool,
}

/// What a match becomes.
#[derive(Clone, Copy)]
pub(super) enum Template {
    /// Text around the URL.
    Url(&'static str, &'static str),
    /// A keyword, the clause as it stood, text around the URL.
    Clause(&'static str, &'static str, &'static str),
}

/// How one Django version, with one setting of module aggregation, rewrites.
pub struct DjangoRules {
    css: Vec<Rule>,
    js: Vec<Rule>,
    /// Django 5.1 and later leave `//host/path` alone.
    pub(super) skips_protocol_relative: bool,
}

impl DjangoRules {
    /// The rules of `django`, with `support_js_module_import_aggregation`.
    pub fn new(django: DjangoVersion, js_aggregation: bool) -> Self {
        use DjangoVersion::{V4_2, V5_1, V5_2, V6_0, V6_1};
        use ReferenceKind::{Css, Js, SourceMap};
        use Template::{Clause, Url};
        let blocks = django >= V6_1;
        let rule = |kind, pattern, template| Rule {
            kind,
            pattern,
            needle: if kind == SourceMap {
                "sourceMappingURL="
            } else {
                ""
            },
            template,
            ignored: blocks.then_some(if kind == Css {
                &CSS_IGNORED
            } else {
                &JS_IGNORED
            }),
            deletes_skipped: kind == SourceMap && django == V4_2,
        };
        let url = if django >= V6_0 { &URL } else { &URL_LOOSE };
        let mut css_map = rule(SourceMap, &CSS_MAP, Url("/*# sourceMappingURL=", " */"));
        css_map.ignored = blocks.then_some(&CSS_IGNORED);
        let css = vec![
            rule(Css, url, Url("url(\"", "\")")),
            rule(Css, &IMPORT_CSS, Url("@import url(\"", "\")")),
            css_map,
        ];
        let mut js = vec![rule(SourceMap, &JS_MAP, Url("//# sourceMappingURL=", ""))];
        if js_aggregation && django >= V6_1 {
            js.extend([
                rule(Js, &IMPORT_FROM, Clause("import", " from \"", "\"")),
                rule(Js, &EXPORT_FROM, Clause("export", " from \"", "\"")),
                rule(Js, &IMPORT_BARE, Url("import\"", "\"")),
                rule(Js, &IMPORT_CALL, Url("import(\"", "\")")),
            ]);
        } else if js_aggregation {
            let import_from = if django >= V5_2 {
                &IMPORT_FROM_SEMICOLON
            } else {
                &IMPORT_FROM_NO_STAR
            };
            js.extend([
                rule(Js, import_from, Clause("import", " from \"", "\";")),
                rule(
                    Js,
                    &EXPORT_FROM_SEMICOLON,
                    Clause("export", " from \"", "\";"),
                ),
                rule(Js, &IMPORT_BARE_SEMICOLON, Url("import\"", "\";")),
                rule(Js, &IMPORT_CALL_ANY, Url("import(\"", "\")")),
            ]);
        }
        Self {
            css,
            js,
            skips_protocol_relative: django >= V5_1,
        }
    }

    /// The rules for a file of this name, in the order they apply.
    pub(super) fn for_path(&self, path: &[u8]) -> &[Rule] {
        if path.ends_with(b".css") {
            &self.css
        } else if path.ends_with(b".js") {
            &self.js
        } else {
            &[]
        }
    }
}

/// Declares patterns. They are written as Django writes them but for: `\s`
/// and `\w` stand for Python's classes, and an `i` matches the two Turkish
/// ones as it does in Python when case is ignored.
macro_rules! patterns {
    ($($name:ident = $pattern:expr;)*) => {
        $(pub(super) static $name: LazyLock<Regex> = LazyLock::new(|| {
            let pattern = $pattern
                .replace("import", "[iİı]mport")
                .replace(r"\s", r"\s\x1c-\x1f")
                .replace(r"\w", r"\p{L}\p{N}_");
            #[allow(clippy::expect_used, reason = "a constant, tried by the tests")]
            Regex::new(&pattern).expect("a pattern of this table is malformed")
        });)*
        #[cfg(test)]
        const ALL: &[&LazyLock<Regex>] = &[$(&$name),*];
    };
}

patterns! {
    URL_LOOSE = r#"(?i)url\(['"]{0,1}[\s]*(?<url>.*?)["']{0,1}\)"#;
    // Python's (?P=quote), one alternative for each thing it can be.
    URL = r#"(?i)url\((?:"[\s]*(?<url>.*?)"\)|'[\s]*(?<url1>.*?)'\)|[\s]*(?<url2>.*?)\))"#;
    IMPORT_CSS = r#"(?i)@import[\s]*["'][\s]*(?<url>.*?)["']"#;
    CSS_MAP = r"(?im)^/\*#[ \t](?-i:sourceMappingURL)=(?<url>.*)[ \t]*\*/$";
    JS_MAP = r"(?im)^//# (?-i:sourceMappingURL)=(?<url>.*)$";
    IMPORT_FROM_NO_STAR = r#"(?i)import(?<clause>[\s\{](?s:.)*?)[\s]*from[\s]*['"](?<url>[./].*?)["'][\s]*;"#;
    IMPORT_FROM_SEMICOLON = r#"(?i)import(?<clause>[\s\{](?s:.)*?|\*[\s]*as[\s]*[\w]+)[\s]*from[\s]*['"](?<url>[./].*?)["'][\s]*;"#;
    EXPORT_FROM_SEMICOLON = r#"(?i)export(?<clause>[\s\{](?s:.)*?)[\s]*from[\s]*["'](?<url>[./].*?)["'][\s]*;"#;
    IMPORT_BARE_SEMICOLON = r#"(?i)import[\s]*['"](?<url>[./].*?)["'][\s]*;"#;
    IMPORT_CALL_ANY = r#"(?i)import\(["'](?<url>.*?)["']\)"#;
    IMPORT_FROM = r#"(?i)import(?<clause>[\s\{][^;]*?|\*[\s]*as[\s]*[\w]+)[\s]*from[\s]*['"](?<url>[./].*?)["']"#;
    EXPORT_FROM = r#"(?i)export(?<clause>[\s\{][^;]*?)[\s]*from[\s]*["'](?<url>[./].*?)["']"#;
    IMPORT_BARE = r#"(?i)import[\s]*['"](?<url>[./].*?)["']"#;
    IMPORT_CALL = r#"(?i)import\(["'](?<url>[./].*?)["']\)"#;
    CSS_IGNORED = r#"(?s)/\*.*?\*/|\\.|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*""#;
    JS_IGNORED = r#"(?s)/\*.*?\*/|//[^\n]*|\\.|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`"#;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_well_formed() {
        for pattern in ALL {
            assert!(pattern.captures_len() <= 4);
        }
    }
}
