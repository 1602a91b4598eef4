//! Identifies the content of a file: by its hash, or by what `stat` says of the
//! file. Opens no file.

use std::fs::Metadata;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::fs::MetadataExt;

use serde::{Deserialize, Serialize};

/// The BLAKE3 hash of a content: equal ids mean equal bytes.
pub type ContentId = blake3::Hash;

/// Values of `stat`; equal stamps mean that a file has not changed in between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The size in bytes.
    pub size: u64,
    /// The modification time in nanoseconds since 1970.
    modified: i64,
    /// The time of the last change of any kind, which no program can set.
    changed: i64,
    inode: u64,
}

impl Stamp {
    pub fn of(metadata: &Metadata) -> Self {
        let nanoseconds =
            |seconds: i64, rest: i64| seconds.saturating_mul(SECOND).saturating_add(rest);
        Self {
            size: metadata.len(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }

    /// Returns a number that stays when a file is renamed. That another file
    /// has the same number is very unlikely.
    pub fn identity(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.size, self.modified, self.inode).hash(&mut hasher);
        hasher.finish()
    }

    /// Whether a change after `moment` (nanoseconds since 1970) would change
    /// the stamp. File times advance in ticks: a file that was written in the
    /// current tick can be written again with the same stamp. Git calls such a
    /// file racily clean.
    pub fn is_older_than(&self, moment: i64) -> bool {
        let newest = self.modified.max(self.changed);
        let whole_seconds = self.modified % SECOND == 0 && self.changed % SECOND == 0;
        let tick = if whole_seconds { 2 * SECOND } else { TICK };
        newest.saturating_add(tick) < moment
    }
}

/// One second in nanoseconds.
const SECOND: i64 = 1_000_000_000;

/// The longest tick of a kernel's file times, in nanoseconds (`HZ=100`).
pub const TICK: i64 = 10_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_in_the_same_tick_is_not_ruled_out() {
        let stamp = |modified, changed| Stamp {
            modified,
            changed,
            ..Stamp::default()
        };
        let now = 1_000 * SECOND + 7;
        assert!(stamp(now - 2 * TICK, now - 2 * TICK).is_older_than(now));
        assert!(!stamp(now - TICK / 2, now - 2 * TICK).is_older_than(now));
        assert!(!stamp(now - 2 * TICK, now - TICK / 2).is_older_than(now));
        // A clock that is ahead of ours.
        assert!(!stamp(now + SECOND, now).is_older_than(now));
        // A file system that counts whole seconds.
        assert!(!stamp(999 * SECOND, 999 * SECOND).is_older_than(now));
        assert!(stamp(997 * SECOND, 997 * SECOND).is_older_than(now));
    }
}
