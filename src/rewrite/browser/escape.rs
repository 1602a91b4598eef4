//! Spells a URL so that it stands in a text as it is meant: in strings of CSS,
//! JavaScript and JSON, in `url(…)` and in source map comments. Knows no references.

use super::found_reference::Quoting;

/// Returns the spelling of a URL in a place of a text. A browser that reads the text
/// has the same URL; in a source map comment, where nothing can be escaped, white space,
/// characters outside ASCII and what would end the comment are percent-encoded.
pub fn escape(quoting: Quoting, url: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(url.len());
    for (index, &byte) in url.iter().enumerate() {
        match quoting {
            Quoting::CssString(quote) if byte == quote || byte == b'\\' => {
                escaped.extend([b'\\', byte]);
            }
            Quoting::CssUnquoted if b"\"'()\\".contains(&byte) => escaped.extend([b'\\', byte]),
            // White space behind an escape would belong to it, but here it is escaped too.
            Quoting::CssUnquoted if byte == b' ' || (byte.is_ascii_control() && byte != 0) => {
                escaped.extend(format!("\\{byte:06x}").bytes());
            }
            // NUL cannot be spelled in CSS, not even by an escape.
            Quoting::CssString(_) | Quoting::CssUnquoted if byte == 0 => {
                push_percent(&mut escaped, byte);
            }
            Quoting::CssString(_) if byte.is_ascii_control() => {
                escaped.extend(format!("\\{byte:x} ").bytes());
            }
            Quoting::JsString(quote) if byte == quote || byte == b'\\' => {
                escaped.extend([b'\\', byte]);
            }
            Quoting::JsString(b'`') if url[index..].starts_with(b"${") => {
                escaped.extend(b"\\$");
            }
            Quoting::JsString(_) if byte.is_ascii_control() => {
                escaped.extend(format!("\\x{byte:02x}").bytes());
            }
            Quoting::JsonString if matches!(byte, b'"' | b'\\') => escaped.extend([b'\\', byte]),
            Quoting::JsonString if byte.is_ascii_control() => {
                escaped.extend(format!("\\u{byte:04x}").bytes());
            }
            Quoting::SourceMapComment if ends_comment(&url[index..]) => {
                push_percent(&mut escaped, byte);
            }
            _ => escaped.push(byte),
        }
    }
    escaped
}

/// Whether the first byte of a URL would end a source map comment, or spoil it, as some
/// characters outside ASCII do.
fn ends_comment(url: &[u8]) -> bool {
    url.starts_with(b"*/") || !url[0].is_ascii_graphic() || matches!(url[0], b'"' | b'\'' | b'`')
}

fn push_percent(escaped: &mut Vec<u8>, byte: u8) {
    escaped.extend(format!("%{byte:02X}").bytes());
}
