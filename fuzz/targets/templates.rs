//! Finds static references in input as a template. Each reference lies within
//! the text, and its name can be looked up.
#![no_main]

use libfuzzer_sys::fuzz_target;
use staticc::check::static_name::{manifest_key, plain_path};
use staticc::check::templates::engine::{Engine, references};

fuzz_target!(|text: &[u8]| {
    let [django, jinja, either] =
        [Engine::Django, Engine::Jinja2, Engine::Either].map(|engine| references(text, engine));
    for found in django.iter().chain(&jinja) {
        let place = str::from_utf8(&text[found.start..found.end]).expect("whole characters");
        assert!(
            place.starts_with("{%") || place.starts_with("static"),
            "{place}"
        );
        assert!(place.contains(['"', '\'']), "{place}");
        let _ = manifest_key(&found.name);
        let _ = plain_path(&found.name);
    }
    assert!(either.is_sorted_by_key(|found| found.start));
    for found in either {
        assert!(django.contains(&found) || jinja.contains(&found));
    }
});
