//! The fingerprints of texts that refer to each other in a circle. They follow from all texts of
//! the circle together, in which zeros stand for the circle's own fingerprints. Knows texts only.

use std::io::Read as _;

use crate::model::{Fingerprint, LogicalPath};

/// What stands for a fingerprint of the circle.
pub const ZEROS: [u8; Fingerprint::LEN] = [b'0'; Fingerprint::LEN];

/// Returns the fingerprint of each member of a circle: its path, and its text with [`ZEROS`] for
/// the members' own fingerprints. The order of the members does not matter.
pub fn cycle_fingerprints(members: &[(&LogicalPath, &[u8])]) -> Vec<Fingerprint> {
    let mut sorted: Vec<usize> = (0..members.len()).collect();
    sorted.sort_by_key(|&index| members[index].0);
    let mut hasher = blake3::Hasher::new();
    for index in sorted {
        let (path, text) = members[index];
        for part in [path.as_bytes(), text] {
            // With its length, so that no two circles are the same bytes.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    let circle = hasher.finalize();
    let fingerprint = |(_, text): &(&LogicalPath, &[u8])| {
        let content = circle.as_bytes().chain(*text);
        // Bytes in memory can be read.
        Fingerprint::of_reader(content).unwrap_or_else(|_| Fingerprint::of(text))
    };
    members.iter().map(fingerprint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_from_all_members_in_any_order() {
        let paths = ["a.js", "b.js", "c.js"].map(LogicalPath::new);
        let texts: [&[u8]; 3] = [b"import './b.000000000000.js'", b"1", b"1"];
        let members: Vec<_> = paths.iter().zip(texts).collect();
        let names = cycle_fingerprints(&members);
        let mut turned = members.clone();
        turned.rotate_left(1);
        let mut expected = names.clone();
        expected.rotate_left(1);
        assert_eq!(cycle_fingerprints(&turned), expected);
        // A change in one member renames all of them.
        let mut changed = members.clone();
        changed[2].1 = b"2";
        let others = cycle_fingerprints(&changed);
        assert!(names.iter().zip(&others).all(|(one, other)| one != other));
        let fewer = cycle_fingerprints(&members[..2]);
        assert_ne!(fewer, names[..2]);
    }
}
