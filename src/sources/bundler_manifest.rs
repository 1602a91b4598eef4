//! Reads what bundlers say of their files: Vite's manifest, the statistics of webpack and rspack,
//! and the asset manifests of their plugins. Knows which names have a hash; does not know which
//! files are collected.

use std::collections::HashMap;

use serde::Deserialize;

/// A file that a bundler has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundledFile {
    /// Relative to the directory of the bundle, or a URL.
    pub path: String,
    /// Whether the name has a hash of the content.
    pub is_hashed: bool,
}

/// Returns whether a file of this name may be the manifest of a bundler.
pub fn is_manifest_name(name: &[u8]) -> bool {
    let endings = [&b"manifest.json"[..], b"stats.json", b"assets.json"];
    endings.iter().any(|ending| name.ends_with(ending))
}

/// Returns the files that a manifest names; none if it is not one of a bundler.
pub fn bundled_files(text: &[u8]) -> Vec<BundledFile> {
    let vite = parsed(text).map(|manifest| vite_files(&manifest));
    let stats = || parsed(text).map(|stats| webpack_files(&stats));
    let tracked = || parsed(text).map(|bundles| tracked_files(&bundles));
    let listed = || parsed(text).map(|list: FileList| mapped_files(&list.files));
    let mapped = || parsed(text).map(|files| mapped_files(&files));
    let files = vite.or_else(stats).or_else(tracked).or_else(listed);
    files.or_else(mapped).unwrap_or_default()
}

fn parsed<'t, T: Deserialize<'t>>(text: &'t [u8]) -> Option<T> {
    serde_json::from_slice(text).ok()
}

/// Vite's manifest: by source, the file that was made of it.
type ViteManifest = HashMap<String, ViteChunk>;

#[derive(Deserialize)]
struct ViteChunk {
    file: String,
    name: Option<String>,
    src: Option<String>,
    #[serde(default)]
    css: Vec<String>,
    #[serde(default)]
    assets: Vec<String>,
}

fn vite_files(manifest: &ViteManifest) -> Vec<BundledFile> {
    let mut files = Vec::new();
    for (key, chunk) in manifest {
        let source = chunk.src.as_deref().unwrap_or(key);
        let name = chunk.name.as_deref().unwrap_or(source);
        files.extend(chunk.css.iter().map(|path| file(path, Some(name))));
        files.extend(chunk.assets.iter().map(|path| file(path, None)));
        // The name of a chunk is the best there is.
        files.push(file(&chunk.file, Some(name)));
    }
    files
}

/// What `webpack --json` and `rspack --json` print.
#[derive(Deserialize)]
struct WebpackStats {
    assets: Vec<StatsAsset>,
}

#[derive(Deserialize)]
struct StatsAsset {
    name: String,
    #[serde(default)]
    info: StatsInfo,
}

#[derive(Default, Deserialize)]
struct StatsInfo {
    /// Whether the name has a hash of the content.
    #[serde(default)]
    immutable: bool,
}

fn webpack_files(stats: &WebpackStats) -> Vec<BundledFile> {
    let bundled = |asset: &StatsAsset| BundledFile {
        path: asset.name.clone(),
        is_hashed: asset.info.immutable,
    };
    stats.assets.iter().map(bundled).collect()
}

/// The file that webpack-bundle-tracker writes for Django.
#[derive(Deserialize)]
struct TrackedBundles {
    assets: HashMap<String, TrackedAsset>,
    /// The names of the files of each chunk.
    chunks: HashMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct TrackedAsset {
    name: String,
}

fn tracked_files(bundles: &TrackedBundles) -> Vec<BundledFile> {
    let mut chunk_of = HashMap::new();
    for (chunk, files) in &bundles.chunks {
        chunk_of.extend(files.iter().map(|path| (path, &chunk[..])));
    }
    let names = bundles.assets.values().map(|asset| &asset.name);
    names
        .map(|path| file(path, chunk_of.get(path).copied()))
        .collect()
}

/// What the plugins of webpack and rspack write: by name, the file or its URL.
type FileMap = HashMap<String, String>;

/// The same with further lists beside it.
#[derive(Deserialize)]
struct FileList {
    files: FileMap,
}

fn mapped_files(map: &FileMap) -> Vec<BundledFile> {
    let files = map.iter();
    files.map(|(name, path)| file(path, Some(name))).collect()
}

fn file(path: &str, base: Option<&str>) -> BundledFile {
    BundledFile {
        path: path.to_owned(),
        is_hashed: has_hash(path, base),
    }
}

/// The fewest characters of a hash. Bundlers write 8 or more.
const HASH_LENGTH: usize = 8;

/// Returns whether the name of a file has a hash. `base` is the name or path that the bundler has
/// made it from, if that is known.
fn has_hash(path: &str, base: Option<&str>) -> bool {
    let name = last_segment(path);
    let rest_of = |stem: &str| {
        let rest = name.strip_prefix(stem)?;
        rest.strip_prefix(['-', '.', '_'])
    };
    let stems = base.into_iter().flat_map(|base| {
        let base_name = last_segment(base);
        let without_extension = base_name.rsplit_once('.').map(|(stem, _)| stem);
        [Some(base_name), without_extension].into_iter().flatten()
    });
    let rests: Vec<&str> = stems.filter_map(rest_of).collect();
    if rests.is_empty() {
        let mut parts = name.split(['-', '.']);
        return parts.any(is_random);
    }
    let is_hash = |rest: &str| {
        let hash = rest.split('.').next().unwrap_or_default();
        hash.len() >= HASH_LENGTH && rest != hash && hash.bytes().all(is_hash_character)
    };
    rests.into_iter().any(is_hash)
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn is_hash_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_".contains(&byte)
}

/// Returns whether a part of a name is a hash rather than a word.
fn is_random(part: &str) -> bool {
    let has_upper_case = part.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    let has_lower_case = part.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_mixed = has_upper_case && has_lower_case;
    part.len() >= HASH_LENGTH
        && part.bytes().all(is_hash_character)
        && (is_mixed || part.bytes().any(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paths that have a hash, sorted, and the others.
    fn split(text: &str) -> (Vec<String>, Vec<String>) {
        let (hashed, others): (Vec<_>, Vec<_>) = bundled_files(text.as_bytes())
            .into_iter()
            .partition(|file| file.is_hashed);
        let paths = |files: Vec<BundledFile>| {
            let mut paths: Vec<String> = files.into_iter().map(|file| file.path).collect();
            paths.sort();
            paths
        };
        (paths(hashed), paths(others))
    }

    #[test]
    fn vite() {
        let (hashed, others) = split(
            r#"{
            "_shared-B7PI925R.js": {"file": "assets/shared-B7PI925R.js", "name": "shared",
                "css": ["assets/shared-ChJ_j-JJ.css"]},
            "logo.svg": {"file": "assets/logo-abcdefgh.svg", "src": "logo.svg"},
            "views/main.ts": {"file": "assets/main-overview.js", "name": "main-overview",
                "src": "views/main.ts", "isEntry": true, "imports": ["_shared-B7PI925R.js"],
                "assets": ["assets/photo-4cxWeDLm.png"]},
            "views/app.ts": {"file": "assets/app.js", "name": "app", "isEntry": true}
        }"#,
        );
        let names = [
            "logo-abcdefgh.svg",
            "photo-4cxWeDLm.png",
            "shared-B7PI925R.js",
            "shared-ChJ_j-JJ.css",
        ];
        assert_eq!(hashed, names.map(|name| format!("assets/{name}")));
        assert_eq!(others, ["assets/app.js", "assets/main-overview.js"]);
    }

    #[test]
    fn webpack() {
        let stats = r#"{"hash": "x", "assets": [
            {"name": "main.3f1c.js", "info": {"immutable": true, "contenthash": "3f1c"}},
            {"name": "main-0123456789.js", "info": {}}, {"name": "plain.js"}]}"#;
        let (hashed, others) = split(stats);
        assert_eq!(hashed, ["main.3f1c.js"]);
        assert_eq!(others, ["main-0123456789.js", "plain.js"]);
        let tracker = r#"{"status": "done", "chunks": {"main": ["main-abcdefgh.js", "main.css"]},
            "assets": {"main-abcdefgh.js": {"name": "main-abcdefgh.js", "path": "/dist/x"},
            "main.css": {"name": "main.css"}, "1.0123abcd.png": {"name": "1.0123abcd.png"}}}"#;
        let (hashed, others) = split(tracker);
        assert_eq!(hashed, ["1.0123abcd.png", "main-abcdefgh.js"]);
        assert_eq!(others, ["main.css"]);
    }

    #[test]
    fn plugins() {
        let map = r#"{"main.js": "/static/main.86b1ab8a.js", "vendor.js": "auto/vendor.js",
            "media/a.svg": "media/a.d0b0a1ea80e1.svg"}"#;
        let (hashed, others) = split(map);
        assert_eq!(
            hashed,
            ["/static/main.86b1ab8a.js", "media/a.d0b0a1ea80e1.svg"]
        );
        assert_eq!(others, ["auto/vendor.js"]);
        assert_eq!(
            split(&format!(r#"{{"files": {map}, "entrypoints": []}}"#)).0,
            hashed
        );
    }

    #[test]
    fn other_json_names_no_files() {
        for text in [
            "",
            "[",
            "[]",
            "{}",
            r#"{"name": "App", "icons": [{"src": "icon-01234567.png"}]}"#,
            r#"{"files": 1}"#,
            r#"{"a": {"file": 1}}"#,
        ] {
            assert_eq!(bundled_files(text.as_bytes()), [], "{text}");
        }
        let nested = "[".repeat(1 << 20);
        assert_eq!(bundled_files(nested.as_bytes()), []);
        let nested = format!("{{\"assets\": {nested}");
        assert_eq!(bundled_files(nested.as_bytes()), []);
    }
}
