//! The exact bytes of `staticfiles.json`, as Python's `json.dumps` writes
//! them, and whether an existing one is readable. Knows no disk.

use std::fmt::Write as _;

use crate::nouns::{Fingerprint, LogicalPath};

/// The manifest that maps each key to its hashed path.
///
/// ```
/// use staticc::output::manifest::to_json;
/// assert_eq!(
///     to_json(&mut []),
///     br#"{"paths": {}, "version": "1.1", "hash": "d75171398898"}"#
/// );
/// ```
pub fn to_json(entries: &mut [(&LogicalPath, &LogicalPath)]) -> Vec<u8> {
    entries.sort_by(|a, b| code_points(a.0.as_bytes()).cmp(code_points(b.0.as_bytes())));
    let list = join(entries, "[", ", ", "]");
    let hash = Fingerprint::of(format!("[{list}]").as_bytes());
    let paths = join(entries, "", ": ", "");
    format!(r#"{{"paths": {{{paths}}}, "version": "1.1", "hash": "{hash}"}}"#).into_bytes()
}

/// Why Django would refuse to load a manifest with this content, if it would.
pub fn fault(content: &[u8]) -> Option<String> {
    let value: serde_json::Value = match serde_json::from_slice(content) {
        Ok(value) => value,
        Err(error) => return Some(format!("is not JSON ({error})")),
    };
    match value.get("version").and_then(|version| version.as_str()) {
        Some("1.0" | "1.1") => None,
        Some(version) => Some(format!("has version {version:?}, not \"1.1\"")),
        None => Some("has no version".to_owned()),
    }
}

fn join(
    entries: &[(&LogicalPath, &LogicalPath)],
    open: &str,
    between: &str,
    close: &str,
) -> String {
    let mut out = String::new();
    for (index, (key, value)) in entries.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { ", " });
        out.push_str(open);
        quote(&mut out, key.as_bytes());
        out.push_str(between);
        quote(&mut out, value.as_bytes());
        out.push_str(close);
    }
    out
}

/// A string as `json.dumps` writes it with `ensure_ascii`.
fn quote(out: &mut String, bytes: &[u8]) {
    out.push('"');
    for point in code_points(bytes) {
        match char::from_u32(point) {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some(ascii @ ' '..='~') => out.push(ascii),
            Some(other) => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            None => {
                let _ = write!(out, "\\u{point:04x}");
            }
        }
    }
    out.push('"');
}

/// Code points as Python has them: bytes that are not UTF-8 are lone
/// surrogates.
fn code_points(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().chars().map(u32::from);
        valid.chain(chunk.invalid().iter().map(|&byte| 0xdc00 + u32::from(byte)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected bytes were made by Python's `json.dumps`.
    #[test]
    fn python_bytes() {
        let a = LogicalPath::new("é\u{1f600}\u{7f}/\n");
        let b = LogicalPath::new(b"x\xff.txt".to_vec());
        let c = LogicalPath::new("x\u{ffff}");
        let mut entries = [(&c, &a), (&b, &b), (&a, &c)];
        let text = String::from_utf8(to_json(&mut entries)).unwrap();
        assert!(
            text.starts_with(concat!(
                r#"{"paths": {"x\udcff.txt": "x\udcff.txt", "x\uffff": "\u00e9\ud83d\ude00"#,
                r#"\u007f/\n", "\u00e9\ud83d\ude00"#
            )),
            "{text}"
        );
    }

    #[test]
    fn faults() {
        assert_eq!(fault(br#"{"version": "1.1", "paths": {}}"#), None);
        assert_eq!(fault(br#"{"version": "1.0"}"#), None);
        assert!(fault(br#"{"version": "2"}"#).is_some());
        assert!(fault(b"{}").is_some());
        assert!(fault(b"{").is_some());
    }
}
