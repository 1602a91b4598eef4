//! Chooses the files whose HEAD and conditional requests are tried. Servers are configured by
//! directory and extension, so that one file of each speaks for the others.

use std::collections::{BTreeSet, HashSet};

use super::expected::ExpectedFile;
use crate::publish::published_object::ObjectRole;
use crate::pystd::posixpath::path_split;

/// The most files of a sample.
pub const LARGEST: usize = 300;

/// Returns the indices of the sample: the first file of each extension, with and without
/// fingerprint; then also of each directory.
pub fn sample(files: &[ExpectedFile]) -> BTreeSet<usize> {
    let mut chosen = BTreeSet::new();
    let mut seen = HashSet::new();
    for by_directory in [false, true] {
        for (index, file) in files.iter().enumerate() {
            if file.role == ObjectRole::Manifest || chosen.len() == LARGEST {
                continue;
            }
            let (directory, _) = path_split(file.path.as_bytes());
            let directory = by_directory.then_some(directory);
            let is_fingerprinted = file.role == ObjectRole::Fingerprinted;
            if seen.insert((directory, is_fingerprinted, file.extension())) {
                chosen.insert(index);
            }
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::expected::sample_file;

    #[test]
    fn one_file_speaks_for_its_directory_and_extension() {
        let paths = [
            "a/1.css",
            "a/2.css",
            "a/3.d41d8cd98f00.css",
            "a/4.js",
            "b/5.css",
        ];
        let files = paths.map(|path| sample_file(path, ""));
        assert_eq!(sample(&files), BTreeSet::from([0, 2, 3, 4]));
    }

    #[test]
    fn each_extension_is_in_a_sample_that_is_full() {
        let number = LARGEST * 2;
        let mut files: Vec<_> = (0..number)
            .map(|number| sample_file(&format!("{number}/a.css"), ""))
            .collect();
        files.push(sample_file("z/a.js", ""));
        let chosen = sample(&files);
        assert_eq!(chosen.len(), LARGEST);
        assert!(chosen.contains(&number));
    }
}
