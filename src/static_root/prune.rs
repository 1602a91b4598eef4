//! Which fingerprinted files no recent release names: of those that a run
//! remembered to have made, that have the content that their name says, and
//! that no manifest in force names. Removes nothing itself.

use std::collections::HashSet;
use std::io;
use std::time::{Duration, SystemTime};

use super::static_root::StaticRoot;
use crate::disk;
use crate::model::{Code, Encoding, Fingerprint, LogicalPath, Problem};
use crate::plan::manifest::Manifest;
use crate::pystd::urllib::normpath;
use crate::state::releases::{Release, ReleaseOrigin, Releases};

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
pub struct Waste {
    /// Files, compressed copies before the file they are of.
    pub files: Vec<LogicalPath>,
    /// The releases that are no longer recent.
    pub stale: Vec<Release>,
    /// How many are.
    pub recent: usize,
}

impl Retention {
    /// Which releases are recent, given since when each was in force, the
    /// newest first.
    fn recent(self, since: &[SystemTime], now: SystemTime) -> Vec<bool> {
        let is_recent = |index: usize| {
            // The next one's beginning is this one's end.
            let young = |limit: Duration| {
                let ended = since[index - 1];
                now.duration_since(ended).map_or(true, |age| age < limit)
            };
            index < self.keep.max(1) || self.older_than.is_some_and(young)
        };
        (0..since.len()).map(is_recent).collect()
    }

    /// What can go from a STATIC_ROOT with these manifests in force.
    pub fn waste(
        self,
        root: &StaticRoot,
        manifests: &[Manifest],
        releases: &Releases<'_>,
    ) -> Result<Waste, Problem> {
        let mut waste = Waste::default();
        let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
        for release in releases.list() {
            let Some(named) = releases.named(&release) else {
                if here.len() >= self.keep && self.older_than.is_none() {
                    continue;
                }
                return Err(damaged());
            };
            // Another STATIC_ROOT may have had this path, with other files.
            let is_here = |path| root.look_at_file(path).is_some();
            if named.paths.iter().all(is_here) {
                here.push((release, named));
            } else {
                elsewhere.push(named);
            }
        }
        let since: Vec<SystemTime> = here.iter().map(|(release, _)| release.since).collect();
        let mut needed: HashSet<LogicalPath> = manifests.iter().flat_map(named_by).collect();
        let mut named = elsewhere;
        for ((release, names), recent) in
            here.into_iter().zip(self.recent(&since, SystemTime::now()))
        {
            if recent {
                waste.recent += 1;
                needed.extend(names.paths);
            } else {
                waste.stale.push(release);
                named.push(names);
            }
        }
        let ours = named
            .into_iter()
            .filter(|names| names.maker == ReleaseOrigin::Us);
        let mut paths: Vec<LogicalPath> = ours.flat_map(|names| names.paths).collect();
        paths.sort_unstable();
        paths.dedup();
        for path in paths {
            if needed.contains(&path) || !is_ours(root, &path) {
                continue;
            }
            let copies = Encoding::ALL.map(|encoding| path.with_suffix(encoding.suffix()));
            let is_copy =
                |copy: &LogicalPath| !needed.contains(copy) && root.look_at_file(copy).is_some();
            waste.files.extend(copies.into_iter().filter(is_copy));
            waste.files.push(path);
        }
        Ok(waste)
    }
}

/// All that a manifest names, fingerprinted or not.
fn named_by(manifest: &Manifest) -> impl Iterator<Item = LogicalPath> {
    let plain = |key: &LogicalPath| LogicalPath::new(normpath(key.as_bytes()));
    let entries = manifest.paths.iter();
    entries.flat_map(move |(key, path)| [plain(key), path.clone()])
}

/// Whether a file is there as a release left it: its name has the fingerprint
/// of its content.
fn is_ours(root: &StaticRoot, path: &LogicalPath) -> bool {
    let fingerprint = || -> io::Result<bool> {
        let (file, _) = disk::open(&root.locate(path))?;
        let fingerprint = Fingerprint::of_reader(file)?;
        let infix = [b".", &fingerprint.as_bytes()[..]].concat();
        Ok(memchr::memmem::find(path.as_bytes(), &infix).is_some())
    };
    root.look_at_file(path).is_some() && fingerprint().unwrap_or(false)
}

fn damaged() -> Problem {
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
    fn recent_is_among_the_newest_or_lately_in_force() {
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
