//! Finds what a browser follows in JavaScript, and puts in other URLs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use staticc::rewrite::browser::found_reference::Language;
use staticc_fuzz::check_browser_references;

fuzz_target!(|text: &[u8]| check_browser_references(Language::JavaScript, text));
