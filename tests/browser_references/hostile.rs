//! Texts that nobody writes, of what could make a search deep or slow.

use std::time::{Duration, Instant};

use staticc::rewrite::browser::finder::references;
use staticc::rewrite::browser::found_reference::Language;

const SIZE: usize = 1 << 18;

/// A search whose time grows with the square of the size takes minutes.
const LIMIT: Duration = Duration::from_secs(20);

fn check_all(language: Language, pieces: &[&str]) {
    for piece in pieces {
        for text in [
            piece.repeat(SIZE / piece.len()),
            format!(
                "import a from './a'; a {{ b: {}",
                piece.repeat(SIZE / piece.len())
            ),
        ] {
            let start = Instant::now();
            let _ = references(language, text.as_bytes());
            assert!(
                start.elapsed() < LIMIT,
                "{piece:?} takes {:?}",
                start.elapsed()
            );
        }
    }
}

#[test]
fn css_is_searched_in_linear_time_however_deep() {
    check_all(
        Language::Css,
        &[
            "(",
            "{",
            "[",
            ")",
            "}",
            "]",
            "({[",
            "a{",
            "a{b:",
            "f(",
            "url(",
            "url(\"",
            "url('a'",
            "url(a",
            "'",
            "\"",
            "\\",
            "/*",
            "/**/",
            "@",
            "@import ",
            "@import 'a';",
            "@import url(",
            "@layer a;",
            "image-set(",
            "image-set('a'",
            "--a:{",
            "--a:",
            "a:url(b);",
            "a:url(b){",
            "a:url(b) c);",
            "<!--",
            "-->",
            "/*# sourceMappingURL=a */",
            "/*#",
            "url(\\",
            "u\\72l(",
            "\n",
            "\0",
            "é",
            ";",
            "@media(",
            "@a{",
        ],
    );
}

#[test]
fn javascript_is_searched_in_linear_time_however_deep() {
    check_all(
        Language::JavaScript,
        &[
            "(",
            "{",
            "[",
            ")",
            "}",
            "]",
            "({[",
            "${",
            "`",
            "`${",
            "`${{",
            "'",
            "\"",
            "\\",
            "/",
            "/[",
            "/[/",
            "/*",
            "/**/",
            "//",
            "//#",
            "import",
            "import ",
            "import{",
            "import{a,",
            "import*",
            "import,",
            "import a ",
            "import a from",
            "import(",
            "import('a'",
            "import('a')",
            "import(`a",
            "import/*",
            "import/**/",
            "import(/**/",
            "import.meta",
            "import.meta.",
            "import.meta.resolve(",
            "export",
            "export ",
            "export{",
            "export{a",
            "export{'",
            "export*",
            "export*as ",
            "export{}",
            "new ",
            "new URL(",
            "new URL('a',",
            "new URL('a',import.meta.url",
            "new/**/",
            "function",
            "function ",
            "function*",
            "function/**/",
            "class",
            "class ",
            "class{",
            "class a extends ",
            "class/**/",
            "async ",
            "async/**/",
            "a?",
            "a?.",
            "a:",
            "?",
            "=>",
            "<!--",
            "-->",
            "\n-->",
            "<!--\n",
            "/**/-->",
            "//# sourceMappingURL=a\n",
            "/*# sourceMappingURL=a*/",
            "\r",
            "\u{2028}",
            "\u{a0}",
            "é",
            "\\u{",
            "1.",
            "..",
            "...",
            "++",
            "for(",
            "if(a)/",
            "a/",
            "\0",
            "sourceMappingURL=",
            "\"\\",
            "/\\",
        ],
    );
}

#[test]
fn webmanifest_is_searched_in_linear_time_however_deep() {
    check_all(
        Language::Webmanifest,
        &[
            "[",
            "{",
            "{\"icons\":[",
            "{\"a\":",
            "\"",
            "\\",
            "[{\"src\":\"a\"},",
            "1",
            " ",
            ",",
        ],
    );
    let icons = format!(
        "{{\"icons\":[{}{{}}]}}",
        "{\"src\":\"a\"},".repeat(SIZE / 12)
    );
    assert_eq!(
        references(Language::Webmanifest, icons.as_bytes()).len(),
        SIZE / 12
    );
}

#[test]
fn a_megabyte_of_brackets_does_not_exhaust_the_stack() {
    for (language, piece) in [
        (Language::Css, "("),
        (Language::Css, "{"),
        (Language::Css, "["),
        (Language::JavaScript, "({["),
        (Language::JavaScript, "`${"),
        (Language::Webmanifest, "["),
    ] {
        let text = format!("a {{ b: {}", piece.repeat((1 << 20) / piece.len()));
        assert_eq!(references(language, text.as_bytes()), []);
    }
}
