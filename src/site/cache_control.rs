//! The header `Cache-Control`: whether a browser keeps what it has without asking again. Knows no
//! files but their names.

use crate::model::{Fingerprint, LogicalPath};
use crate::pystd::posixpath::{path_split, splitext};

/// A year in seconds, which RFC 9111 takes for "never changes".
const YEAR: u64 = 31_536_000;

/// Returns whether a browser keeps an answer with this header for a year, or for good.
///
/// ```
/// use staticc::site::cache_control::is_lasting;
/// assert!(is_lasting("max-age=315360000, public, immutable"));
/// assert!(!is_lasting("max-age=60, public"));
/// ```
pub fn is_lasting(header: &str) -> bool {
    let directives = header.split(',').map(|part| part.trim().to_lowercase());
    let mut lasts = false;
    for directive in directives {
        let (name, value) = directive.split_once('=').unwrap_or((&directive, ""));
        match name.trim_end() {
            "no-store" | "no-cache" => return false,
            "immutable" => lasts = true,
            "max-age" => {
                let seconds = value.trim().trim_matches('"').parse::<u64>();
                lasts |= seconds.is_ok_and(|seconds| seconds >= YEAR);
            }
            _ => {}
        }
    }
    lasts
}

/// Returns whether a name carries a hash, of Django or of a bundler such as Vite. What is at such
/// a name may be kept for good, even if Django gives it another name as well.
///
/// ```
/// use staticc::model::LogicalPath;
/// use staticc::site::cache_control::carries_hash;
/// let carries = |path: &str| carries_hash(&LogicalPath::new(path));
/// assert!(carries("a.d41d8cd98f00.css") && carries("assets/dialog-D-GklXgj.css"));
/// assert!(!carries("css/bootstrap-datepicker.css") && !carries("a.css"));
/// ```
pub fn carries_hash(path: &LogicalPath) -> bool {
    if Fingerprint::path_without(path).is_some() {
        return true;
    }
    let (_, name) = path_split(path.as_bytes());
    let (stem, _) = splitext(name);
    let mut parts = stem.split(|byte| matches!(byte, b'.' | b'-' | b'_'));
    let last = parts.next_back().unwrap_or_default();
    let is_hex = last.len() >= 8
        && last.len() < stem.len()
        && last.iter().all(u8::is_ascii_hexdigit)
        && last.iter().any(u8::is_ascii_digit);
    is_hex || carries_eight_letters(stem)
}

/// Returns whether a name ends with a hash as Vite writes it: eight letters of Base64, not all of
/// them in lower case.
fn carries_eight_letters(stem: &[u8]) -> bool {
    let Some((rest, hash)) = stem.split_last_chunk::<8>() else {
        return false;
    };
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_word = |byte: &u8| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_');
    rest.last().is_some_and(|byte| matches!(byte, b'.' | b'-'))
        && hash.iter().all(is_part)
        && hash.iter().any(u8::is_ascii_uppercase)
        && !hash.iter().all(is_word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn headers_last_a_year_or_do_not() {
        for header in [
            "immutable",
            "max-age=31536000",
            "public,Max-Age = 31536000",
            "max-age=\"99999999\"",
        ] {
            assert!(is_lasting(header), "{header}");
        }
        for header in [
            "",
            "max-age=31535999",
            "max-age=-1",
            "max-age=99999999999999999999999",
            "no-store, immutable",
            "s-maxage=31536000",
            "immutable-ish",
        ] {
            assert!(!is_lasting(header), "{header}");
        }
    }

    #[test]
    fn names_carry_a_hash_or_do_not() {
        for path in [
            "main-DjPGJSlz.js",
            "771-029cfcb2b74c7f55.js",
            "55fdcd4f.chunk.55fdcd4f4ff1ecef2035.svg",
            "LICENSE.d41d8cd98f00",
        ] {
            assert!(carries_hash(&LogicalPath::new(path)), "{path}");
        }
        for path in [
            "jquery-3.7.1.min.js",
            "icon-facebook.svg",
            "a/b-c/DEADBEEF.png",
            "x",
        ] {
            assert!(!carries_hash(&LogicalPath::new(path)), "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_header_and_name_is_judged(header in ".*", name in ".*") {
            is_lasting(&header);
            carries_hash(&LogicalPath::new(name));
        }

        #[test]
        fn order_and_case_do_not_count(upper in any::<bool>(), first in any::<bool>()) {
            let mut parts = ["public", "immutable", "max-age=60"];
            if first {
                parts.reverse();
            }
            let header = parts.join(", ");
            let header_as_sent = if upper { header.to_uppercase() } else { header };
            prop_assert!(is_lasting(&header_as_sent));
        }
    }
}
