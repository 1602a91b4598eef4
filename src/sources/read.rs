//! Reads each source once. The texts of CSS and JavaScript stay in memory, and other
//! contents as far as there is room. A source that an earlier run has read, and that
//! has not changed since, is not read.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use md5::{Digest, Md5};
use rayon::prelude::*;

use super::content::{Content, ContentBytes, KnownContents};
use super::source_problem::{changed, check_text, no_metadata, not_a_file, unreadable};
use crate::disk;
use crate::model::{Asset, AssetId, Fingerprint, Problem, ReferenceRules, Stamp};

/// How many bytes of sources that are not texts stay in memory, to be copied and
/// compressed without reading them again.
const MEMORY: usize = 64 << 20;

/// The sources of a run.
#[derive(Debug, Default)]
pub struct Sources {
    /// By asset. A source that could not be read has no content id.
    pub contents: Vec<Content>,
    pub problems: Vec<Problem>,
    pub unreadable: HashSet<AssetId>,
}

impl Sources {
    pub fn without_problems(contents: Vec<Content>) -> Self {
        Self {
            contents,
            ..Self::default()
        }
    }
}

/// Reads the sources of all assets, except those that are known. With `hashes`, keeps
/// the texts of adjustable assets, and fingerprints the others.
pub fn read_all(
    assets: &[Asset],
    hashes: bool,
    rules: ReferenceRules,
    known: &dyn KnownContents,
) -> Sources {
    let room = AtomicUsize::new(MEMORY);
    // Boxed, since a problem is large and there are many contents.
    let results: Vec<Result<Content, Box<Problem>>> = assets
        .par_iter()
        .enumerate()
        .map(|(index, asset)| {
            let id = AssetId::new(index);
            let source = asset.source();
            let known = |stamp: &Stamp| known.content(id, &source, stamp);
            let depth = match (hashes, asset.is_scanned) {
                (true, true) => ReadDepth::Text(rules),
                (true, false) => ReadDepth::Fingerprint,
                (false, _) => ReadDepth::Id,
            };
            read_one(&source, depth, &room, known).map_err(Box::new)
        })
        .collect();
    let mut all = Sources {
        contents: Vec::with_capacity(results.len()),
        ..Sources::default()
    };
    for (id, result) in (0..).map(AssetId).zip(results) {
        match result {
            Ok(content) => all.contents.push(content),
            Err(problem) => {
                all.contents.push(without_reading(&assets[id.index()]));
                all.problems.push(*problem);
                all.unreadable.insert(id);
            }
        }
    }
    all
}

/// Reads the texts of sources whose contents are known without them.
pub fn read_texts(
    assets: &[Asset],
    contents: &mut [Content],
    ids: &[AssetId],
    rules: ReferenceRules,
) -> Vec<Problem> {
    let texts: Vec<Result<Content, Problem>> = ids
        .par_iter()
        .map(|id| {
            read_one(
                &assets[id.index()].source(),
                ReadDepth::Text(rules),
                &AtomicUsize::new(0),
                |_| None,
            )
        })
        .collect();
    let mut problems = Vec::new();
    for (id, result) in ids.iter().zip(texts) {
        match result {
            Ok(content) => contents[id.index()] = content,
            Err(problem) => problems.push(problem),
        }
    }
    problems
}

/// What a run needs of a source. Each variant includes the content id.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ReadDepth {
    Id,
    Fingerprint,
    /// The text, which these rules can read.
    Text(ReferenceRules),
}

/// Returns contents without ids, for a run that only makes links.
pub fn read_none(assets: &[Asset]) -> Vec<Content> {
    assets.iter().map(without_reading).collect()
}

fn without_reading(asset: &Asset) -> Content {
    let metadata = std::fs::symlink_metadata(asset.source());
    Content {
        id: None,
        stamp: metadata.map_or_else(|_| Stamp::default(), |metadata| Stamp::of(&metadata)),
        fingerprint: None,
        bytes: None,
    }
}

/// Reads the sources that can be read, for a dry run.
pub fn read_possible(assets: &[Asset]) -> Vec<Content> {
    let content = |asset: &Asset| {
        let room = AtomicUsize::new(0);
        read_one(&asset.source(), ReadDepth::Id, &room, |_| None)
            .unwrap_or_else(|_| without_reading(asset))
    };
    assets.par_iter().map(content).collect()
}

fn read_one(
    source: &Path,
    depth: ReadDepth,
    room: &AtomicUsize,
    known: impl Fn(&Stamp) -> Option<Content>,
) -> Result<Content, Problem> {
    let unreadable = |error: &io::Error| unreadable(source, error);
    let metadata = std::fs::metadata(source).map_err(|error| no_metadata(source, &error))?;
    if let Some(problem) = not_a_file(source, &metadata) {
        return Err(problem);
    }
    if let Some(content) = known(&Stamp::of(&metadata))
        && (depth != ReadDepth::Fingerprint || content.fingerprint.is_some())
    {
        return Ok(content);
    }
    let (file, before) = disk::open(source).map_err(|error| unreadable(&error))?;
    let (content, length) = if let ReadDepth::Text(rules) = depth {
        let bytes = disk::read_open(&file, before.len()).map_err(|error| unreadable(&error))?;
        let length = bytes.len() as u64;
        // A file that is cut off may end within a character.
        if length != before.len() {
            return Err(changed(source));
        }
        check_text(source, &bytes, rules)?;
        let content = Content {
            id: Some(blake3::hash(&bytes)),
            stamp: Stamp::of(&before),
            fingerprint: None,
            bytes: Some(ContentBytes::Text(bytes)),
        };
        (content, length)
    } else {
        let fingerprint = depth == ReadDepth::Fingerprint;
        digest(&file, &before, fingerprint, room).map_err(|error| unreadable(&error))?
    };
    let after = file.metadata().map_err(|error| unreadable(&error))?;
    if length != before.len() || Stamp::of(&after) != content.stamp {
        return Err(changed(source));
    }
    Ok(content)
}

/// Returns the content of a file, and how many bytes were read: at most one more than
/// its size, even if another process goes on writing to it.
fn digest(
    file: &File,
    metadata: &Metadata,
    fingerprint: bool,
    room: &AtomicUsize,
) -> io::Result<(Content, u64)> {
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    let taken = room.fetch_update(Relaxed, Relaxed, |room| room.checked_sub(size));
    if taken.is_ok() {
        let bytes = disk::read_open(file, metadata.len())?;
        let length = bytes.len() as u64;
        let content = Content {
            id: Some(blake3::hash(&bytes)),
            stamp: Stamp::of(metadata),
            fingerprint: fingerprint.then(|| Fingerprint::of(&bytes)),
            bytes: Some(ContentBytes::Raw(bytes.into())),
        };
        return Ok((content, length));
    }
    let mut md5 = fingerprint.then(Md5::new);
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut limited = file.take(metadata.len().saturating_add(1));
    let mut total = 0;
    loop {
        let length = match limited.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if let Some(md5) = &mut md5 {
            md5.update(&buffer[..length]);
        }
        hasher.update(&buffer[..length]);
        total += length as u64;
    }
    let content = Content {
        id: Some(hasher.finalize()),
        stamp: Stamp::of(metadata),
        fingerprint: md5.map(|md5| Fingerprint::from_digest(&md5.finalize().into())),
        bytes: None,
    };
    Ok((content, total))
}
