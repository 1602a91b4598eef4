//! "Did you mean": the asset that a reference to nothing may have meant.
//! Knows names only.

use super::python::path_split;
use crate::nouns::Asset;

/// The assets, seen from one file.
pub(super) struct Suggestions<'a> {
    referrer: &'a Asset,
    assets: &'a [Asset],
}

impl<'a> Suggestions<'a> {
    pub fn new(referrer: &'a Asset, assets: &'a [Asset]) -> Self {
        Self { referrer, assets }
    }

    /// The asset most like `path`: the same but for case, the same name in
    /// another directory, or a similar name in the same directory.
    pub fn nearest(&self, path: &str) -> Option<&'a Asset> {
        let (directory, name) = path_split(path.as_bytes());
        let name = String::from_utf8_lossy(name);
        let length = name.chars().count();
        let rank = |asset: &Asset| {
            let text = asset.path.to_text();
            if text.eq_ignore_ascii_case(path) {
                return Some(0);
            }
            let (other_directory, other_name) = path_split(text.as_bytes());
            let other_name = String::from_utf8_lossy(other_name);
            if other_directory == directory {
                // Comparing takes the product of both lengths.
                if other_name.chars().count().abs_diff(length) > length / 3 {
                    return None;
                }
                let distance = strsim::damerau_levenshtein(&other_name, &name);
                return (distance <= length / 3).then_some(distance);
            }
            (other_name == name).then_some(100)
        };
        self.assets
            .iter()
            .filter_map(|asset| Some((rank(asset)?, &asset.path, asset)))
            .min_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)))
            .map(|(_, _, asset)| asset)
    }

    /// The asset's path as the referring file would write it.
    pub fn spell(&self, target: &Asset) -> String {
        let from = path_split(self.referrer.path.as_bytes()).0;
        let path = super::resolve::relative(from, target.path.as_bytes());
        String::from_utf8_lossy(&path).into_owned()
    }
}
