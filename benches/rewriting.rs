//! Measures the rewriting of css and js, and the search for what a browser follows:
//! `cargo bench --bench rewriting`. The variables `STATICC_BENCH_CSS` and
//! `STATICC_BENCH_JS` name directories with real files; without them, those of the
//! bundled example are used.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark"
)]

use std::path::Path;
use std::sync::Arc;

use divan::counter::BytesCount;
use staticc::model::{Asset, AssetId, DjangoVersion, Fingerprint, LogicalPath, ReportLevel};
use staticc::rewrite::adjusted::rewrite;
use staticc::rewrite::browser::finder::references;
use staticc::rewrite::browser::found_reference::Language;
use staticc::rewrite::context::RewriteContext;
use staticc::rewrite::resolve::NoLeftovers;
use staticc::rewrite::rules::Rules;

fn main() {
    divan::main();
}

fn asset(path: &str) -> Asset {
    Asset::at(LogicalPath::new(path), Arc::from(Path::new("/sources")))
}

/// Rewrites texts on one thread. Broken references are ignored.
fn bench(bencher: divan::Bencher<'_, '_>, texts: &[(String, String)]) {
    let assets: Vec<Asset> = texts
        .iter()
        .map(|(name, _)| asset(name))
        .chain([asset("i.svg")])
        .collect();
    let mut fingerprints = vec![None; texts.len()];
    fingerprints.push(Some(Fingerprint::of(b"i")));
    let rules = Rules::django(DjangoVersion::V6_1, true);
    let context = RewriteContext {
        assets: &assets,
        fingerprints: &fingerprints,
        rules: &rules,
        static_url: "/static/",
        keeps_plain: true,
        leftovers: &NoLeftovers,
        uncollected: &|_| None,
        policy: &|_, _, _| ReportLevel::Ignore,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let size: usize = texts.iter().map(|(_, text)| text.len()).sum();
    bencher
        .counter(BytesCount::new(size))
        .with_inputs(|| {
            let texts = (0..).map(AssetId).zip(texts);
            texts.map(|(id, (_, text))| (id, text.as_bytes())).collect()
        })
        .bench_values(|texts| pool.install(|| rewrite(&context, texts)));
}

#[divan::bench]
fn css_without_references(bencher: divan::Bencher<'_, '_>) {
    let rule = ".btn-primary:hover > .icon { color: #0d6efd; margin: 0 .5rem 1px auto; content: \"a\"; }\n";
    bench(bencher, &[("a.css".to_owned(), rule.repeat(50_000))]);
}

#[divan::bench]
fn css_all_references(bencher: divan::Bencher<'_, '_>) {
    let rule = ".icon-a { background: url(\"i.svg\") no-repeat; color: red }\n";
    bench(bencher, &[("a.css".to_owned(), rule.repeat(50_000))]);
}

#[divan::bench]
fn css_real(bencher: divan::Bencher<'_, '_>) {
    bench(bencher, &real("STATICC_BENCH_CSS", ".css"));
}

#[divan::bench]
fn js_real(bencher: divan::Bencher<'_, '_>) {
    bench(bencher, &real("STATICC_BENCH_JS", ".js"));
}

/// Finds what a browser follows in texts.
fn bench_search(bencher: divan::Bencher<'_, '_>, language: Language, texts: &[(String, String)]) {
    let size: usize = texts.iter().map(|(_, text)| text.len()).sum();
    bencher.counter(BytesCount::new(size)).bench(|| {
        let found = texts
            .iter()
            .map(|(_, text)| references(language, text.as_bytes()).len());
        found.sum::<usize>()
    });
}

#[divan::bench]
fn search_css_real(bencher: divan::Bencher<'_, '_>) {
    bench_search(bencher, Language::Css, &real("STATICC_BENCH_CSS", ".css"));
}

#[divan::bench]
fn search_js_real(bencher: divan::Bencher<'_, '_>) {
    bench_search(
        bencher,
        Language::JavaScript,
        &real("STATICC_BENCH_JS", ".js"),
    );
}

/// All that the lexer knows, so that no part of the text is skipped quickly.
#[divan::bench]
fn search_js_modules(bencher: divan::Bencher<'_, '_>) {
    let module = "import { a as b } from './a.js';\nexport function f(x, y) {\n  // Isn't read.\n  \
                  if (x / y > 1) return `${x}: ${y}`.replace(/[/']/g, \"\");\n  \
                  const z = { x, y: x ? [y] : {} };\n  return import('./b.js').then(({ c }) => c(z));\n}\n";
    let texts = [(String::new(), module.repeat(5_000))];
    bench_search(bencher, Language::JavaScript, &texts);
}

/// All texts with a suffix below the directory that a variable names.
fn real(variable: &str, suffix: &str) -> Vec<(String, String)> {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo");
    let directory = std::env::var_os(variable).map_or(demo, Into::into);
    walkdir::WalkDir::new(directory)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(suffix))
        .filter_map(|entry| {
            let text = std::fs::read_to_string(entry.path()).ok()?;
            Some((entry.path().to_string_lossy().replace('/', "_"), text))
        })
        .collect()
}
