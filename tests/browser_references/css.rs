//! References in CSS. What counts was tried in Chromium.

use staticc::rewrite::browser::finder::references;
use staticc::rewrite::browser::found_reference::{Language, Quoting, Syntax};

use super::{check, check_syntaxes, specifiers};

fn check_all(table: &[&str]) {
    for marked in table {
        check(Language::Css, marked);
    }
}

#[test]
fn url_is_found_in_all_its_spellings() {
    check_all(&[
        "a { b: url(«x.png») }",
        "a { b: URL(«x.png») }",
        r#"a { b: url("«x.png»") }"#,
        "a { b: url('«x.png»') }",
        "a { b: url( \n«x.png»\t ) }",
        "a { b: url( \"«x.png»\" ) }",
        r"a { b: u\72l(«x.png») \url(«y») }",
        r#"a { b: \75 \52 \6c("«x.png»") }"#,
        r#"a { b: \69 \4d \61 \67 \65 \2d \73 \65 \74("«x.png»" 1x) \-\webkit-imag\65-set("«y»" 1x) }"#,
        r"a { b: url(«\78\a .png») }",
        r"a { b: url(«x\ ») }",
        r"a { b: url(«x\\» ) }",
        r"a { b: url(«x\).png») }",
        "a { b: url('«x\\\n.png»') }",
        "a { b: url(«x.png?#iefix») }",
        "a{b:url(«x»),url(«y»)format('z');c:url(«z»)}",
        "a { b: url(«é.png») url(«#i») }",
        "a { b: linear-gradient(red, blue), f(g(url(«x.png»))) }",
        r#"a { b: url("«x»" crossorigin("y")) }"#,
        "\u{feff}a { b: url(«x») }",
    ]);
}

#[test]
fn url_may_be_unclosed_at_the_end() {
    check_all(&[
        "a { b: url(«x.png»",
        "a { b: url(«x.png» \n",
        "a { b: url(«x\\)»",
        "a { b: url(\"«x.png»",
        "a { b: url('«x.png»'",
        r#"a { b: url("«x\"»"#,
        "@import url(«x.css»",
        "@import '«x.css»",
        "@import \"«x.css»\"",
        "a { b: url(\"",
        "a { b: url(",
    ]);
}

#[test]
fn url_counts_in_every_declaration() {
    check_all(&[
        "@media screen { a { b: url(«x») } } c { d: url(«y») }",
        "@font-face { src: url(«x») format(\"woff2\"), local(\"z\") }",
        "a { color: red; &:hover { b: url(«x») } c & { b: url(«y») } d: url(«z») }",
        "@supports (b: url(no)) { a { b: url(«x») } }",
        "@container (width > 1px) { @layer x { a { b: url(«x») } } }",
        "@unknown { a { b: url(«x») } }",
        "@property --a { syntax: '<image>'; initial-value: url(«x») }",
        "a { *b: url(«x»); _c: url(«y») }",
        "a { b: url(«x») !important; ; c: url(«y»); }",
        "a{};b { c: url(«x») }",
        "a { b: url(«x») } } c { d: url(«y») }",
        "<!-- a { b: url(«x») } -->",
        // A block makes a rule of it.
        "a { b: [url(x)] (url(y)) { c: url(«z») } }",
    ]);
}

#[test]
fn other_functions_strings_and_comments_have_no_url() {
    check_all(&[
        "/* url(x) */ a { /* b: url(y) */ }",
        "a { content: \"url(x)\"; b: 'x.png' }",
        "a { b: src(\"x\") my-url(x) url-prefix(y) image(\"z\") }",
        "a { b: format(\"woff\") local(\"x\") attr(y url) }",
        "a { b: url() url(\"\") url( ) }",
        "a[href=\"url(x)\"] { }",
        "a { b: url (x) }",
    ]);
}

#[test]
fn url_does_not_count_outside_declarations() {
    check_all(&[
        "@namespace url(x); @namespace svg \"y\"; a { b: url(«z») }",
        "@-moz-document url(http://x) { a { b: url(«y») } }",
        "@supports (b: url(x)) and (c: url(\"y\")) { }",
        "@unknown url(x);",
        "b: url(x);",
        "a url(x) { }",
        "a { b url(x) { c: url(«y») } }",
        "--a: url(x); b { }",
    ]);
}

#[test]
fn malformed_declaration_has_no_url() {
    check_all(&[
        "a { b: url(x y); c: url(«z») }",
        "a { b: url(x), url(y z); c: url(«z») }",
        "a { b: url(x\"y); c: url(«z») }",
        "a { b: url(\"x\n); c: url(«y») }",
        "a { b: url(x)); c: url(«y») }",
        "a { b: url(x)]; c: url(«y») }",
        "a { b: (url(x) } c { d: url(y) }",
    ]);
}

#[test]
fn import_is_found_with_all_that_may_follow() {
    check_all(&[
        "@import \"«x.css»\";",
        "@import '«x.css»';",
        "@import url(«x.css»);",
        "@import url( \"«x.css»\" );",
        "@import/**/'«x.css»'/**/;",
        "@import'«x.css»';@import\"«y.css»\"screen;",
        "@IMPORT '«x.css»';",
        r"@\69mport '«x.css»';",
        "@import url(«x.css») layer(base) supports(background: url(no.png)) screen and (width > 1px);",
        "@import '«x.css»' layer; @import '«y.css»' supports(display: grid) print;",
        "@import '«x.css»' bogus(; @import 'y.css';",
        "<!-- @import '«x.css»'; --> @import '«y.css»';",
    ]);
}

#[test]
fn import_counts_only_before_other_rules() {
    check_all(&[
        "@charset \"utf-8\"; @import '«x»';",
        "@layer a, b; @import '«x»'; @import '«y»';",
        "@layer a; @layer b; @import '«x»';",
        "@import '«x»'; @layer a; @import 'y';",
        "@layer a { } @import 'x';",
        "a { } @import 'x';",
        "@media screen { } @import 'x';",
        "@media screen; @import '«x»';",
        "@font-face { } @import 'x';",
        "@-moz-document url(x) { } @import '«y»';",
        "@namespace svg url(x); @import 'y';",
        "@tailwind base; @use 'no'; @import '«x»';",
        "a { @import 'x'; b: url(«y») }",
        "@media screen { @import 'x'; }",
        "@import 'x' { } @import '«y»';",
        "@import; @import '«y»';",
        "@import foo 'x'; @import '«y»';",
        "@import src('x'); @import '«y»';",
        "@import f(url(x)); @import '«y»';",
        "@import url(); @import '«y»';",
        "@import url(x y); @import '«y»';",
        "@imports 'x';",
        // Both begin a selector, which no semicolon ends.
        "@import '«x»';; @import 'y'; a { b: url(«z») }",
        "@import '«x»'; } @import 'y';",
    ]);
}

#[test]
fn strings_in_image_set_are_found() {
    check_all(&[
        "a { b: image-set(\"«x.png»\" 1x, '«y.png»' 2x) }",
        "a { b: -webkit-image-set(\"«x.png»\" 1x, url(«y.png») 2x) }",
        "a { b: IMAGE-SET('«x.avif»' type('image/avif'), url('«y.png»') type(\"image/png\")) }",
        "a { b: f(image-set('«x»')), image-set(linear-gradient(red) 1x, '«y»') }",
        "a { b: my-image-set('x') -moz-image-set('y') }",
        "a { b: image-set('«x»'",
    ]);
}

#[test]
fn syntaxes_are_told_apart() {
    use Syntax::{CssImport, CssUrl, CustomProperty, ImageSet, SourceMap};
    let check = |marked, syntaxes: &[Syntax]| check_syntaxes(Language::Css, marked, syntaxes);
    check(
        "@import url(«a»); @import '«b»'; c { d: url(«e») image-set('«f»' 1x) } /*# sourceMappingURL=«g» */",
        &[CssImport, CssImport, CssUrl, ImageSet, SourceMap],
    );
    check(
        ":root { --a: url(«x»); --b:image-set(\"«y»\"); --c : f({ g: url(«z») }); d: url(«w») }",
        &[CustomProperty, CustomProperty, CustomProperty, CssUrl],
    );
    check(
        ":root { --a: { b: url(«x»); c: url(«y») }; d: url(«z») }",
        &[CustomProperty, CustomProperty, CssUrl],
    );
    check("a { --b; c: url(«x») }", &[CssUrl]);
}

#[test]
fn source_map_is_that_of_the_last_comment() {
    check_all(&[
        "a { }\n/*# sourceMappingURL=«a.css.map» */",
        "a { } /*# sourceMappingURL=«a.css.map»*/ b { }",
        "a { b: /*@ sourceMappingURL=«a.css.map»\n*/ c }",
        "/*# sourceMappingURL=a.map */ /*# sourceMappingURL=«b.map» */ /* c */",
        "/*# sourceMappingURL=a.map */ /*# sourceMappingURL= */",
        "/*# sourceMappingURL=a b */",
        "/* # sourceMappingURL=a */",
        "/*# sourceMappingURL=a",
        "/*# sourceMappingURL=a *",
        "/*/# sourceMappingURL=a */",
        "//# sourceMappingURL=a\n",
        "a { content: '/*# sourceMappingURL=a */' }",
        "/*# sourceMappingURL=«data:application/json;base64,e30=» */",
        "/*# sourceURL=x */",
    ]);
}

#[test]
fn quoting_and_specifier_are_those_of_the_place() {
    let text = r#"@import "a\62 .css"; c { d: url('e\'f') url(g\ h) } /*# sourceMappingURL=i */"#;
    let found = references(Language::Css, text.as_bytes());
    let quoting: Vec<Quoting> = found.iter().map(|reference| reference.quoting).collect();
    assert_eq!(
        quoting,
        [
            Quoting::CssString(b'"'),
            Quoting::CssString(b'\''),
            Quoting::CssUnquoted,
            Quoting::SourceMapComment
        ]
    );
    assert_eq!(
        specifiers(Language::Css, text.as_bytes()),
        ["ab.css", "e'f", "g h", "i"]
    );
}

#[test]
fn text_that_is_not_utf8_is_read_by_bytes() {
    let text = b"/* \xe9 */ \xe9 { \xe9: url(a.png) url(\xe9\\62.png); content: '\xff' }";
    let found = references(Language::Css, text);
    let written: Vec<&[u8]> = found
        .iter()
        .map(|reference| &text[reference.span.clone()])
        .collect();
    assert_eq!(written, [&b"a.png"[..], b"\xe9\\62.png"]);
    let decoded: Vec<&[u8]> = found
        .iter()
        .map(|reference| &reference.specifier[..])
        .collect();
    assert_eq!(decoded, [&b"a.png"[..], b"\xe9b.png"]);
}
