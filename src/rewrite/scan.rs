//! Scans one text by the rules of the run. Knows no rule.

use super::browser_scan;
use super::django_scan;
use super::resolve::Resolver;
use super::rules::Rules;
use super::scanned::{MissingPolicy, Scanned};
use crate::model::Asset;

/// Scans `text`, the content of `referrer`.
pub(super) fn scan(
    referrer: &Asset,
    text: &[u8],
    rules: &Rules,
    resolver: &Resolver<'_>,
    policy: &MissingPolicy<'_>,
) -> Scanned {
    match rules {
        Rules::Browser => browser_scan::scan(referrer, text, resolver, policy),
        // Reading refuses a text that is not UTF-8.
        Rules::Django(rules) => match std::str::from_utf8(text) {
            Ok(text) => django_scan::scan(referrer, text, rules, resolver, policy),
            Err(_) => Scanned::default(),
        },
    }
}
