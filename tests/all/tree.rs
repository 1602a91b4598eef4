//! A case's tree in a temporary directory: `tree/` copied, and what
//! `case.toml` makes besides. Knows nothing of outcomes.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use toml::Value;

/// The program, with a cache that all tests share and no user has.
pub fn staticc() -> Command {
    static CACHE: LazyLock<PathBuf> = LazyLock::new(|| {
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
        let _ = fs::remove_dir_all(&cache);
        cache
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_staticc"));
    command
        .env("XDG_CACHE_HOME", &*CACHE)
        .env_remove("GITHUB_WORKSPACE")
        .env_remove("VIRTUAL_ENV");
    command
}

/// All files below a directory.
pub fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(root).into_iter();
    let entries = entries.map(Result::unwrap);
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(root).unwrap().to_owned();
            (path, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// Copies a directory with its links.
pub fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).min_depth(1) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).unwrap();
        } else if entry.file_type().is_symlink() {
            symlink(fs::read_link(entry.path()).unwrap(), &target).unwrap();
        } else {
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// Makes, changes or removes one thing, as a `[[make]]` of `case.toml` says.
pub fn make(base: &Path, spec: &Value) {
    let text = |key: &str| spec.get(key).and_then(Value::as_str);
    let number = |key: &str| spec.get(key).and_then(Value::as_integer);
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
