//! The pointer to the current release of a store, below `.staticc/`: its bytes, written and
//! read. It also says when other releases were replaced, and which are being pruned. What is read
//! may be of anybody. Sends nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::release_document::{VERSION, check_number, check_version, read_json, to_rfc3339};

/// The key of the pointer.
pub const CURRENT: &str = ".staticc/current";

/// The largest pointer that is read, in bytes: one with some hundred thousand releases.
pub const MAX_POINTER_SIZE: u64 = 16 << 20;

/// How many replacements the pointer remembers. Of earlier ones, the numbers and times of the
/// releases tell almost the same.
const MAX_REPLACED: usize = 1000;

/// Names the release that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentRelease {
    version: u32,
    /// How often the pointer has come to another release, or pruning has ended.
    pub number: u64,
    /// The name of the release.
    pub release: String,
    /// When other releases were replaced last, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replaced: BTreeMap<String, Replacement>,
    /// The names of releases whose objects may be gone.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub pruned: BTreeSet<String>,
}

/// When a release was replaced by another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// The number that the pointer had then.
    pub number: u64,
    /// The moment of the replacement, in RFC 3339.
    pub time: String,
}

impl CurrentRelease {
    pub fn new(number: u64, release: String) -> Self {
        Self {
            version: VERSION,
            number,
            release,
            replaced: BTreeMap::new(),
            pruned: BTreeSet::new(),
        }
    }

    /// Returns the pointer that makes another release the current one.
    #[must_use]
    pub fn replaced_by(self, number: u64, release: String, now: SystemTime) -> Self {
        let mut next = self;
        let before = std::mem::replace(&mut next.release, release);
        next.number = number;
        let time = to_rfc3339(now);
        next.replaced.insert(before, Replacement { number, time });
        next.replaced.remove(&next.release);
        if next.replaced.len() > MAX_REPLACED {
            let entries = next.replaced.iter();
            let oldest = entries.min_by_key(|(_, replacement)| replacement.number);
            let name = oldest.map(|(name, _)| name.clone()).unwrap_or_default();
            next.replaced.remove(&name);
        }
        next
    }

    /// Forgets what the pointer says of releases that are not there any more.
    pub fn keep_only(&mut self, is_there: impl Fn(&str) -> bool) {
        self.replaced.retain(|name, _| is_there(name));
        self.pruned.retain(|name| is_there(name));
    }

    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads the pointer. The error says what is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let current: Self = read_json(bytes)?;
        check_version(current.version)?;
        check_number(current.number)?;
        // It becomes a key.
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '-';
        if current.release.chars().all(is_part) {
            Ok(current)
        } else {
            Err("does not name a release".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointer_without_a_next_number_is_refused() {
        let pointer = CurrentRelease::new(u64::MAX, "00000001-20260102T030405Z-00".to_owned());
        assert!(CurrentRelease::read(&pointer.to_json()).is_err());
    }

    #[test]
    fn pointer_remembers_when_releases_were_replaced() {
        let names = |pointer: &CurrentRelease| -> Vec<String> {
            pointer.replaced.keys().cloned().collect()
        };
        let now = SystemTime::UNIX_EPOCH;
        let first = CurrentRelease::new(1, "a".to_owned());
        let second = first.replaced_by(2, "b".to_owned(), now);
        assert_eq!(CurrentRelease::read(&second.to_json()), Ok(second.clone()));
        assert_eq!((second.number, names(&second)), (2, vec!["a".to_owned()]));
        assert_eq!(second.replaced["a"].time, "1970-01-01T00:00:00Z");
        let mut third = second.replaced_by(3, "a".to_owned(), now);
        assert_eq!(names(&third), ["b"]);
        third.keep_only(|_| false);
        assert_eq!(third, CurrentRelease::new(3, "a".to_owned()));
    }

    #[test]
    fn pointer_stays_small() {
        let mut pointer = CurrentRelease::new(0, "0".to_owned());
        for number in 1..2000 {
            let now = SystemTime::UNIX_EPOCH;
            pointer = pointer.replaced_by(number, number.to_string(), now);
        }
        assert_eq!(pointer.replaced.len(), MAX_REPLACED);
        assert!(pointer.replaced.contains_key("1998"));
        assert!(!pointer.replaced.contains_key("998"));
    }

    #[test]
    fn pointers_of_others_are_refused() {
        let read = |release: &str| {
            CurrentRelease::read(&CurrentRelease::new(1, release.to_owned()).to_json())
        };
        assert!(read("00000001-20260102T030405Z-00").is_ok());
        assert!(read("../../elsewhere").is_err());
        assert!(CurrentRelease::read(br#"{"version": 1, "number": 1}"#).is_err());
    }
}
