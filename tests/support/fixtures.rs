//! The fixture cases: where they are, what they say, and how their trees are made.
//! `fixtures/README.md` describes the files of a case.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::Value;

pub const DJANGO: [&str; 6] = ["4.2", "5.0", "5.1", "5.2", "6.0", "6.1"];

pub fn cases() -> Vec<PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut cases: Vec<PathBuf> = fs::read_dir(fixtures)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("note.md").is_file())
        .collect();
    cases.sort();
    cases
}

pub fn read_spec(case: &Path) -> (toml::Value, toml::Value) {
    let read = |name: &str| {
        let text = fs::read_to_string(case.join(name)).unwrap_or_default();
        toml::from_str(&text).unwrap()
    };
    (read("settings.toml"), read("case.toml"))
}

/// The outcome stored for a version, or for the nearest one before it.
pub fn nearest(directory: &Path, django: &str) -> Option<Value> {
    let at = DJANGO.iter().position(|known| *known == django).unwrap();
    DJANGO[..=at].iter().rev().find_map(|django| {
        let text = fs::read_to_string(directory.join(django).join("outcome.json")).ok()?;
        Some(serde_json::from_str(&text).unwrap())
    })
}

/// The name of a case is that of its directory.
pub fn name(case: &Path) -> String {
    case.file_name().unwrap().to_str().unwrap().to_owned()
}

/// Makes, changes or removes one thing, as a `[[make]]` of `case.toml` says.
pub fn make(base: &Path, spec: &toml::Value) {
    let text = |key: &str| spec.get(key).and_then(toml::Value::as_str);
    let number = |key: &str| spec.get(key).and_then(toml::Value::as_integer);
    let path = base.join(unescape(text("path").unwrap()));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match text("kind") {
        Some("remove") if path.is_dir() => fs::remove_dir_all(&path).unwrap(),
        Some("remove") => fs::remove_file(&path).unwrap(),
        Some("link") => symlink(unescape(text("target").unwrap()), &path).unwrap(),
        Some("directory") => fs::create_dir_all(&path).unwrap(),
        Some("fifo") => assert!(
            Command::new("mkfifo")
                .arg(&path)
                .status()
                .unwrap()
                .success()
        ),
        _ => {
            let repeat = usize::try_from(number("repeat").unwrap_or(1)).unwrap();
            fs::write(&path, text("text").unwrap_or_default().repeat(repeat)).unwrap();
            if let Some(age) = number("age") {
                let change = Duration::from_secs(age.unsigned_abs());
                let now = SystemTime::now();
                let when = if age > 0 { now - change } else { now + change };
                let file = fs::File::options().write(true).open(&path).unwrap();
                file.set_modified(when).unwrap();
            }
        }
    }
    if let Some(mode) = number("mode") {
        let mode = fs::Permissions::from_mode(u32::try_from(mode).unwrap());
        fs::set_permissions(&path, mode).unwrap();
    }
}

/// The bytes of a path that is written with `\xHH`, `\t`, `\n` and `\\`.
pub fn unescape(text: &str) -> PathBuf {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next() {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'x') => {
                let digits: String = rest
                    .by_ref()
                    .take(2)
                    .map(|&byte| char::from(byte))
                    .collect();
                u8::from_str_radix(&digits, 16).unwrap()
            }
            other => *other.unwrap(),
        });
    }
    PathBuf::from(OsStr::from_bytes(&bytes))
}

/// A path as text, bytes that are not UTF-8 as `\xHH`.
pub fn escape(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}
