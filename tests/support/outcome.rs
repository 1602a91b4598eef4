//! What a run left, in the form of the fixtures' `outcome.json` (see
//! fixtures/README.md).

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use super::fixtures::escape;

/// Of files above this size, in bytes, the outcome has only the digest.
const LARGE: usize = 4096;

/// All files below a STATIC_ROOT; apart from them, the compressed copies with
/// their modes.
pub fn describe(root: &Path, base: &Path) -> (Map<String, Value>, Map<String, Value>) {
    let (mut files, mut copies) = (Map::new(), Map::new());
    let mut entries: Vec<_> = walkdir::WalkDir::new(root)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| !entry.file_type().is_dir())
        .map(walkdir::DirEntry::into_path)
        .collect();
    entries.sort();
    for path in entries {
        let name = escape(path.strip_prefix(root).unwrap());
        if is_copy(&path) {
            copies.insert(name, json!(mode(&fs::metadata(&path).unwrap())));
        } else {
            files.insert(name, describe_file(&path, base));
        }
    }
    (files, copies)
}

fn describe_file(path: &Path, base: &Path) -> Value {
    let metadata = fs::symlink_metadata(path).unwrap();
    if metadata.is_symlink() {
        let target = escape(&fs::read_link(path).unwrap());
        return json!({"link": target.replace(&*base.to_string_lossy(), "{base}")});
    }
    let data = fs::read(path).unwrap();
    let mode = mode(&metadata);
    if data.len() > LARGE {
        let md5: [u8; 16] = Md5::digest(&data).into();
        let md5: String = md5.iter().map(|byte| format!("{byte:02x}")).collect();
        return json!({"mode": mode, "size": data.len(), "md5": md5});
    }
    match String::from_utf8(data) {
        Ok(text) => json!({"mode": mode, "text": text}),
        Err(error) => json!({"mode": mode, "base64": base64(error.as_bytes())}),
    }
}

fn mode(metadata: &fs::Metadata) -> String {
    format!("0o{:o}", metadata.permissions().mode() & 0o7777)
}

/// Whether a file decodes to the file that its name says it is a copy of.
fn is_copy(path: &Path) -> bool {
    let original = path.with_extension("");
    let Ok(wanted) = fs::read(&original) else {
        return false;
    };
    let Ok(data) = fs::read(path) else {
        return false;
    };
    let mut decoded = Vec::new();
    let read = match path.extension().and_then(|suffix| suffix.to_str()) {
        Some("gz") => flate2::read::GzDecoder::new(&data[..]).read_to_end(&mut decoded),
        Some("br") => brotli::Decompressor::new(&data[..], 4096).read_to_end(&mut decoded),
        _ => return false,
    };
    read.is_ok() && decoded == wanted
}

fn base64(data: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in data.chunks(3) {
        let mut bytes = [0; 3];
        bytes[..chunk.len()].copy_from_slice(chunk);
        let [a, b, c] = bytes.map(usize::from);
        let digits = [
            a >> 2,
            (a & 3) << 4 | b >> 4,
            (b & 15) << 2 | c >> 6,
            c & 63,
        ];
        for (index, digit) in digits.into_iter().enumerate() {
            let padding = index > chunk.len();
            text.push(if padding {
                '='
            } else {
                char::from(DIGITS[digit])
            });
        }
    }
    text
}
