//! All files that one path may mean: `finders.find` of Django. Looks at
//! single places; what is collected it is told.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::directory::SourceDirectory;
use super::finder::Found;
use crate::model::{Asset, Candidate, CandidateStatus, Candidates, LogicalPath};
use crate::pystd::fnmatch::Patterns;
use crate::pystd::urllib::normal;
use crate::settings::Finder;

/// Where to look, and what became of what the finders list there.
pub struct Lookup<'a> {
    directories: &'a [SourceDirectory],
    patterns: &'a Patterns,
    listed: HashMap<(&'a Path, &'a LogicalPath), CandidateStatus>,
}

impl<'a> Lookup<'a> {
    /// In the directories of a project.
    pub fn new(
        directories: &'a [SourceDirectory],
        patterns: &'a Patterns,
        found: &'a Found,
    ) -> Self {
        let place = |asset: &'a Asset| (&*asset.directory, &asset.found_path);
        let losers = found.conflicts.iter().map(|conflict| &conflict.asset);
        let losers = losers.map(|asset| (place(asset), CandidateStatus::Shadowed));
        let winners = found.assets.iter();
        // A directory listed twice wins before it loses.
        let winners = winners.map(|asset| (place(asset), CandidateStatus::Collected));
        Self {
            directories,
            patterns,
            listed: losers.chain(winners).collect(),
        }
    }

    /// What there is at a path, or only what is found `first`.
    pub fn candidates(&self, path: &LogicalPath, first: bool) -> Candidates {
        let mut all = Candidates {
            path: path.clone(),
            ..Candidates::default()
        };
        for directory in self.directories {
            // Django keeps no app without such a directory.
            if directory.finder == Finder::AppDirectories && !directory.root.is_dir() {
                continue;
            }
            if !all.searched.contains(&directory.root) {
                all.searched.push(directory.root.clone());
            }
            let Some(relative) = directory.relative(path) else {
                continue;
            };
            let place = normal(&directory.root.join(relative));
            let Ok(below) = place.strip_prefix(&directory.root) else {
                // Django raises SuspiciousFileOperation.
                all.leads_out = true;
                all.list.clear();
                break;
            };
            if is_there(&directory.finder, &place) {
                all.list.push(Candidate {
                    source: real_path(&place),
                    found_by: directory.finder_entry(),
                    status: self.status(directory, &place, below),
                });
                if first {
                    break;
                }
            }
        }
        all
    }

    /// What becomes of what is at a place, `below` a directory.
    fn status(&self, directory: &SourceDirectory, place: &Path, below: &Path) -> CandidateStatus {
        if place.is_dir() {
            return CandidateStatus::Directory;
        }
        let path = LogicalPath::new(below.as_os_str().as_bytes());
        if let Some(status) = self.listed.get(&(&directory.root, &path)) {
            return status.clone();
        }
        let pattern = self.patterns.that_ignores(below);
        pattern.map_or(CandidateStatus::LeftOut, |pattern| {
            CandidateStatus::Ignored {
                pattern: pattern.to_owned(),
            }
        })
    }
}

/// Whether a finder sees anything at a place: where one of Django's follows
/// links, the other does not.
fn is_there(finder: &Finder, place: &Path) -> bool {
    match finder {
        Finder::FileSystem | Finder::Other(_) => place.exists(),
        Finder::AppDirectories => place.symlink_metadata().is_ok(),
    }
}

/// Python's `os.path.realpath`, which also knows where a broken link leads.
fn real_path(place: &Path) -> PathBuf {
    let broken = || {
        let directory = place.parent()?.canonicalize().ok()?;
        let target = directory.join(std::fs::read_link(place).ok()?);
        Some(normal(&target))
    };
    let real = place.canonicalize().ok();
    real.or_else(broken).unwrap_or_else(|| place.to_owned())
}
