//! Finds the manifests of bundlers in the source directories, and the collected files whose names
//! have a hash, as they say. Reads no other file.

use std::collections::{HashMap, HashSet};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::bundler_manifest::{bundled_files, is_manifest_name};
use crate::disk;
use crate::model::{Asset, AssetId, LogicalPath};
use crate::pystd::posixpath::{normpath, path_join, path_split};

/// Where Vite writes its manifest. Patterns of ignored files match it, so it is no asset.
const VITE_MANIFEST: &str = ".vite/manifest.json";

/// The largest manifest that is read, in bytes.
const MAX_SIZE: u64 = 64 << 20;

/// Returns the files whose names have a hash, each with the manifest that says so.
pub fn prehashed_files(assets: &[Asset], static_url: &str) -> Vec<(AssetId, PathBuf)> {
    let manifests = manifest_files(assets);
    if manifests.is_empty() {
        return Vec::new();
    }
    let places = (0..).map(AssetId).zip(assets);
    let by_place: HashMap<(&Path, &[u8]), AssetId> = places
        .map(|(id, asset)| ((&*asset.directory, asset.found_path.as_bytes()), id))
        .collect();
    let by_path: HashMap<&LogicalPath, AssetId> = assets
        .iter()
        .zip((0..).map(AssetId))
        .map(|(asset, id)| (&asset.path, id))
        .collect();
    let mut prehashed = Vec::new();
    for manifest in manifests {
        let text = disk::read_small(&manifest.file, MAX_SIZE).unwrap_or_default();
        for file in bundled_files(&text) {
            let of_url = || {
                let path = file.path.strip_prefix(static_url)?;
                by_path.get(&LogicalPath::new(path)).copied()
            };
            let relative = file.path.strip_prefix("auto/").unwrap_or(&file.path);
            let place = normpath(&path_join(manifest.directory, relative.as_bytes()));
            let asset = by_place.get(&(manifest.root, &place[..])).copied();
            if let Some(id) = asset.or_else(of_url).filter(|_| file.is_hashed) {
                prehashed.push((id, manifest.file.clone()));
            }
        }
    }
    prehashed
}

/// A file that may be a manifest.
struct ManifestFile<'a> {
    file: PathBuf,
    /// The source directory that it is in.
    root: &'a Path,
    /// The directory of the bundle in it.
    directory: &'a [u8],
}

fn manifest_files(assets: &[Asset]) -> Vec<ManifestFile<'_>> {
    let mut manifests = Vec::new();
    let mut directories: HashSet<(&Path, &[u8])> = HashSet::new();
    for asset in assets {
        let (mut directory, name) = path_split(asset.found_path.as_bytes());
        if is_manifest_name(name) {
            manifests.push(ManifestFile {
                file: asset.source(),
                root: &asset.directory,
                directory,
            });
        }
        while directories.insert((&asset.directory, directory)) && !directory.is_empty() {
            directory = path_split(directory).0;
        }
    }
    let mut of_vite: Vec<ManifestFile<'_>> = directories
        .into_iter()
        .map(|(root, directory)| ManifestFile {
            file: root
                .join(std::ffi::OsStr::from_bytes(directory))
                .join(VITE_MANIFEST),
            root,
            directory,
        })
        .filter(|manifest| manifest.file.is_file())
        .collect();
    of_vite.sort_by(|one, other| one.file.cmp(&other.file));
    manifests.extend(of_vite);
    manifests
}
