//! Lists the fingerprinted files that only old releases name. It lists a file only if a run of
//! staticc has made it, its content has the fingerprint of its name, and no live manifest
//! names it. Removes nothing.

use std::collections::HashSet;
use std::io;
use std::time::{Duration, SystemTime};

use super::root::StaticRoot;
use crate::disk;
use crate::model::{Code, Encoding, Fingerprint, LogicalPath, Problem};
use crate::plan::manifest::Manifest;
use crate::pystd::posixpath::normpath;
use crate::state::releases::{Release, ReleaseOrigin, Releases};

/// Which releases are recent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// How many of the newest releases are recent, the live one among them. At least 1.
    pub keep: usize,
    /// Releases that were replaced less than this ago are recent too.
    pub older_than: Option<Duration>,
}

#[derive(Debug, Default)]
pub struct PruneList {
    /// Compressed copies come before their files.
    pub files: Vec<LogicalPath>,
    pub old_releases: Vec<Release>,
    pub recent_releases: usize,
}

impl Retention {
    /// Returns which releases are recent. `since` is when each became live, the newest first.
    fn recent(self, since: &[SystemTime], now: SystemTime) -> Vec<bool> {
        let is_recent = |index: usize| {
            // A release ends when the next one begins.
            let is_young = |limit: Duration| {
                let ended = since[index - 1];
                now.duration_since(ended).map_or(true, |age| age < limit)
            };
            index < self.keep.max(1) || self.older_than.is_some_and(is_young)
        };
        (0..since.len()).map(is_recent).collect()
    }

    /// Lists what can be removed from a STATIC_ROOT with these live manifests.
    pub fn prune_list(
        self,
        root: &StaticRoot,
        manifests: &[Manifest],
        releases: &Releases<'_>,
    ) -> Result<PruneList, Problem> {
        let mut list = PruneList::default();
        let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
        for release in releases.list() {
            let Some(files) = releases.files(&release) else {
                if here.len() >= self.keep && self.older_than.is_none() {
                    continue;
                }
                return Err(damaged_release());
            };
            // Otherwise another STATIC_ROOT had this path at the time.
            let is_here = |path| root.file_metadata(path).is_some();
            if files.paths.iter().all(is_here) {
                here.push((release, files));
            } else {
                elsewhere.push(files);
            }
        }
        let since: Vec<SystemTime> = here.iter().map(|(release, _)| release.since).collect();
        let mut needed: HashSet<LogicalPath> = manifests.iter().flat_map(paths_of).collect();
        let mut old = elsewhere;
        for ((release, files), is_recent) in
            here.into_iter().zip(self.recent(&since, SystemTime::now()))
        {
            if is_recent {
                list.recent_releases += 1;
                needed.extend(files.paths);
            } else {
                list.old_releases.push(release);
                old.push(files);
            }
        }
        let own = old
            .into_iter()
            .filter(|files| files.origin == ReleaseOrigin::Staticc);
        let mut paths: Vec<LogicalPath> = own.flat_map(|files| files.paths).collect();
        paths.sort_unstable();
        paths.dedup();
        for path in paths {
            if needed.contains(&path) || !has_own_content(root, &path) {
                continue;
            }
            let copies = Encoding::ALL.map(|encoding| path.with_suffix(encoding.suffix()));
            let is_copy =
                |copy: &LogicalPath| !needed.contains(copy) && root.file_metadata(copy).is_some();
            list.files.extend(copies.into_iter().filter(is_copy));
            list.files.push(path);
        }
        Ok(list)
    }
}

/// Returns all paths of a manifest, plain and fingerprinted.
fn paths_of(manifest: &Manifest) -> impl Iterator<Item = LogicalPath> {
    let plain = |key: &LogicalPath| LogicalPath::new(normpath(key.as_bytes()));
    let entries = manifest.paths.iter();
    entries.flat_map(move |(key, path)| [plain(key), path.clone()])
}

/// Returns whether the name of a file has the fingerprint of its content.
fn has_own_content(root: &StaticRoot, path: &LogicalPath) -> bool {
    let fingerprint = || -> io::Result<bool> {
        let (file, _) = disk::open(&root.locate(path))?;
        let fingerprint = Fingerprint::of_reader(file)?;
        let infix = [b".", &fingerprint.as_bytes()[..]].concat();
        Ok(memchr::memmem::find(path.as_bytes(), &infix).is_some())
    };
    root.file_metadata(path).is_some() && fingerprint().unwrap_or(false)
}

fn damaged_release() -> Problem {
    Problem::error(
        Code::DamagedRelease,
        "what a recent release names cannot be read",
    )
    .note("nothing is removed: it might be needed")
    .help("forget all releases: `staticc cache clear`")
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
            let recent = Retention { keep, older_than }.recent(&since, now);
            recent.into_iter().filter(|recent| *recent).count()
        };
        let kept = [0, 1, 2, 9].map(|keep| recent(keep, None));
        assert_eq!(kept, [1, 1, 2, 4]);
        // The second ended 10 seconds ago, the third 100, the last 1000.
        let young = [5, 50, 500, 5000].map(|age| recent(1, Some(age)));
        assert_eq!(young, [1, 2, 3, 4]);
        assert_eq!(recent(3, Some(5)), 3);
    }
}
