//! Rewrites input as css or js by the rules of a Django version. The result is a
//! new text, or problems with their locations.
#![no_main]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use staticc::model::{Asset, AssetId, Code, DjangoVersion, Fingerprint, LogicalPath, ReportLevel};
use staticc::rewrite::adjusted::{Adjusted, Rewritten, rewrite};
use staticc::rewrite::context::RewriteContext;
use staticc::rewrite::resolve::NoLeftovers;
use staticc::rewrite::rules::Rules;
use staticc_fuzz::check;

/// Names that references spell in more than one way, and two that refer.
const NAMES: [&[u8]; 14] = [
    b"css/site.css",
    b"js/app.js",
    b"css/other.css",
    b"js/lib.js",
    b"js/app.js.map",
    b"img/logo.png",
    b"img/a b.png",
    "img/\u{e9}.svg".as_bytes(),
    b"img/q?x.png",
    b"img/h#x.png",
    b"img/100%41.svg",
    b"img/\xff.png",
    b"img/.hidden",
    b"co:lon.png",
];

static RULES: LazyLock<Vec<Rules>> = LazyLock::new(|| {
    let versions = DjangoVersion::ALL.into_iter();
    let of_django = versions
        .flat_map(|django| [false, true].map(|aggregation| Rules::django(django, aggregation)));
    of_django.chain([Rules::Browser]).collect()
});

const STATIC_URLS: [&str; 4] = ["/static/", "/s", "https://cdn.example/s/", "//cdn/"];

fuzz_target!(init: {
    // Its tasks run here, where the fuzzer sees what they reach.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    pool.build_global().expect("a pool");
}, |data: &[u8]| {
    let [rules, options, text @ ..] = data else {
        return;
    };
    let text = String::from_utf8_lossy(text);
    let referrer = usize::from(options & 1);
    let names: Vec<&[u8]> = NAMES.to_vec();
    let case = Case {
        rules: &RULES[usize::from(*rules) % RULES.len()],
        static_url: STATIC_URLS[usize::from(options >> 1) % STATIC_URLS.len()],
        keeps_plain: options & 8 == 0,
    };
    let rewritten = case.rewrite(&names, referrer, &text);
    for problem in &rewritten.problems {
        check(problem, &[&text]);
        assert!(problem.span.is_some(), "{problem:?}");
    }
    for path in &rewritten.hashed {
        let inside = |part: &[u8]| !matches!(part, b"" | b"." | b"..");
        assert!(path.as_bytes().split(|&byte| byte == b'/').all(inside), "{path}");
    }
    if rewritten.problems.iter().any(|problem| problem.code == Code::Cycle) {
        return;
    }
    let own = |(asset, _): &&(AssetId, Adjusted)| asset.index() == referrer;
    let (_, adjusted) = rewritten.adjusted.iter().find(own).expect("adjusted");
    let written = adjusted.text.as_deref().unwrap_or(text.as_bytes());
    assert!(adjusted.in_cycle || adjusted.fingerprint == Fingerprint::of(written));
    assert_eq!(adjusted.size, written.len() as u64);
    for target in &adjusted.targets {
        let other = rewritten.adjusted.iter().find(|(asset, _)| asset == target);
        let fingerprint = other.map_or_else(|| of(names[target.index()]), |(_, other)| other.fingerprint);
        let written = String::from_utf8_lossy(written);
        assert!(written.contains(fingerprint.as_str()), "{written}");
    }
});

/// What stands for the fingerprint of an asset that is not rewritten.
fn of(name: &[u8]) -> Fingerprint {
    Fingerprint::of(name)
}

struct Case<'a> {
    rules: &'a Rules,
    static_url: &'a str,
    keeps_plain: bool,
}

impl Case<'_> {
    /// Rewrites the text of the asset `referrer`; all other texts are empty.
    fn rewrite(&self, names: &[&[u8]], referrer: usize, text: &str) -> Rewritten {
        let assets: Vec<Asset> = names.iter().map(|name| asset(name)).collect();
        let adjustable = |asset: &Asset| asset.path.is_adjustable();
        let fingerprints: Vec<Option<Fingerprint>> = assets
            .iter()
            .map(|asset| (!adjustable(asset)).then(|| of(asset.key.as_bytes())))
            .collect();
        let texts = (0..)
            .map(AssetId)
            .zip(&assets)
            .filter(|(_, asset)| adjustable(asset));
        let texts = texts.map(|(id, _)| {
            (
                id,
                if id.index() == referrer {
                    text.as_bytes()
                } else {
                    b""
                },
            )
        });
        let job = RewriteContext {
            assets: &assets,
            fingerprints: &fingerprints,
            rules: self.rules,
            static_url: self.static_url,
            keeps_plain: self.keeps_plain,
            leftovers: &NoLeftovers,
            uncollected: &|_| None,
            policy: &|_, _, _| ReportLevel::Error,
        };
        rewrite(&job, texts.collect())
    }
}

fn asset(name: &[u8]) -> Asset {
    Asset::at(LogicalPath::new(name), Arc::from(Path::new("/sources")))
}
