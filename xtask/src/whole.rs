//! Whether a STATIC_ROOT is whole, as a server and its clients see it. Knows
//! nothing of how staticc works, and shares no code with it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use md5::{Digest as _, Md5};

use crate::snapshot;

/// The manifest's name.
pub const MANIFEST: &str = "staticfiles.json";

/// Suffixes of compressed copies.
pub const SUFFIXES: [&str; 3] = ["gz", "br", "zst"];

/// What may be at a path while a run is on its way from one tree to another.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// The old bytes, the new ones, or both.
    pub contents: Vec<Vec<u8>>,
    /// Whether there may be nothing.
    pub absent: bool,
}

/// By path, what may be there.
pub type Promise = BTreeMap<PathBuf, Allowed>;

/// What a site may see on the way from `before` to `after`: every file with
/// its old or its new bytes, and nothing missing that both have.
pub fn promise(root: &Path, before: &snapshot::Tree, after: &snapshot::Tree) -> Promise {
    let mut promise = Promise::new();
    for tree in [before, after] {
        for (path, entry) in tree.iter().filter(|(path, _)| original(path).is_none()) {
            let Some(bytes) = entry.content(&root.join(path)) else {
                continue;
            };
            let allowed = promise.entry(path.clone()).or_default();
            allowed.absent = !before.contains_key(path) || !after.contains_key(path);
            if !allowed.contents.contains(&bytes) {
                allowed.contents.push(bytes);
            }
        }
    }
    promise
}

/// Everything that is wrong; each begins with a word for its kind.
pub fn violations(root: &Path, promise: Option<&Promise>) -> Vec<String> {
    let mut found = Vec::new();
    manifest_entries(root, &mut found);
    let tree = match snapshot::take(root) {
        Ok(tree) => tree,
        Err(error) => return vec![format!("unreadable: {error}")],
    };
    for (path, entry) in &tree {
        let Some(plain) = original(path).filter(|_| !entry.is_directory()) else {
            continue;
        };
        if !tree.contains_key(&plain) {
            found.push(format!("orphan: {} without its file", path.display()));
        } else if let Err(why) = agrees(&root.join(&plain), &root.join(path)) {
            found.push(format!("copy: {}: {why}", path.display()));
        }
    }
    if let Some(promise) = promise {
        keeps(root, &tree, promise, &mut found);
    }
    found
}

/// The entries of a manifest, if its text is whole.
pub fn entries(text: &[u8]) -> Result<Vec<(String, String)>, String> {
    let json: serde_json::Value = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    let paths = json["paths"].as_object().ok_or("no paths")?;
    let pair = |(key, value): (&String, &serde_json::Value)| {
        let value = value.as_str().ok_or("a name that is no text")?;
        Ok((key.clone(), value.to_owned()))
    };
    paths.iter().map(pair).collect()
}

/// The name under which a manifest must have a file with these bytes.
pub fn fingerprinted(key: &str, bytes: &[u8]) -> String {
    let mut digits = String::new();
    for byte in &Md5::digest(bytes)[..6] {
        let _ = write!(digits, "{byte:02x}");
    }
    let (directory, name) = key.rsplit_once('/').map_or(("", key), |(d, n)| (d, n));
    let slash = if directory.is_empty() { "" } else { "/" };
    match name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) {
        Some((stem, extension)) => format!("{directory}{slash}{stem}.{digits}.{extension}"),
        None => format!("{directory}{slash}{name}.{digits}"),
    }
}

/// What a compressed copy decodes to; the suffix says how.
pub fn decode(suffix: &str, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    match suffix {
        "gz" => flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain)?,
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut plain)?,
        _ => zstd::Decoder::new(bytes)?.read_to_end(&mut plain)?,
    };
    Ok(plain)
}

/// The file that a compressed copy belongs to.
fn original(path: &Path) -> Option<PathBuf> {
    let suffix = path.extension()?.to_str()?;
    SUFFIXES.contains(&suffix).then(|| path.with_extension(""))
}

fn manifest_entries(root: &Path, found: &mut Vec<String>) {
    let text = match fs::read(root.join(MANIFEST)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => return found.push(format!("manifest: {error}")),
    };
    let entries = match entries(&text) {
        Ok(entries) => entries,
        Err(why) => return found.push(format!("manifest: {why}")),
    };
    for (key, name) in entries {
        let path = root.join(&name);
        let is_regular = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
        match fs::read(&path) {
            Ok(_) if !is_regular => found.push(format!("missing: {name} is no regular file")),
            Ok(bytes) if fingerprinted(&key, &bytes) == name => {}
            Ok(_) => found.push(format!("digits: {name} has other bytes")),
            Err(error) => found.push(format!("missing: {name} of the manifest: {error}")),
        }
    }
}

/// Whether a compressed copy is one of the file beside it.
fn agrees(plain: &Path, copy: &Path) -> Result<(), String> {
    let suffix = copy.extension().unwrap_or_default().to_string_lossy();
    let bytes = fs::read(copy).map_err(|error| error.to_string())?;
    let decoded = decode(&suffix, &bytes).map_err(|error| error.to_string())?;
    match fs::read(plain) {
        Ok(bytes) if bytes == decoded => Ok(()),
        Ok(_) => Err("decodes to other bytes than its file's".to_owned()),
        Err(error) => Err(format!("its file: {error}")),
    }
}

/// Holds a tree against what may be there.
fn keeps(root: &Path, tree: &snapshot::Tree, promise: &Promise, found: &mut Vec<String>) {
    for (path, allowed) in promise {
        let shown = path.display();
        match tree.get(path).map(|entry| entry.content(&root.join(path))) {
            None if allowed.absent => {}
            None => found.push(format!("missing: {shown}")),
            Some(Some(bytes)) if allowed.contents.contains(&bytes) => {}
            Some(_) => found.push(format!("bytes: {shown} is neither old nor new")),
        }
    }
    let is_ours = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(".staticc")
    };
    for (path, _) in tree.iter().filter(|(_, entry)| !entry.is_directory()) {
        let known = promise.contains_key(&original(path).unwrap_or_else(|| path.clone()));
        if !known && !is_ours(path) {
            found.push(format!("stray: {}", path.display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Damage = fn(&Path);

    /// A small tree that is whole, and what may be in it.
    fn fixture(name: &str) -> (PathBuf, Promise) {
        let root = std::env::temp_dir().join(format!("whole-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("css")).unwrap();
        let text = b"body { color: red }".repeat(20);
        let name = fingerprinted("css/a.css", &text);
        fs::write(root.join("css/a.css"), &text).unwrap();
        fs::write(root.join(&name), &text).unwrap();
        fs::write(
            root.join("css/a.css.zst"),
            zstd::encode_all(&text[..], 1).unwrap(),
        )
        .unwrap();
        let manifest = format!(r#"{{"paths": {{"css/a.css": "{name}"}}}}"#);
        fs::write(root.join(MANIFEST), manifest).unwrap();
        let tree = snapshot::take(&root).unwrap();
        let promise = promise(&root, &tree, &tree);
        assert_eq!(violations(&root, Some(&promise)), Vec::<String>::new());
        (root, promise)
    }

    /// Each damage is found, and told as what it is.
    #[test]
    fn damages() {
        let damages: [(&str, Damage); 8] = [
            ("manifest", |root| cut(&root.join(MANIFEST))),
            ("missing", |root| remove(&root.join(MANIFEST))),
            ("digits", |root| cut(&hashed(root))),
            ("missing", |root| remove(&hashed(root))),
            ("copy", |root| cut(&root.join("css/a.css.zst"))),
            ("orphan", |root| remove(&root.join("css/a.css"))),
            ("bytes", |root| cut(&root.join("css/a.css"))),
            ("stray", |root| fs::write(root.join("b.css"), "").unwrap()),
        ];
        for (index, (kind, damage)) in damages.into_iter().enumerate() {
            let (root, promise) = fixture(&index.to_string());
            damage(&root);
            let found = violations(&root, Some(&promise));
            let told = |line: &String| line.starts_with(kind);
            assert!(found.iter().any(told), "{kind}: {found:?}");
            fs::remove_dir_all(root).unwrap();
        }
    }

    /// As Django 6.1 names them.
    #[test]
    fn names() {
        assert_eq!(fingerprinted("a/b.min.js", b""), "a/b.min.d41d8cd98f00.js");
        assert_eq!(fingerprinted("LICENSE", b""), "LICENSE.d41d8cd98f00");
    }

    fn hashed(root: &Path) -> PathBuf {
        root.join(&entries(&fs::read(root.join(MANIFEST)).unwrap()).unwrap()[0].1)
    }

    fn remove(path: &Path) {
        fs::remove_file(path).unwrap();
    }

    fn cut(path: &Path) {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    }
}
