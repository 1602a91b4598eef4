//! Lists the fingerprinted files that only old releases name. It lists a file only if a run of
//! staticc has made it, its content is the one of its name, no live manifest names it,
//! and no text of a recent release contains its fingerprint. Removes nothing.

use std::collections::HashSet;
use std::io;
use std::time::SystemTime;

use rayon::prelude::*;

use super::root::StaticRoot;
use crate::disk;
use crate::model::{Code, Encoding, FileStep, Fingerprint, LogicalPath, Problem, Retention};
use crate::plan::manifest::Manifest;
use crate::pystd::posixpath::normpath;
use crate::rewrite::browser::found_reference::Language;
use crate::state::releases::{Release, ReleaseFile, ReleaseFiles, ReleaseOrigin, Releases};

#[derive(Debug, Default)]
pub struct PruneList {
    /// Compressed copies come before their files.
    pub files: Vec<LogicalPath>,
    pub old_releases: usize,
    /// The old releases that have no file which stays for a reference alone. That file can go
    /// later, as long as its release is known.
    pub finished: Vec<Release>,
    pub recent_releases: usize,
}

impl Retention {
    /// Returns which releases are recent. `since` is when each became live, the newest first.
    fn recent(self, since: &[SystemTime], now: SystemTime) -> Vec<bool> {
        // A release ends when the next one begins.
        let ended = |newer: usize| newer.checked_sub(1).map(|next| since[next]);
        let is_recent = |newer| self.is_recent(newer, ended(newer), now);
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
            let is_here = |file: &ReleaseFile| root.file_metadata(&file.path).is_some();
            if files.files.iter().all(is_here) {
                here.push((release, files));
            } else {
                elsewhere.push(files);
            }
        }
        let since: Vec<SystemTime> = here.iter().map(|(release, _)| release.since).collect();
        let mut needed: HashSet<LogicalPath> = manifests.iter().flat_map(paths_of).collect();
        let mut old = Vec::new();
        for ((release, files), is_recent) in
            here.into_iter().zip(self.recent(&since, SystemTime::now()))
        {
            if is_recent {
                list.recent_releases += 1;
                needed.extend(files.files.into_iter().map(|file| file.path));
            } else {
                old.push((release, files));
            }
        }
        let listed = elsewhere.iter().chain(old.iter().map(|(_, files)| files));
        let (referenced, unused) = unneeded_files(root, listed, &needed)?;
        for path in unused {
            let copies = Encoding::ALL.map(|encoding| path.with_suffix(encoding.suffix()));
            let is_copy =
                |copy: &LogicalPath| !needed.contains(copy) && root.file_metadata(copy).is_some();
            list.files.extend(copies.into_iter().filter(is_copy));
            list.files.push(path);
        }
        list.old_releases = old.len();
        old.retain(|(_, files)| {
            !files
                .files
                .iter()
                .any(|file| referenced.contains(&file.path))
        });
        list.finished = old.into_iter().map(|(release, _)| release).collect();
        Ok(list)
    }
}

/// Returns all paths of a manifest, plain and fingerprinted.
fn paths_of(manifest: &Manifest) -> impl Iterator<Item = LogicalPath> {
    let plain = |key: &LogicalPath| LogicalPath::new(normpath(key.as_bytes()));
    let entries = manifest.paths.iter();
    entries.flat_map(move |(key, path)| [plain(key), path.clone()])
}

/// Returns the files that staticc made for these releases and that no manifest needs: first those
/// that a needed text may refer to, then the others, sorted.
fn unneeded_files<'f>(
    root: &StaticRoot,
    releases: impl Iterator<Item = &'f ReleaseFiles>,
    needed: &HashSet<LogicalPath>,
) -> Result<(HashSet<LogicalPath>, Vec<LogicalPath>), Problem> {
    let own = releases.filter(|files| files.origin == ReleaseOrigin::Staticc);
    let all = own.flat_map(|files| &files.files);
    let mut all: Vec<&ReleaseFile> = all.filter(|file| !needed.contains(&file.path)).collect();
    all.sort_unstable_by_key(|file| &file.path);
    let with_fingerprints = |file| Some((file, own_fingerprints(root, file)?));
    let mut files: Vec<_> = all.into_iter().filter_map(with_fingerprints).collect();
    files.dedup_by_key(|(file, _)| &file.path);
    if files.is_empty() {
        return Ok(Default::default());
    }
    let in_texts = fingerprints_in_texts(root, needed)?;
    let (mut referenced, mut unused) = (HashSet::new(), Vec::new());
    for (file, fingerprints) in files {
        if fingerprints
            .iter()
            .any(|fingerprint| in_texts.contains(fingerprint))
        {
            referenced.insert(file.path.clone());
        } else {
            unused.push(file.path.clone());
        }
    }
    Ok((referenced, unused))
}

/// Returns the fingerprints by which texts may name a file. `None` if it does not have the content
/// that the run has written.
fn own_fingerprints(root: &StaticRoot, file: &ReleaseFile) -> Option<Vec<Fingerprint>> {
    root.file_metadata(&file.path)?;
    let (open_file, _) = disk::open(&root.locate(&file.path)).ok()?;
    if let Some(content) = file.content {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(open_file).ok()?;
        let fingerprints = Fingerprint::all_in(file.path.as_bytes());
        return (hasher.finalize() == content).then(|| fingerprints.collect());
    }
    let fingerprint = Fingerprint::of_reader(open_file).ok()?;
    let infix = [b".", &fingerprint.as_bytes()[..]].concat();
    memchr::memmem::find(file.path.as_bytes(), &infix).map(|_| vec![fingerprint])
}

/// Returns what looks like a fingerprint in the texts among these files. A text may refer to a
/// fingerprinted file that no manifest of its release names: one that was left in STATIC_ROOT.
fn fingerprints_in_texts(
    root: &StaticRoot,
    paths: &HashSet<LogicalPath>,
) -> Result<HashSet<Fingerprint>, Problem> {
    let texts: Vec<&LogicalPath> = paths
        .iter()
        .filter(|path| Language::of(path).is_some())
        .collect();
    let fingerprints = |path: &LogicalPath| -> Result<HashSet<Fingerprint>, Problem> {
        let place = root.locate(path);
        match disk::read(&place) {
            Ok(text) => Ok(Fingerprint::all_in(&text).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(HashSet::new()),
            Err(error) => Err(Problem::failed(FileStep::Read, &place, &error)
                .note("nothing is removed: it might be needed")),
        }
    };
    let of_texts = texts.into_par_iter().map(fingerprints);
    of_texts.try_reduce(HashSet::new, |mut all, more| {
        all.extend(more);
        Ok(all)
    })
}

fn damaged_release() -> Problem {
    Problem::error(
        Code::DamagedRelease,
        "what a recent release names cannot be read",
    )
    .note("nothing is removed: it might be needed")
    .help("forget all releases: `staticc cache clear`")
}
