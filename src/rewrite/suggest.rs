//! Suggests the asset that a missing reference may mean. Knows paths only.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::resolve::relative;
use crate::model::Asset;
use crate::pystd::posixpath::path_split;

/// How the path of a suggested asset differs from the missing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchKind {
    Case,
    Extension,
    Spelling,
    Directory,
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
    stems: HashMap<&'a [u8], &'a Asset>,
    directories: HashMap<&'a [u8], Vec<(Letters, &'a Asset)>>,
    names: HashMap<&'a [u8], Vec<&'a Asset>>,
}

impl<'a> Suggestions<'a> {
    pub fn new(assets: &'a [Asset]) -> Self {
        Self {
            assets,
            index: OnceLock::new(),
        }
    }

    /// Returns the asset whose path is most similar to `path`.
    pub fn nearest(&self, path: &str) -> Option<(&'a Asset, MatchKind)> {
        let index = self.index.get_or_init(|| Index::new(self.assets));
        let (directory, name) = path_split(path.as_bytes());
        if name.len() > LONGEST {
            return None;
        }
        if let Some(&asset) = index.lower_case.get(&path.to_lowercase()) {
            let other = asset.path.as_bytes() != path.as_bytes();
            return other.then_some((asset, MatchKind::Case));
        }
        let other_extension = || {
            let asset = index.stems.get(stem(path.as_bytes()))?;
            let misspelt = changes(name, name_of(asset)) <= limit(name);
            let kind = if misspelt {
                MatchKind::Spelling
            } else {
                MatchKind::Extension
            };
            Some((*asset, kind))
        };
        let similar = || {
            Some((
                most_similar(name, index.directories.get(directory)?)?,
                MatchKind::Spelling,
            ))
        };
        let moved = || {
            // The one that has most of the path in common.
            let rank = |asset: &&'a Asset| {
                let asset: &'a Asset = asset;
                (Reverse(common_end(path, asset)), &asset.path)
            };
            let named = index.names.get(name)?.iter().copied().take(COMPARED);
            Some((named.min_by_key(rank)?, MatchKind::Directory))
        };
        other_extension().or_else(similar).or_else(moved)
    }

    /// Returns the target's path relative to the referring file.
    pub fn spell(&self, referrer: &Asset, target: &Asset) -> String {
        let from = path_split(referrer.path.as_bytes()).0;
        let path = relative(from, target.path.as_bytes());
        String::from_utf8_lossy(&path).into_owned()
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
            stem.or_insert(asset);
            let beside = index.directories.entry(directory).or_default();
            beside.push((Letters::of(name), asset));
            index.names.entry(name).or_default().push(asset);
        }
        index
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

/// Returns how many trailing parts of both paths are equal.
fn common_end(path: &str, asset: &Asset) -> usize {
    let ends = path.bytes().rev().zip(asset.path.as_bytes().iter().rev());
    let common = ends.take_while(|(a, b)| a == *b);
    common.filter(|(a, _)| *a == b'/').count()
}

/// The longest name that file systems allow, in bytes.
const LONGEST: usize = 255;

/// How many names are compared letter by letter. Generated names such as
/// `chunk-0001.js` are all similar to each other.
const COMPARED: usize = 200;

/// Returns the asset whose name is the fewest changes away, within the limit.
fn most_similar<'a>(name: &[u8], beside: &[(Letters, &'a Asset)]) -> Option<&'a Asset> {
    let letters = Letters::of(name);
    let limit = limit(name);
    // Comparing takes the product of both lengths.
    let comparable = beside
        .iter()
        .filter(|(other, _)| letters.distance(other) <= limit)
        .take(COMPARED);
    let near = comparable.filter_map(|(_, asset)| {
        let changes = changes(name, name_of(asset));
        (changes <= limit).then_some((changes, &asset.path, *asset))
    });
    near.min_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)))
        .map(|(_, _, asset)| asset)
}

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
