//! Finds all files that a path may mean, as Django's `finders.find` does. Lists no
//! directory.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::directory::SourceDirectory;
use super::finder::FoundFiles;
use crate::model::{Asset, Candidate, CandidateStatus, Candidates, LogicalPath, Treatment};
use crate::pystd::posixpath::normalize;
use crate::settings::Finder;

/// Looks paths up in the directories of the finders.
pub struct CandidateLookup<'a> {
    directories: &'a [SourceDirectory],
    listed: HashMap<(&'a Path, &'a LogicalPath), (CandidateStatus, &'a Treatment)>,
}

impl<'a> CandidateLookup<'a> {
    pub fn new(directories: &'a [SourceDirectory], found: &'a FoundFiles) -> Self {
        let place = |asset: &'a Asset| (&*asset.directory, &asset.found_path);
        let entry = |asset: &'a Asset, status| (place(asset), (status, &asset.treatment));
        let shadowed = found
            .conflicts
            .iter()
            .map(|conflict| entry(&conflict.asset, CandidateStatus::Shadowed));
        // Collected files come last: a file of a directory that is listed twice is both.
        let collected = found
            .assets
            .iter()
            .map(|asset| entry(asset, CandidateStatus::Collected));
        Self {
            directories,
            listed: shadowed.chain(collected).collect(),
        }
    }

    /// Returns the candidates of a path, or only the `first`.
    pub fn candidates(&self, path: &LogicalPath, first: bool) -> Candidates {
        let mut all = Candidates {
            path: path.clone(),
            ..Candidates::default()
        };
        for directory in self.directories {
            // Django skips apps without a static directory.
            if directory.finder == Finder::AppDirectories && !directory.root.is_dir() {
                continue;
            }
            if !all.searched.contains(&directory.root) {
                all.searched.push(directory.root.clone());
            }
            let Some(relative) = directory.relative(path) else {
                continue;
            };
            let place = normalize(&directory.root.join(relative));
            let Ok(below) = place.strip_prefix(&directory.root) else {
                // Django raises SuspiciousFileOperation.
                all.leads_out = true;
                all.list.clear();
                break;
            };
            if is_there(&directory.finder, &place) {
                let (status, treatment) = self.status(directory, &place, below);
                all.list.push(Candidate {
                    source: real_path(&place),
                    found_by: directory.finder_entry(),
                    status,
                    treatment,
                });
                if first {
                    break;
                }
            }
        }
        all
    }

    /// Returns the status of a file, and its treatment. `below` is its path in the directory.
    fn status(
        &self,
        directory: &SourceDirectory,
        place: &Path,
        below: &Path,
    ) -> (CandidateStatus, Treatment) {
        if place.is_dir() {
            return (CandidateStatus::Directory, Treatment::default());
        }
        let path = LogicalPath::new(below.as_os_str().as_bytes());
        if let Some((status, treatment)) = self.listed.get(&(&directory.root, &path)) {
            return (status.clone(), (*treatment).clone());
        }
        let pattern = directory.patterns.ignoring_pattern(below);
        let status = pattern.map_or(CandidateStatus::LeftOut, |pattern| {
            CandidateStatus::Ignored {
                pattern: pattern.to_owned(),
            }
        });
        (status, Treatment::default())
    }
}

/// A file of a source directory that a pattern excludes.
pub struct IgnoredFile {
    pub source: PathBuf,
    /// The pattern as the user wrote it.
    pub pattern: String,
}

/// Returns the first ignored file that would have this path.
pub fn find_ignored(directories: &[SourceDirectory], path: &LogicalPath) -> Option<IgnoredFile> {
    directories.iter().find_map(|directory| {
        let relative = directory.relative(path)?;
        let pattern = directory.patterns.ignoring_pattern(relative)?.to_owned();
        let source = directory.root.join(relative);
        source.is_file().then_some(IgnoredFile { source, pattern })
    })
}

/// Returns whether a finder finds anything at a place. `FileSystemFinder` follows
/// links there, `AppDirectoriesFinder` does not.
fn is_there(finder: &Finder, place: &Path) -> bool {
    match finder {
        Finder::FileSystem | Finder::Other(_) => place.exists(),
        Finder::AppDirectories => place.symlink_metadata().is_ok(),
    }
}

/// Does what Python's `os.path.realpath` does, also for a broken link.
fn real_path(place: &Path) -> PathBuf {
    let broken = || {
        let directory = place.parent()?.canonicalize().ok()?;
        let target = directory.join(std::fs::read_link(place).ok()?);
        Some(normalize(&target))
    };
    let real = place.canonicalize().ok();
    real.or_else(broken).unwrap_or_else(|| place.to_owned())
}
