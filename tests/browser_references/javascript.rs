//! References in JavaScript.

use staticc::rewrite::browser::found_reference::{Language, Syntax};

use super::{check, check_syntaxes, specifiers};

fn check_all(table: &[&str]) {
    for marked in table {
        check(Language::JavaScript, marked);
    }
}

#[test]
fn static_imports_are_found() {
    check_all(&[
        "import '«./a.js»'",
        "import\"«./a.js»\";import'«./b.js»';",
        "import a from '«./a.js»';",
        "import{a}from\"«./a.js»\"",
        "import a,{b as c,default as d}from'«./a.js»'",
        "import * as a from '«./a.js»'\nimport b, * as c from '«./b.js»'",
        "import*as a from'«./a.js»'",
        "import {\n  a, // from 'no'\n  b, /* } from 'no' */\n} from '«./a.js»'",
        "import { 'a-b' as c, \"}\" as d, class as e, import as f, function as g } from '«./a.js»'; import '«./b.js»'",
        "import from from '«./a.js»'",
        "import from_ from '«./a.js»'",
        "import defer * as a from '«./a.js»'; import source b from '«./b.wasm»'",
        "import a from '«./a.json»' with { type: 'json' }; import '«./b.js»' assert { type: \"json\" }\nimport '«c»'",
        "import { if as b, for as c, default as d } from '«./a.js»'\n/no'/.test('')",
        "import/**/a/**/from/**/'«./a.js»'/**/;import\u{a0}b\u{2028}from\u{feff}'«./b.js»'",
        "import é from '«./a.js»'",
        "'use strict';import '«a»';var x=1\nimport '«b»'",
        "\u{feff}import '«./a.js»'",
        "#!/usr/bin/env node 'import x'\nimport '«./a.js»'",
        "if (a) { b }\nimport '«./a.js»'",
        "a = 1.\nimport '«./a.js»'",
        "0x1.import('./no.js')",
        "import a from '«lit»'",
    ]);
}

#[test]
fn exports_are_found() {
    check_all(&[
        "export * from '«./a.js»'",
        "export*from'«./a.js»';export*as b from\"«./b.js»\"",
        "export * as 'x y' from '«./a.js»'",
        "export * as default from '«./a.js»'",
        "export {a, default as b, c as 'd e'} from '«./a.js»'",
        "export{a as default}from'«./a.js»'",
        "export { a } from '«./a.json»' with { type: 'json' }",
        "export { a };\nimport '«./a.js»'",
        "export { a }\n'no'\nimport '«./a.js»'",
        "export { a, b as class }\n/no'/.test(x); import '«./a.js»'",
        "export default './no.js'",
        "export default function () {} /'/.test('no'); import '«./a.js»'",
        "export default class {} /'/.test('no'); import '«./a.js»'",
        "export const a = 'from', b = { c } \n, from = './no.js'",
        "export default { a } / b; import '«./a.js»'",
        "export async function a() {} /'/.exec('no'); import '«./a.js»'",
        "export {}\n//# sourceMappingURL=«a.map»",
    ]);
}

#[test]
fn dynamic_imports_are_found() {
    check_all(&[
        "import('«./a.js»')",
        "const a = await import( /* webpackChunkName: 'no' */ \"«./a.js»\" )",
        "import(`«./a.js»`)",
        "import('«./a.js»', { with: { type: 'json' } })",
        "import('«./a.js»',)",
        "import.source('«./a.wasm»'); import.defer(\"«./a.js»\")",
        "function f() { return import('«./a.js»').then(m => m.default) }",
        "x = { a: () => import('«./a.js»'), 'b': async () => await import('«./b.js»') }",
        "class A { b = import('«./a.js»'); static c() { import('«./b.js»') } }",
        "import\n('«./a.js»')",
        "`${import('«./a.js»')}`",
        "`${`${import(`«./a.js»`)}` + import('«./b.js»')}` + import('«./c.js»')",
        "a ? import('«./a.js»') : import('«./b.js»')",
        "[...import('«./a.js»')]",
    ]);
}

#[test]
fn computed_specifiers_are_left() {
    check_all(&[
        "import('./' + a)",
        "import('./a.js' + b)",
        "import('./a.js'.replace('a', 'b'))",
        "import(`./${a}.js`)",
        "import(`./a.js` + b)",
        "import(a ? './a.js' : './b.js')",
        "import(('./a.js'))",
        "import(a)",
        "import(tag`./a.js`)",
        "import('')",
        "import('./\\u00')",
        "import('./a\n')",
        "import('./a\r'); import './b\r\n'",
    ]);
}

#[test]
fn names_that_look_like_imports_are_left() {
    check_all(&[
        "a.import('./no.js'); a?.import('./no.js'); a\n.\nimport('./no.js')",
        "x = { import: './no.js', export: './no.js', 'import'() {} }",
        "x = { import(a = './no.js') {}, async import() {}, get export() {} }",
        "class A { import() { return './no.js' } static import() {} #import = './no.js' }",
        "class A { import = './no.js'; export = './no.js' }",
        "a.#import('./no.js')",
        "ximport('./no.js'); $import('./no.js'); import_('./no.js'); _import './no.js'",
        "éimport('./no.js'); importé('./no.js')",
        "\\u0069mport('./no.js')",
        "const { import: a, export: b } = c; './no.js'",
        "x.export = { a } \n'./no.js'",
        "importScripts('./no.js')",
        "exports.a = './no.js'; module.exports = './no.js'",
        "Import './no.js'",
        "function f() { import './no.js' }",
    ]);
}

#[test]
fn strings_comments_templates_and_regexes_hide_imports() {
    check_all(&[
        "'import(\"./no.js\")'; \"import './no.js'\"; `import('./no.js')`",
        "// import './no.js'\nimport '«./a.js»'",
        "// import './no.js'\u{2028}import '«./a.js»'\r// import './no.js'\u{2029}import '«./b.js»'",
        "/* import './no.js' */ import '«./a.js»' /* \u{2028} * / import './no.js' */",
        "'\\'import(\"./no.js\")'; '\\\nimport(\"./no.js\")'",
        "`\\`import('./no.js')\\${`; `$import('./no.js')$${a}$`; import('«./a.js»')",
        "`${'}'} import('./no.js') ${{ a: `}` }}` + import('«./a.js»')",
        "/import('.no.js')/; x = /[/]import('.no.js')/g; y = /\\/import('.no.js')/",
        "a = b / import('«./a.js»') / c",
    ]);
}

/// What ends an operand, so that a slash divides.
const OPERANDS: [&str; 36] = [
    "a",
    "1",
    "1.",
    ".5",
    "0x1f",
    "1n",
    "'s'",
    "`t`",
    "`${t}`",
    "/r/",
    "/r/g",
    "]",
    "this",
    "a.return",
    "a?.of",
    "a++",
    "a--",
    "(b)",
    "f(b)",
    "a[b]",
    "a.if(b)",
    "x = {}",
    "x = { b: {} }",
    "x = function () {}",
    "x = class {}",
    "(function () {})",
    "x = async function* f() {}",
    "x = class A extends B {}",
    "x = class extends f({}) {}",
    "y = a ? { b } : { c }",
    "f({ b: 1 })",
    "return_",
    "of",
    "x = { class: 1 }",
    "x = { function: 1 }",
    "{ async }.x",
];

/// What stands before an operand, so that a slash begins a regular expression.
const BEFORE_OPERANDS: [&str; 64] = [
    "",
    ";",
    "x =",
    "(",
    "[",
    "{",
    "f(a,",
    "!",
    "~",
    "a +",
    "a = b *",
    "a ?",
    "a ? b :",
    "a ??",
    "a &&",
    "=>",
    "() =>",
    "return",
    "typeof",
    "case",
    "void",
    "delete",
    "new",
    "class A extends",
    "throw",
    "a in",
    "a instanceof",
    "yield",
    "await",
    "else",
    "do",
    "if (a)",
    "while (a)",
    "for (;;)",
    "with (a)",
    "for await (a of b)",
    "for (a of",
    "if (a) {}",
    "function f() {}",
    "class A {}",
    "class A extends B {}",
    "a: {}",
    "a:",
    "switch (a) { case 1: {}",
    "switch (a) { default:",
    "try {}",
    "try {} finally {}",
    "finally",
    "x => {}\n",
    "{ a }",
    "async function f() {}",
    "function* f() {}",
    "if (a) b; else {}",
    "...",
    "a++, --",
    "export default",
    "for (const a of b) {}",
    "a = b\n{}",
    "'use strict'\n{}",
    "a\nclass B {}",
    "a()\nfunction b() {}",
    "a\nasync function b() {}",
    "@a class B {}",
    "catch (e) {}",
];

// In each text a wrong guess takes the quotation mark for a string, or the import for a
// part of a regular expression.

#[test]
fn slash_divides_behind_an_operand() {
    for operand in OPERANDS {
        let opening = if operand == "]" { "[" } else { "" };
        let before = format!("{opening}{operand}");
        check(
            Language::JavaScript,
            &format!("{before} / import('«./a.js»') / 1"),
        );
        check(
            Language::JavaScript,
            &format!("{before}\n/ import('«./a.js»') / 1"),
        );
    }
}

#[test]
fn slash_begins_a_regex_where_an_operand_is_due() {
    for before in BEFORE_OPERANDS {
        check(
            Language::JavaScript,
            &format!("{before} /'/; import('«./a.js»')"),
        );
        let class = format!("{before} /[/'`]/.test(x); import('«./a.js»')");
        check(Language::JavaScript, &class);
    }
}

#[test]
fn urls_relative_to_the_module_are_found() {
    check_all(&[
        "new URL('«./a.wasm»', import.meta.url)",
        "new URL(\"«a.png»\",import.meta.url).href",
        "new URL(`«./a.png»`, import.meta.url,)",
        "new Worker(new URL('«./worker.js»', import.meta.url), { type: 'module' })",
        "new /* a */ URL ( /* b */ '«./a»' /* c */ , /* d */ import . meta . url /* e */ )",
        "`${new URL('«./a.png»', import.meta.url)}`",
        "new Worker(new URL(`«/static/a.js»`,``+import.meta.url)); new URL('«a»', '' + import.meta.url)",
        "new Worker(new URL(new URL(`«a.js»`, import.meta.url).href, `` + import.meta.url))",
        "x = { a: new URL('«./a.png»', import.meta.url) }",
        "import.meta.resolve('«./a.js»'); import.meta.resolve?.(\"«b»\"); import.meta\n.resolve(`«./c.js»`)",
        "import.meta?.resolve('«./a.js»')",
    ]);
}

#[test]
fn other_urls_are_left() {
    check_all(&[
        "new URL('./no.png', location.href, import.meta.url)",
        "new URL('./no.png', import.meta.url + 'x')",
        "new URL('./no.png', 'a' + import.meta.url)",
        "new URL('./no.png', '' - import.meta.url)",
        "new URL('./no.png', import.meta.urls)",
        "new URL('./no.png')",
        "new URL('./no' + x, import.meta.url)",
        "new URL(`./${no}.png`, import.meta.url)",
        "URL('./no.png', import.meta.url)",
        "a.new URL('./no.png', import.meta.url)",
        "new XURL('./no.png', import.meta.url)",
        "new Worker('./no.js'); new SharedWorker('./no.js', { type: 'module' })",
        "navigator.serviceWorker.register('./no.js'); fetch('./no.json')",
        "import.meta.resolved('./no.js'); import.meta.url.resolve('./no.js')",
        "import.meta.resolve('./no' + x); import.meta.resolve(x)",
        "import.meta.glob('./no.js'); import.metas.resolve('./no.js')",
        "require('./no.js'); define(['./no.js'], f)",
    ]);
}

#[test]
fn html_comments_hide_imports_in_classic_scripts_only() {
    check_all(&[
        "<!-- import('./no.js')\nimport('«./a.js»')\n--> import('./no.js')\n/* a\n */ --> import('./no.js')",
        "--> import('./no.js')\nimport('«./a.js»')",
        "  /* a */ --> import('./no.js')\nimport('«./a.js»')",
        "a --> import('«./a.js»')",
        "a = '\\\n'; b --> import('«./a.js»')",
        "x<!--y; import('no')\n",
        "import '«./a.js»'; x<!--import('«./b.js»')",
        "x<!--import('«./b.js»'); export { x }",
        "x\n-->import('«./b.js»'); import.meta.url",
    ]);
}

#[test]
fn source_map_is_that_of_the_last_comment() {
    check_all(&[
        "a()\n//# sourceMappingURL=«a.js.map»",
        "a()\n//# sourceMappingURL=«a.js.map»\n\n",
        "a() //# sourceMappingURL=«a.js.map»",
        "import '«./a.js»';//# sourceMappingURL=«a.js.map»\r\n",
        "/*# sourceMappingURL=«a.js.map» */ a()",
        "//@ sourceMappingURL=«a.js.map»\na(\"\")",
        "//# sourceMappingURL=a.map\n//# sourceMappingURL=«b.map»\n",
        "//# sourceMappingURL=«a.map»\n'//# sourceMappingURL=b.map'",
        "//# sourceMappingURL=«a.map»\n// sourceMappingURL=b.map",
        "//# sourceMappingURL=a.map\n//# sourceMappingURL=b c\n",
        "//# sourceMappingURL=a.map\n//# sourceMappingURL=b`c\n",
        "`\n//# sourceMappingURL=a.map\n`",
        "/*\n//# sourceMappingURL=a.map\n*/",
        "'\\\n//# sourceMappingURL=a.map'",
        "// see //# sourceMappingURL=a.map",
        "x = '//# sourceMappingURL=' + y",
        "x = /\\//# sourceMappingURL=a.map",
        "//# sourceMappingURL=«data:application/json;base64,e30=»",
        "//# sourceURL=a.js",
        "import('«b»')\n//# sourceMappingURL=«a.map»\nimport('«c»')",
        "/*/# sourceMappingURL=a.map */",
        "/*# sourceMappingURL=a.map",
        "/*# sourceMappingURL=a.map *",
    ]);
}

#[test]
fn syntaxes_are_told_apart() {
    use Syntax::{DynamicImport, ExportFrom, ImportMetaResolve, NewUrl, SourceMap, StaticImport};
    check_syntaxes(
        Language::JavaScript,
        "import '«a»'; export * from '«b»'; import('«c»'); import.meta.resolve('«d»');\
         new URL('«e»', import.meta.url) //# sourceMappingURL=«f»",
        &[
            StaticImport,
            ExportFrom,
            DynamicImport,
            ImportMetaResolve,
            NewUrl,
            SourceMap,
        ],
    );
}

#[test]
fn specifiers_are_decoded() {
    let text = r#"import '\x2e/\u0061.js'; import("./\u{e9}\
.js"); import(`./\`.js`)"#;
    assert_eq!(
        specifiers(Language::JavaScript, text.as_bytes()),
        ["./a.js", "./\u{e9}.js", "./`.js"]
    );
}

#[test]
fn text_that_is_not_utf8_is_read_by_bytes() {
    let text =
        b"// \xe9\n\xe9 = '\xff'; import('./a.js'); \xe9import('./no.js'); import('./\xe9.js')";
    assert_eq!(
        specifiers(Language::JavaScript, text),
        ["./a.js", "./\u{fffd}.js"]
    );
}
