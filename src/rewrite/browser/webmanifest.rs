//! Finds the images of a web app manifest. Knows JSON and the manifest's members, no
//! URLs.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::found_reference::{FoundReference, Quoting, Syntax};
use super::same_length::same_length_str;

/// A JSON object; of several members with one name the last counts.
type Members<'t> = BTreeMap<String, &'t RawValue>;

/// Returns the references of a manifest, in its order. What is no JSON has none, and a
/// member of another type than the standard says is skipped, as browsers do.
pub fn find(text: &[u8]) -> Vec<FoundReference<'_>> {
    let (bom, json) = match text.strip_prefix(b"\xef\xbb\xbf") {
        Some(json) => (3, json),
        None => (0, text),
    };
    let json = same_length_str(json);
    let Ok(manifest) = serde_json::from_str::<Members<'_>>(&json) else {
        return Vec::new();
    };
    let mut images = Vec::new();
    for shortcut in objects(manifest.get("shortcuts").copied()) {
        images.extend(objects(shortcut.get("icons").copied()));
    }
    for member in ["icons", "screenshots"] {
        images.extend(objects(manifest.get(member).copied()));
    }
    let sources = images.iter().filter_map(|image| image.get("src").copied());
    let mut found: Vec<_> = sources
        .filter_map(|source| reference(source, &json, text, bom))
        .collect();
    found.sort_by_key(|reference| reference.span.start);
    found
}

/// The objects in an array.
fn objects(array: Option<&RawValue>) -> Vec<Members<'_>> {
    let values = array.and_then(|array| serde_json::from_str::<Vec<&RawValue>>(array.get()).ok());
    let values = values.unwrap_or_default().into_iter();
    values
        .filter_map(|value| serde_json::from_str(value.get()).ok())
        .collect()
}

/// The reference in a string of `json`, which begins at the byte `bom` of `text`.
fn reference<'t>(
    source: &RawValue,
    json: &str,
    text: &'t [u8],
    bom: usize,
) -> Option<FoundReference<'t>> {
    let raw = source.get();
    // serde_json borrows from the text, so the string's address tells its place.
    let start = raw.as_ptr().addr().checked_sub(json.as_ptr().addr())? + bom + 1;
    let span = start..start + raw.len().checked_sub(2)?;
    let specifier: String = serde_json::from_str(raw).ok()?;
    let as_written = text.get(span.clone())?;
    // A URL with bytes that are not UTF-8 is no JSON.
    let is_utf8 = as_written == &raw.as_bytes()[1..raw.len() - 1];
    (is_utf8 && !specifier.is_empty()).then(|| FoundReference {
        syntax: Syntax::WebmanifestMember,
        specifier: match &specifier {
            same if same.as_bytes() == as_written => as_written.into(),
            _ => specifier.into_bytes().into(),
        },
        span,
        quoting: Quoting::JsonString,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &[u8]) -> Vec<(String, String)> {
        let found = find(text).into_iter().map(|reference| {
            let raw = String::from_utf8_lossy(&text[reference.span]).into_owned();
            (
                raw,
                String::from_utf8_lossy(&reference.specifier).into_owned(),
            )
        });
        found.collect()
    }

    fn specifiers(text: &str) -> Vec<String> {
        found(text.as_bytes())
            .into_iter()
            .map(|(_, specifier)| specifier)
            .collect()
    }

    #[test]
    fn images_of_all_members_are_found_in_order() {
        let manifest = r#"{
            "name": "A", "start_url": "/", "src": "no.png",
            "screenshots": [{"src": "s.png", "sizes": "1x1"}],
            "shortcuts": [{"url": "/a", "icons": [{"src": "a.png"}]}, {"url": "/b"}],
            "icons": [{"sizes": "1x1", "src": "i.png", "x": {"src": "no.png"}}, {"src": "j.png"}],
            "serviceworker": {"src": "sw.js"}
        }"#;
        assert_eq!(specifiers(manifest), ["s.png", "a.png", "i.png", "j.png"]);
    }

    #[test]
    fn escapes_are_decoded_and_the_span_is_as_written() {
        let text = "\u{feff}{\"n\": \"\u{e9}\", \"icons\":[{\"src\":\"a\\/\\u00e9.png\"}]}";
        let expected = (r"a\/\u00e9.png".to_owned(), "a/\u{e9}.png".to_owned());
        assert_eq!(found(text.as_bytes()), [expected]);
    }

    #[test]
    fn members_of_another_type_are_skipped() {
        for manifest in [
            r#"{"icons": {"src": "a"}}"#,
            r#"{"icons": ["a", null, 1, {"src": 1}, {"src": null}, {"src": ""}]}"#,
            r#"{"icons": [{"src": "a"}], "icons": 1}"#,
            r#"[{"icons": [{"src": "a"}]}]"#,
            r#"{"icons": [{"src": "a"}]"#,
            r#"{"icons": [{"src": "a"}],}"#,
            "",
        ] {
            assert_eq!(specifiers(manifest), [""; 0], "{manifest}");
        }
        let mixed = r#"{"icons": [1, {"src": "a"}], "shortcuts": [null, {"icons": 1}]}"#;
        assert_eq!(specifiers(mixed), ["a"]);
    }

    #[test]
    fn bytes_that_are_not_utf8_spoil_only_their_own_url() {
        let text = b"{\"name\":\"\xe9\",\"icons\":[{\"src\":\"a\xe9\"},{\"src\":\"b\"}]}";
        assert_eq!(found(text), [("b".to_owned(), "b".to_owned())]);
    }

    #[test]
    fn nesting_has_no_effect_on_the_stack() {
        let deep = format!(
            "{{\"x\": {}, \"icons\": [{{\"src\": \"a\"}}]",
            "[".repeat(500_000)
        );
        assert_eq!(specifiers(&deep), [""; 0]);
        let closed = format!("{{\"x\": {}{}}}", "[".repeat(500_000), "]".repeat(500_000));
        assert_eq!(specifiers(&closed), [""; 0]);
    }
}
