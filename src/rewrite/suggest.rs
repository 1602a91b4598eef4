//! Suggests the asset that a missing reference may mean: first one of the same directory, then
//! one of the same app, then one of the project. Knows paths only.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::resolve::relative;
use crate::model::{Asset, installed_package, npm_package};
use crate::pystd::posixpath::path_split;

/// How the path of a suggested asset differs from the missing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchKind {
    Case,
    Extension,
    Spelling,
    Directory,
}

/// An asset that a missing path may mean.
#[derive(Clone, Copy, Debug)]
pub struct Suggestion<'a> {
    pub asset: &'a Asset,
    pub kind: MatchKind,
}

impl Suggestion<'_> {
    /// Returns the question whether this asset is meant. `name` is how the reference would
    /// name it.
    pub fn question(&self, name: &str) -> String {
        // Some differences are easy to overlook.
        let difference = match self.kind {
            MatchKind::Case => " (only the case differs)",
            MatchKind::Extension => " (another extension)",
            MatchKind::Directory => " (in another directory)",
            MatchKind::Spelling => "",
        };
        format!("did you mean {name}?{difference}")
    }
}

/// The file with a missing reference.
#[derive(Clone, Copy)]
pub struct Referrer<'a> {
    pub file: &'a Path,
    /// The directory of its app, or of the project. Files in it are suggested first.
    pub home: &'a Path,
}

/// Finds assets with similar paths. The index is built for the first missing
/// reference.
pub struct Suggestions<'a> {
    assets: &'a [Asset],
    index: OnceLock<Index<'a>>,
}

#[derive(Default)]
struct Index<'a> {
    lower_case: HashMap<String, &'a Asset>,
    stems: HashMap<&'a [u8], Vec<&'a Asset>>,
    directories: HashMap<&'a [u8], Vec<(Letters, &'a Asset)>>,
    names: HashMap<&'a [u8], Vec<&'a Asset>>,
    /// The npm packages, by the directory under STATIC_ROOT that holds them.
    packages: HashMap<&'a [u8], PathBuf>,
}

impl<'a> Suggestions<'a> {
    pub fn new(assets: &'a [Asset]) -> Self {
        Self {
            assets,
            index: OnceLock::new(),
        }
    }

    /// Returns the asset that a missing path may mean.
    pub fn nearest(&self, path: &str, referrer: Option<Referrer<'_>>) -> Option<Suggestion<'a>> {
        let index = self.index.get_or_init(|| Index::new(self.assets));
        let name = path_split(path.as_bytes()).1;
        if name.len() > LONGEST {
            return None;
        }
        if let Some(&asset) = index.lower_case.get(&path.to_lowercase()) {
            let other = asset.path.as_bytes() != path.as_bytes();
            return other.then_some(Suggestion {
                asset,
                kind: MatchKind::Case,
            });
        }
        let search = Search {
            index,
            path: path.as_bytes(),
            name,
            referrer,
            package: index.package_of(path.as_bytes(), referrer),
        };
        search
            .other_extension()
            .or_else(|| search.other_spelling())
            .or_else(|| search.other_directory())
    }
}

/// Returns the target's path relative to the referring file.
pub fn relative_path(referrer: &Asset, target: &Asset) -> String {
    let from = path_split(referrer.path.as_bytes()).0;
    let path = relative(from, target.path.as_bytes());
    String::from_utf8_lossy(&path).into_owned()
}

/// The search for the asset that one missing path may mean.
struct Search<'s, 'a> {
    index: &'s Index<'a>,
    path: &'s [u8],
    /// The last part of the path.
    name: &'s [u8],
    referrer: Option<Referrer<'s>>,
    /// The npm package that the asset must not be outside of.
    package: Option<&'s Path>,
}

/// Whose asset it is, the nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    SameApp,
    Project,
    Package,
}

impl<'a> Search<'_, 'a> {
    /// Finds an asset beside the missing one, of the same name but for the extension.
    fn other_extension(&self) -> Option<Suggestion<'a>> {
        let named = self.index.stems.get(stem(self.path))?;
        let edits = |asset: &Asset| changes(self.name, name_of(asset));
        let asset = self.best(named.iter().copied(), edits)?;
        let is_misspelt = edits(asset) <= limit(self.name);
        let kind = if is_misspelt {
            MatchKind::Spelling
        } else {
            MatchKind::Extension
        };
        Some(Suggestion { asset, kind })
    }

    /// Finds an asset beside the missing one, of a similar name.
    fn other_spelling(&self) -> Option<Suggestion<'a>> {
        let letters = Letters::of(self.name);
        let limit = limit(self.name);
        let directory = path_split(self.path).0;
        // Comparing takes the product of both lengths.
        let siblings = self.index.directories.get(directory)?.iter();
        let comparable = siblings.filter(|(other, _)| letters.distance(other) <= limit);
        let edits = |asset: &Asset| changes(self.name, name_of(asset));
        let similar = comparable
            .map(|(_, asset)| *asset)
            .take(COMPARED)
            .filter(|asset| edits(asset) <= limit);
        Some(Suggestion {
            asset: self.best(similar, edits)?,
            kind: MatchKind::Spelling,
        })
    }

    /// Finds an asset of the same name elsewhere.
    fn other_directory(&self) -> Option<Suggestion<'a>> {
        let named = self.index.names.get(self.name)?.iter().copied();
        let edits = |asset: &Asset| replaced_length(self.path, asset.path.as_bytes());
        Some(Suggestion {
            asset: self.best(named, edits)?,
            kind: MatchKind::Directory,
        })
    }

    /// Returns the asset of the nearest owner with the fewest edits.
    fn best(
        &self,
        assets: impl Iterator<Item = &'a Asset>,
        edits: impl Fn(&Asset) -> usize,
    ) -> Option<&'a Asset> {
        let allowed = assets.take(COMPARED).filter(|asset| self.may_be(asset));
        allowed.min_by_key(|&asset| (self.owner(asset), edits(asset), &asset.path))
    }

    /// Returns whether the missing path may mean this asset: not if only one of them is a
    /// source map, and not if they are of two npm packages.
    fn may_be(&self, asset: &Asset) -> bool {
        let is_map = |path: &[u8]| path.ends_with(b".map");
        if is_map(self.path) != is_map(asset.path.as_bytes()) {
            return false;
        }
        let source = asset.source();
        match (self.package, npm_package(&source)) {
            (Some(package), Some(other)) => package == other,
            _ => true,
        }
    }

    fn owner(&self, asset: &Asset) -> Owner {
        let source = asset.source();
        let is_installed =
            |path: &Path| installed_package(path).is_some() || npm_package(path).is_some();
        let home = self.referrer.and_then(|referrer| {
            let below = source.strip_prefix(referrer.home).ok()?;
            Some(!is_installed(below) || npm_package(referrer.file).is_some())
        });
        match home {
            Some(true) => Owner::SameApp,
            _ if is_installed(&source) => Owner::Package,
            _ => Owner::Project,
        }
    }
}

impl<'a> Index<'a> {
    fn new(assets: &'a [Asset]) -> Self {
        let mut index = Self::default();
        for asset in assets {
            let (directory, name) = path_split(asset.path.as_bytes());
            let lower = asset.path.to_text().to_lowercase();
            index.lower_case.entry(lower).or_insert(asset);
            let stem = index.stems.entry(stem(asset.path.as_bytes()));
            stem.or_default().push(asset);
            let beside = index.directories.entry(directory).or_default();
            beside.push((Letters::of(name), asset));
            index.names.entry(name).or_default().push(asset);
            index.add_package(asset);
        }
        index
    }

    /// Adds the npm package of an asset, unless its files are in no directory of their own.
    fn add_package(&mut self, asset: &'a Asset) {
        let source = asset.source();
        let Some(package) = npm_package(&source) else {
            return;
        };
        let Ok(below) = source.strip_prefix(package) else {
            return;
        };
        let suffix = below.as_os_str().as_encoded_bytes();
        if let Some(directory) = asset.path.as_bytes().strip_suffix(suffix)
            && let Some(directory) = directory.strip_suffix(b"/")
            && !self.packages.contains_key(directory)
        {
            self.packages.insert(directory, package.to_owned());
        }
    }

    /// Returns the npm package of the referring file, or else the one that a path leads into.
    fn package_of<'s>(&'s self, path: &[u8], referrer: Option<Referrer<'s>>) -> Option<&'s Path> {
        let own = referrer.and_then(|referrer| npm_package(referrer.file));
        let parents = || {
            let slashes = memchr::memrchr_iter(b'/', path);
            slashes.map(|slash| &path[..slash])
        };
        own.or_else(|| parents().find_map(|parent| self.packages.get(parent).map(PathBuf::as_path)))
    }
}

fn name_of(asset: &Asset) -> &[u8] {
    path_split(asset.path.as_bytes()).1
}

/// Returns a path without its extension.
fn stem(path: &[u8]) -> &[u8] {
    let name = path.len() - path_split(path).1.len();
    match memchr::memrchr(b'.', path) {
        Some(dot) if dot > name => &path[..dot],
        _ => path,
    }
}

/// Returns the number of bytes between what two paths start and what they end with in common.
/// Unlike the edit distance, it takes no longer than reading them.
fn replaced_length(one: &[u8], other: &[u8]) -> usize {
    let shorter = one.len().min(other.len());
    let pairs = one.iter().zip(other);
    let start = pairs.take_while(|(a, b)| a == b).count();
    let pairs = one.iter().rev().zip(other.iter().rev());
    let end = pairs.take_while(|(a, b)| a == b).count();
    one.len().max(other.len()) - (start + end).min(shorter)
}

/// The longest name that file systems allow, in bytes.
const LONGEST: usize = 255;

/// How many names are compared letter by letter. Generated names such as
/// `chunk-0001.js` are all similar to each other.
const COMPARED: usize = 200;

/// Returns the edit distance of two names.
fn changes(one: &[u8], other: &[u8]) -> usize {
    let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
    strsim::damerau_levenshtein(&one, &other)
}

/// Returns how many changes are still a misspelling.
fn limit(name: &[u8]) -> usize {
    String::from_utf8_lossy(name).chars().count() / 3
}

/// Counts each letter of a name, which gives a quick lower bound of the edit distance.
struct Letters([u8; 32]);

impl Letters {
    fn of(name: &[u8]) -> Self {
        let mut letters = [0_u8; 32];
        for byte in name {
            let count = &mut letters[usize::from(byte % 32)];
            *count = count.saturating_add(1);
        }
        Self(letters)
    }

    /// Returns a lower bound of the edit distance, for names of ASCII characters.
    fn distance(&self, other: &Self) -> usize {
        let pairs = || self.0.iter().zip(&other.0);
        let only = |more: u32, (a, b): (&u8, &u8)| more + u32::from(a.saturating_sub(*b));
        let here = pairs().fold(0, only);
        let there = pairs().map(|(a, b)| (b, a)).fold(0, only);
        here.max(there) as usize
    }
}
