//! Which releases stay when old ones are pruned, in STATIC_ROOT and in a store. Knows no release.

use std::time::{Duration, SystemTime};

/// Which releases are recent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// How many of the newest releases are recent, the live one among them. At least 1.
    pub keep: usize,
    /// Releases that were replaced less than this ago are recent too.
    pub older_than: Option<Duration>,
}

impl Retention {
    /// Returns whether a release is recent that so many newer ones have followed. It was replaced
    /// at `ended`; a moment that is not known counts as now.
    pub fn is_recent(self, newer: usize, ended: Option<SystemTime>, now: SystemTime) -> bool {
        let is_young = |limit: Duration| {
            let passed = ended.and_then(|ended| now.duration_since(ended).ok());
            passed.is_none_or(|age| age < limit)
        };
        newer < self.keep.max(1) || self.older_than.is_some_and(is_young)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_is_recent_by_number_or_age() {
        let now = SystemTime::now();
        let since = [10, 100, 1000, 5000].map(|age| now - Duration::from_secs(age));
        let recent = |keep, older_than: Option<u64>| {
            let older_than = older_than.map(Duration::from_secs);
            let retention = Retention { keep, older_than };
            // A release ends when the next one begins.
            let ended = |newer: usize| newer.checked_sub(1).map(|next| since[next]);
            let recent = (0..4).filter(|newer| retention.is_recent(*newer, ended(*newer), now));
            recent.count()
        };
        let kept = [0, 1, 2, 9].map(|keep| recent(keep, None));
        assert_eq!(kept, [1, 1, 2, 4]);
        // The second ended 10 seconds ago, the third 100, the last 1000.
        let young = [5, 50, 500, 5000].map(|age| recent(1, Some(age)));
        assert_eq!(young, [1, 2, 3, 4]);
        assert_eq!(recent(3, Some(5)), 3);
    }
}
