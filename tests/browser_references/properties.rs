//! What holds of the references in any bytes, and of every URL that is put in.

use proptest::prelude::*;
use proptest::sample::select;
use staticc::pystd::urllib::percent_decode;
use staticc::rewrite::browser::escape::escape;
use staticc::rewrite::browser::finder::references;
use staticc::rewrite::browser::found_reference::{FoundReference, Language, Quoting, Syntax};

const LANGUAGES: [Language; 3] = [Language::Css, Language::JavaScript, Language::Webmanifest];

/// What texts with references are made of.
const PIECES: [&str; 76] = [
    "url(",
    "\"",
    "'",
    ")",
    "(",
    "{",
    "}",
    "[",
    "]",
    ";",
    ":",
    ",",
    " ",
    "\n",
    "\r",
    "\\",
    "/*",
    "*/",
    "//",
    "@import ",
    "image-set(",
    "--a",
    "a",
    "b.png",
    "./c.js",
    "@layer ",
    "@media ",
    "\\72",
    "\\000061 ",
    "\\x61",
    "\\u{61}",
    "\\u0061",
    "import",
    "export",
    " from ",
    "import.meta",
    ".url",
    ".resolve(",
    "new URL(",
    "`",
    "${",
    "*",
    " as ",
    "{a}",
    "class ",
    "function ",
    "=>",
    "?",
    "++",
    "/",
    "<!--",
    "-->",
    "sourceMappingURL=",
    "//# sourceMappingURL=",
    "/*# sourceMappingURL=",
    "{\"icons\":[{\"src\":\"",
    "\"}]}",
    "\u{e9}",
    "\u{2028}",
    "\u{a0}",
    "\u{feff}",
    "\0",
    "1.",
    ".",
    "if",
    "return ",
    "with",
    "import(",
    "import '",
    "export * from '",
    "a{b:url(",
    "a{b:url('",
    "@import '",
    "\\\n",
    "\t",
    "%20",
];

fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        12 => select(&PIECES[..]).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..3),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn url() -> impl Strategy<Value = String> {
    prop_oneof![
        r#"[a-z0-9./?#%'"`()\\ ${}*\t\n\r\x0c\x00-\x1f\x7fé\u{2028}\u{2029}\u{feff}\u{a0}😀-]{1,16}"#,
        r"[a-z./]{1,4}\PC{1,8}",
    ]
}

/// Returns a text with other bytes for each reference.
fn replaced(
    text: &[u8],
    found: &[FoundReference<'_>],
    replacement: impl Fn(&FoundReference<'_>) -> Vec<u8>,
) -> Vec<u8> {
    let mut edited = Vec::new();
    let mut copied = 0;
    for reference in found {
        edited.extend(&text[copied..reference.span.start]);
        edited.extend(replacement(reference));
        copied = reference.span.end;
    }
    edited.extend(&text[copied..]);
    edited
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 512,
        ..ProptestConfig::default()
    })]

    #[test]
    fn spans_are_in_order_inside_the_text(text in text(), language in select(&LANGUAGES[..])) {
        let mut end = 0;
        for reference in references(language, &text) {
            prop_assert!(reference.span.start >= end && reference.span.start < reference.span.end);
            prop_assert!(reference.span.end <= text.len());
            prop_assert!(!reference.specifier.is_empty());
            end = reference.span.end;
        }
        if let Ok(text) = std::str::from_utf8(&text) {
            for reference in references(language, text.as_bytes()) {
                prop_assert!(text.get(reference.span.clone()).is_some(), "{:?}", reference);
            }
        }
    }

    /// Each reference is replaced by another URL, or by its own one: the text then has
    /// the same references with that URL, and is otherwise the same. In a text that is no
    /// JavaScript, a slash before the reference may begin a regular expression without an end,
    /// which a slash in the URL would end.
    #[test]
    fn replaced_urls_are_found_where_the_old_ones_were(text in text(), language in select(&LANGUAGES[..]), url in url(), keep in any::<bool>()) {
        // Whether these are comments depends on the whole text. In what is no JavaScript
        // another URL can change that.
        prop_assume!(!text.windows(3).any(|bytes| matches!(bytes, b"<!-" | b"-->")));
        let found = references(language, &text);
        let url_of = |reference: &FoundReference<'_>| if keep { reference.specifier.to_vec() } else { url.clone().into_bytes() };
        let edited = replaced(&text, &found, |reference| escape(reference.quoting, &url_of(reference)));
        let mut expected = Vec::new();
        let mut moved_by = 0;
        for reference in &found {
            let start = reference.span.start.checked_add_signed(moved_by).unwrap();
            let length = escape(reference.quoting, &url_of(reference)).len();
            expected.push((reference.syntax, start..start + length, as_read(reference.quoting, &url_of(reference))));
            moved_by += length.cast_signed() - reference.span.len().cast_signed();
        }
        let with_slashes = replaced(&text, &found, |_| b"/".to_vec());
        prop_assume!(references(language, &with_slashes).len() == found.len());
        let read: Vec<_> = references(language, &edited)
            .into_iter()
            .map(|reference| (reference.syntax, reference.span, as_read(reference.quoting, &reference.specifier)))
            .collect();
        prop_assert_eq!(read, expected, "{}\n{}", String::from_utf8_lossy(&text), String::from_utf8_lossy(&edited));
    }

    #[test]
    fn escaped_url_is_decoded_to_itself(url in url()) {
        for (quoting, before, after, syntax) in [
            (Quoting::CssString(b'"'), "a{b:url(\"", "\")}", Syntax::CssUrl),
            (Quoting::CssString(b'\''), "@import '", "'", Syntax::CssImport),
            (Quoting::CssUnquoted, "a{b:url(", ")}", Syntax::CssUrl),
            (Quoting::JsString(b'"'), "import \"", "\"", Syntax::StaticImport),
            (Quoting::JsString(b'\''), "import('", "')", Syntax::DynamicImport),
            (Quoting::JsString(b'`'), "import(`", "`)", Syntax::DynamicImport),
            (Quoting::JsonString, "{\"icons\":[{\"src\":\"", "\"}]}", Syntax::WebmanifestMember),
            (Quoting::SourceMapComment, "//# sourceMappingURL=", "", Syntax::SourceMap),
            (Quoting::SourceMapComment, "/*# sourceMappingURL=", "*/", Syntax::SourceMap),
        ] {
            let text = [before.as_bytes(), &escape(quoting, url.as_bytes()), after.as_bytes()].concat();
            let language = match syntax {
                Syntax::CssUrl | Syntax::CssImport => Language::Css,
                Syntax::WebmanifestMember => Language::Webmanifest,
                _ => Language::JavaScript,
            };
            let found = references(language, &text);
            prop_assert_eq!(found.len(), 1, "{}", String::from_utf8_lossy(&text));
            prop_assert_eq!(found[0].span.clone(), before.len()..text.len() - after.len());
            prop_assert_eq!(found[0].syntax, syntax);
            prop_assert_eq!(as_read(quoting, &found[0].specifier), as_read(quoting, url.as_bytes()));
        }
    }
}

/// What a server reads from a URL of this quoting. Where nothing can be escaped, some
/// characters are percent-encoded.
fn as_read(quoting: Quoting, url: &[u8]) -> Vec<u8> {
    match quoting {
        Quoting::SourceMapComment => percent_decode(url),
        Quoting::CssString(_) | Quoting::CssUnquoted => {
            let nul = |byte: &u8| {
                if *byte == 0 {
                    b"%00".to_vec()
                } else {
                    vec![*byte]
                }
            };
            url.iter().flat_map(nul).collect()
        }
        _ => url.to_vec(),
    }
}
