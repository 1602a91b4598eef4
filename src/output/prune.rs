//! Removing the fingerprinted files that no recent release names. Removes
//! only what a remembered release named, what has the content that its name
//! says, and what nothing in force names.

use std::collections::HashSet;
use std::io;
use std::time::{Duration, SystemTime};

use super::manifest::Manifest;
use super::releases::{Release, Releases};
use super::static_root::StaticRoot;
use super::verify::digest;
use crate::disk;
use crate::nouns::{Encoding, LogicalPath, Problem};
use crate::rewrite::normpath;

/// Which releases are recent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// So many of the newest, the one in force among them; at least 1.
    pub keep: usize,
    /// Besides, those that were in force so shortly ago.
    pub older_than: Option<Duration>,
}

/// What goes.
#[derive(Debug, Default)]
pub struct Waste<'a> {
    /// Files, compressed copies before the file they are of.
    pub files: Vec<LogicalPath>,
    /// The releases that are not recent.
    pub stale: Vec<&'a Release>,
}

impl Retention {
    /// Parts releases, the newest first, into recent ones and others.
    pub fn split(self, releases: &[Release], now: SystemTime) -> (Vec<&Release>, Vec<&Release>) {
        let is_recent = |index: usize| {
            // The next one's beginning is this one's end.
            let young = |limit: Duration| {
                let ended = releases[index - 1].since;
                now.duration_since(ended).is_ok_and(|age| age < limit) || ended > now
            };
            index < self.keep.max(1) || self.older_than.is_some_and(young)
        };
        let numbered = releases.iter().enumerate();
        let (recent, stale): (Vec<_>, Vec<_>) = numbered.partition(|(index, _)| is_recent(*index));
        let strip = |list: Vec<(usize, _)>| list.into_iter().map(|(_, release)| release).collect();
        (strip(recent), strip(stale))
    }

    /// What can go from a STATIC_ROOT with this manifest in force.
    pub fn waste<'r>(
        self,
        root: &StaticRoot,
        manifest: &Manifest,
        releases: &Releases<'_>,
        known: &'r [Release],
    ) -> Result<Waste<'r>, Problem> {
        let (recent, stale) = self.split(known, SystemTime::now());
        let mut needed: HashSet<LogicalPath> = manifest.paths.values().cloned().collect();
        let plain = manifest.paths.keys();
        needed.extend(plain.map(|key| LogicalPath::new(normpath(key.as_bytes()))));
        for release in recent {
            // What is not known to be needed no more stays.
            let paths = releases.paths(release).ok_or_else(damaged)?;
            needed.extend(paths);
        }
        let named = stale.iter().filter_map(|release| releases.paths(release));
        let mut named: Vec<LogicalPath> = named.flatten().collect();
        named.sort_unstable();
        named.dedup();
        let mut files = Vec::new();
        for path in named.into_iter().filter(|path| !needed.contains(path)) {
            if !is_ours(root, &path) {
                continue;
            }
            let copies = Encoding::ALL.map(|encoding| path.with_suffix(encoding.suffix()));
            let is_file = |copy: &LogicalPath| root.look_at_file(copy).is_some();
            let copies = copies.into_iter();
            files.extend(copies.filter(|copy| !needed.contains(copy) && is_file(copy)));
            files.push(path);
        }
        Ok(Waste { files, stale })
    }
}

/// Whether a file is there as a release left it: its name has the fingerprint
/// of its content.
fn is_ours(root: &StaticRoot, path: &LogicalPath) -> bool {
    let fingerprint = || -> io::Result<bool> {
        let (file, _) = disk::open(&root.locate(path))?;
        let fingerprint = digest(file)?;
        let infix = [b".", &fingerprint.as_bytes()[..]].concat();
        Ok(memchr::memmem::find(path.as_bytes(), &infix).is_some())
    };
    root.look_at_file(path).is_some() && fingerprint().unwrap_or(false)
}

fn damaged() -> Problem {
    Problem::error(
        "damaged-release",
        "what a recent release names cannot be read",
    )
    .note("nothing is removed: it might be needed")
    .cure("forget all releases with `staticc cache clear`, or wait until it is no longer recent")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::cache::Cache;

    /// Releases that begin so many seconds ago.
    fn releases(ages: &[u64]) -> Vec<Release> {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(directory.path().to_owned()), 1 << 20);
        let releases = Releases::of(&cache, directory.path()).unwrap();
        let now = SystemTime::now();
        let named = |age: &u64| {
            releases.remember(age.to_string().as_bytes(), std::iter::empty());
            let mut newest = releases.list().swap_remove(0);
            newest.since = now - Duration::from_secs(*age);
            newest
        };
        ages.iter().map(named).collect()
    }

    #[test]
    fn recent_is_among_the_newest_or_lately_in_force() {
        let releases = releases(&[10, 100, 1000, 5000]);
        let recent = |keep, older_than: Option<u64>| {
            let older_than = older_than.map(Duration::from_secs);
            let retention = Retention { keep, older_than };
            let (recent, stale) = retention.split(&releases, SystemTime::now());
            assert_eq!(recent.len() + stale.len(), releases.len());
            recent.len()
        };
        assert_eq!(
            [
                recent(0, None),
                recent(1, None),
                recent(2, None),
                recent(9, None)
            ],
            [1, 1, 2, 4]
        );
        // The second ended 10 seconds ago, the third 100, the last 1000.
        assert_eq!(
            [
                recent(1, Some(5)),
                recent(1, Some(50)),
                recent(1, Some(500))
            ],
            [1, 2, 3]
        );
        assert_eq!([recent(3, Some(5)), recent(1, Some(5000))], [3, 4]);
    }
}
