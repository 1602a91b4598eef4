//! "Did you mean": the asset that a reference to nothing may have meant.
//! Knows names only.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::resolve::relative;
use crate::model::Asset;
use crate::pystd::urllib::path_split;

/// In what the asset's path differs from the one that was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// In upper and lower case.
    Case,
    /// In the extension.
    Extension,
    /// In a few letters of the name.
    Spelling,
    /// In the directory.
    Directory,
}

/// All assets, by what a misspelt path may have in common with them. Nothing
/// is made before the first question.
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
    /// Among these assets.
    pub fn new(assets: &'a [Asset]) -> Self {
        Self {
            assets,
            index: OnceLock::new(),
        }
    }

    /// The asset most like `path`, and in what it differs.
    pub fn nearest(&self, path: &str) -> Option<(&'a Asset, Likeness)> {
        let index = self.index.get_or_init(|| Index::new(self.assets));
        let (directory, name) = path_split(path.as_bytes());
        if name.len() > LONGEST {
            return None;
        }
        if let Some(&asset) = index.lower_case.get(&path.to_lowercase()) {
            let other = asset.path.as_bytes() != path.as_bytes();
            return other.then_some((asset, Likeness::Case));
        }
        let other_extension = || {
            let asset = index.stems.get(stem(path.as_bytes()))?;
            let misspelt = changes(name, name_of(asset)) <= limit(name);
            let likeness = if misspelt {
                Likeness::Spelling
            } else {
                Likeness::Extension
            };
            Some((*asset, likeness))
        };
        let similar = || {
            Some((
                most_similar(name, index.directories.get(directory)?)?,
                Likeness::Spelling,
            ))
        };
        let moved = || {
            // The one that has most of the path in common.
            let rank = |asset: &&'a Asset| {
                let asset: &'a Asset = asset;
                (Reverse(common_end(path, asset)), &asset.path)
            };
            let named = index.names.get(name)?.iter().copied().take(COMPARED);
            Some((named.min_by_key(rank)?, Likeness::Directory))
        };
        other_extension().or_else(similar).or_else(moved)
    }

    /// The asset's path as the referring file would write it.
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

/// A path without its extension.
fn stem(path: &[u8]) -> &[u8] {
    let name = path.len() - path_split(path).1.len();
    match memchr::memrchr(b'.', path) {
        Some(dot) if dot > name => &path[..dot],
        _ => path,
    }
}

/// How many parts both paths end with.
fn common_end(path: &str, asset: &Asset) -> usize {
    let ends = path.bytes().rev().zip(asset.path.as_bytes().iter().rev());
    let common = ends.take_while(|(a, b)| a == *b);
    common.filter(|(a, _)| *a == b'/').count()
}

/// No file has a longer name, in bytes.
const LONGEST: usize = 255;

/// So many names are compared letter by letter: names made by counting are all
/// alike.
const COMPARED: usize = 200;

/// The asset whose name is the fewest changes away, if there are few.
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
        .map(|it| it.2)
}

/// How many changes make of one name the other.
fn changes(one: &[u8], other: &[u8]) -> usize {
    let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
    strsim::damerau_levenshtein(&one, &other)
}

/// So many changes are a slip.
fn limit(name: &[u8]) -> usize {
    String::from_utf8_lossy(name).chars().count() / 3
}

/// How often each letter is in a name: quick to compare.
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

    /// At most as many as the changes that lead from one name to the other,
    /// in characters of one byte.
    fn distance(&self, other: &Self) -> usize {
        let pairs = || self.0.iter().zip(&other.0);
        let only = |more: u32, (a, b): (&u8, &u8)| more + u32::from(a.saturating_sub(*b));
        let here = pairs().fold(0, only);
        let there = pairs().map(|(a, b)| (b, a)).fold(0, only);
        here.max(there) as usize
    }
}
