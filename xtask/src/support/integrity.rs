//! Checks a STATIC_ROOT as a server and its clients see it. Does not know how
//! staticc works, and shares no code with it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use md5::{Digest as _, Md5};

use super::directory_tree::{self, Tree};

pub const MANIFEST: &str = "staticfiles.json";

pub const COMPRESSED_SUFFIXES: [&str; 3] = ["gz", "br", "zst"];

/// What may be at a path while a run changes one tree into another.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// The old bytes, the new ones, or both.
    pub contents: Vec<Vec<u8>>,
    /// Whether the file may be missing.
    pub absent: bool,
}

pub type AllowedFiles = BTreeMap<PathBuf, Allowed>;

/// What a server may find while a run changes `before` into `after`: each file
/// with its old or its new bytes, and every file that is in both.
pub fn allowed_files(root: &Path, before: &Tree, after: &Tree) -> AllowedFiles {
    let mut all = AllowedFiles::new();
    for tree in [before, after] {
        for (path, entry) in tree
            .iter()
            .filter(|(path, _)| uncompressed_path(path).is_none())
        {
            let Some(bytes) = entry.content(&root.join(path)) else {
                continue;
            };
            let allowed = all.entry(path.clone()).or_default();
            allowed.absent = !before.contains_key(path) || !after.contains_key(path);
            if !allowed.contents.contains(&bytes) {
                allowed.contents.push(bytes);
            }
        }
    }
    all
}

/// All violations; each begins with a word for its kind.
pub fn violations(root: &Path, allowed: Option<&AllowedFiles>) -> Vec<String> {
    let mut found = Vec::new();
    check_manifest(root, &mut found);
    let tree = match directory_tree::read(root) {
        Ok(tree) => tree,
        Err(error) => return vec![format!("unreadable: {error}")],
    };
    for (path, entry) in &tree {
        let Some(plain) = uncompressed_path(path).filter(|_| !entry.is_directory()) else {
            continue;
        };
        if !tree.contains_key(&plain) {
            found.push(format!("orphan: {} without its file", path.display()));
        } else if let Err(why) = check_copy(&root.join(&plain), &root.join(path)) {
            found.push(format!("copy: {}: {why}", path.display()));
        }
    }
    if let Some(allowed) = allowed {
        check_allowed(root, &tree, allowed, &mut found);
    }
    found
}

/// The keys of a manifest with their hashed paths; fails if the JSON is invalid.
pub fn entries(text: &[u8]) -> Result<Vec<(String, String)>, String> {
    let json: serde_json::Value = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    let paths = json["paths"].as_object().ok_or("no paths")?;
    let pair = |(key, value): (&String, &serde_json::Value)| {
        let value = value.as_str().ok_or("a path is not a string")?;
        Ok((key.clone(), value.to_owned()))
    };
    paths.iter().map(pair).collect()
}

/// The hashed path that a manifest must give for a file with these bytes.
pub fn hashed_path(key: &str, bytes: &[u8]) -> String {
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

/// Decodes a compressed copy; the suffix names the encoding.
pub fn decode(suffix: &str, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    match suffix {
        "gz" => flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain)?,
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut plain)?,
        _ => zstd::Decoder::new(bytes)?.read_to_end(&mut plain)?,
    };
    Ok(plain)
}

/// The path of the file that a compressed copy belongs to.
fn uncompressed_path(path: &Path) -> Option<PathBuf> {
    let suffix = path.extension()?.to_str()?;
    COMPRESSED_SUFFIXES
        .contains(&suffix)
        .then(|| path.with_extension(""))
}

fn check_manifest(root: &Path, found: &mut Vec<String>) {
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
            Ok(_) if !is_regular => found.push(format!("missing: {name} is not a regular file")),
            Ok(bytes) if hashed_path(&key, &bytes) == name => {}
            Ok(_) => found.push(format!("fingerprint: {name} has other bytes")),
            Err(error) => found.push(format!("missing: {name} of the manifest: {error}")),
        }
    }
}

/// Fails if a compressed copy does not decode to the file beside it.
fn check_copy(plain: &Path, copy: &Path) -> Result<(), String> {
    let suffix = copy.extension().unwrap_or_default().to_string_lossy();
    let bytes = fs::read(copy).map_err(|error| error.to_string())?;
    let decoded = decode(&suffix, &bytes).map_err(|error| error.to_string())?;
    match fs::read(plain) {
        Ok(bytes) if bytes == decoded => Ok(()),
        Ok(_) => Err("decodes to other bytes than the file's".to_owned()),
        Err(error) => Err(format!("the file: {error}")),
    }
}

/// Compares a tree with what may be there.
fn check_allowed(root: &Path, tree: &Tree, files: &AllowedFiles, found: &mut Vec<String>) {
    for (path, allowed) in files {
        let shown = path.display();
        match tree.get(path).map(|entry| entry.content(&root.join(path))) {
            None if allowed.absent => {}
            None => found.push(format!("missing: {shown}")),
            Some(Some(bytes)) if allowed.contents.contains(&bytes) => {}
            Some(_) => found.push(format!(
                "bytes: {shown} has neither the old nor the new bytes"
            )),
        }
    }
    let is_of_staticc = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(".staticc")
    };
    for (path, _) in tree.iter().filter(|(_, entry)| !entry.is_directory()) {
        let known = files.contains_key(&uncompressed_path(path).unwrap_or_else(|| path.clone()));
        if !known && !is_of_staticc(path) {
            found.push(format!("stray: {}", path.display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Damage = fn(&Path);

    /// A small valid tree, and what may be in it.
    fn fixture(name: &str) -> (PathBuf, AllowedFiles) {
        let root = std::env::temp_dir().join(format!("integrity-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("css")).unwrap();
        let text = b"body { color: red }".repeat(20);
        let name = hashed_path("css/a.css", &text);
        fs::write(root.join("css/a.css"), &text).unwrap();
        fs::write(root.join(&name), &text).unwrap();
        fs::write(
            root.join("css/a.css.zst"),
            zstd::encode_all(&text[..], 1).unwrap(),
        )
        .unwrap();
        let manifest = format!(r#"{{"paths": {{"css/a.css": "{name}"}}}}"#);
        fs::write(root.join(MANIFEST), manifest).unwrap();
        let tree = directory_tree::read(&root).unwrap();
        let allowed = allowed_files(&root, &tree, &tree);
        assert_eq!(violations(&root, Some(&allowed)), Vec::<String>::new());
        (root, allowed)
    }

    #[test]
    fn each_damage_is_reported_by_its_kind() {
        let damages: [(&str, Damage); 8] = [
            ("manifest", |root| truncate(&root.join(MANIFEST))),
            ("missing", |root| remove(&root.join(MANIFEST))),
            ("fingerprint", |root| truncate(&hashed(root))),
            ("missing", |root| remove(&hashed(root))),
            ("copy", |root| truncate(&root.join("css/a.css.zst"))),
            ("orphan", |root| remove(&root.join("css/a.css"))),
            ("bytes", |root| truncate(&root.join("css/a.css"))),
            ("stray", |root| fs::write(root.join("b.css"), "").unwrap()),
        ];
        for (index, (kind, damage)) in damages.into_iter().enumerate() {
            let (root, allowed) = fixture(&index.to_string());
            damage(&root);
            let found = violations(&root, Some(&allowed));
            let is_of_kind = |line: &String| line.starts_with(kind);
            assert!(found.iter().any(is_of_kind), "{kind}: {found:?}");
            fs::remove_dir_all(root).unwrap();
        }
    }

    #[test]
    fn hashed_paths_are_those_of_django_6_1() {
        assert_eq!(hashed_path("a/b.min.js", b""), "a/b.min.d41d8cd98f00.js");
        assert_eq!(hashed_path("LICENSE", b""), "LICENSE.d41d8cd98f00");
    }

    fn hashed(root: &Path) -> PathBuf {
        root.join(&entries(&fs::read(root.join(MANIFEST)).unwrap()).unwrap()[0].1)
    }

    fn remove(path: &Path) {
        fs::remove_file(path).unwrap();
    }

    fn truncate(path: &Path) {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    }
}
