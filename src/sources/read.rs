//! Reads each source once: the css and js texts stay in memory, and so much
//! of all others as there is room for. A source that an earlier run knows,
//! and that was not touched since, is not read at all. Owns what is true of a source's bytes;
//! decides nothing about them.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use md5::{Digest, Md5};
use rayon::prelude::*;

use crate::disk;
use crate::model::{Asset, AssetId, Code, ContentId, Fingerprint, Problem, Stamp, span_at};

/// What earlier runs know of sources.
pub trait Known: Sync {
    /// The content of a source that has this stamp, without its text.
    fn content(&self, asset: AssetId, source: &Path, stamp: &Stamp) -> Option<Content>;
}

/// The content of a source.
#[derive(Clone, Debug)]
pub struct Content {
    /// Of the bytes.
    pub id: ContentId,
    /// When it was read.
    pub stamp: Stamp,
    /// `None` for adjustable assets, whose final text decides, and where no
    /// fingerprints are wanted.
    pub fingerprint: Option<Fingerprint>,
    /// The bytes, as far as they are in memory.
    pub loaded: Option<Loaded>,
}

/// Bytes in memory.
#[derive(Clone, Debug)]
pub enum Loaded {
    /// Of an adjustable asset.
    Text(String),
    /// Of any other.
    Raw(Box<[u8]>),
}

impl Content {
    /// The bytes, as far as they are in memory.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self.loaded.as_ref()? {
            Loaded::Text(text) => Some(text.as_bytes()),
            Loaded::Raw(bytes) => Some(bytes),
        }
    }

    /// The text of an adjustable asset, unless it is known without.
    pub fn text(&self) -> Option<&str> {
        match self.loaded.as_ref()? {
            Loaded::Text(text) => Some(text),
            Loaded::Raw(_) => None,
        }
    }
}

/// So many bytes of sources that are not texts stay in memory, so that they
/// need not be read again to be copied and compressed.
const ROOM: usize = 64 << 20;

/// Everything read.
#[derive(Debug, Default)]
pub struct Read {
    /// By asset number; of those that could not be read, without meaning.
    pub contents: Vec<Content>,
    /// Why some could not be read.
    pub problems: Vec<Problem>,
    /// Which.
    pub unreadable: HashSet<AssetId>,
}

impl Read {
    /// Contents with which nothing is wrong.
    pub fn of(contents: Vec<Content>) -> Self {
        Self {
            contents,
            ..Self::default()
        }
    }
}

/// Reads all assets' sources, except those that are known. With `hashes`,
/// adjustable ones as text, all others with their fingerprints.
pub fn read(assets: &[Asset], hashes: bool, known: &dyn Known) -> Read {
    let room = AtomicUsize::new(ROOM);
    // A problem is large, and there are many contents.
    let results: Vec<Result<Content, Box<Problem>>> = assets
        .par_iter()
        .enumerate()
        .map(|(index, asset)| {
            let id = AssetId(u32::try_from(index).unwrap_or(u32::MAX));
            let source = asset.source();
            let known = |stamp: &Stamp| known.content(id, &source, stamp);
            let wanted = match (hashes, asset.path.is_adjustable()) {
                (true, true) => Wanted::Text,
                (true, false) => Wanted::Fingerprint,
                (false, _) => Wanted::Id,
            };
            read_one(&source, wanted, &room, known).map_err(Box::new)
        })
        .collect();
    let mut all = Read {
        contents: Vec::with_capacity(results.len()),
        ..Read::default()
    };
    for (id, result) in (0..).map(AssetId).zip(results) {
        match result {
            Ok(content) => all.contents.push(content),
            Err(problem) => {
                all.contents.push(stand_in(&assets[id.index()]));
                all.problems.push(*problem);
                all.unreadable.insert(id);
            }
        }
    }
    all
}

/// Reads the texts of known sources after all.
pub fn read_texts(assets: &[Asset], contents: &mut [Content], wanted: &[AssetId]) -> Vec<Problem> {
    let texts: Vec<Result<Content, Problem>> = wanted
        .par_iter()
        .map(|id| {
            read_one(
                &assets[id.index()].source(),
                Wanted::Text,
                &AtomicUsize::new(0),
                |_| None,
            )
        })
        .collect();
    let mut problems = Vec::new();
    for (id, result) in wanted.iter().zip(texts) {
        match result {
            Ok(content) => contents[id.index()] = content,
            Err(problem) => problems.push(problem),
        }
    }
    problems
}

/// What is to be known of a source besides its content id.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Id,
    Fingerprint,
    Text,
}

/// Stands in for contents that a run neither reads nor compares: it only
/// makes links, or only says what it would do.
pub fn unread(assets: &[Asset]) -> Vec<Content> {
    assets.iter().map(stand_in).collect()
}

fn stand_in(asset: &Asset) -> Content {
    let source = asset.source();
    let metadata = std::fs::symlink_metadata(&source);
    Content {
        id: blake3::hash(source.as_os_str().as_encoded_bytes()),
        stamp: metadata.map_or_else(|_| Stamp::default(), |metadata| Stamp::of(&metadata)),
        fingerprint: None,
        loaded: None,
    }
}

/// Looks at a source without its bytes, unless it is a text that is not
/// `known` with the stamp that it has.
pub fn skim(asset: &Asset, known: impl FnOnce(&Stamp) -> bool) -> Result<Skimmed, Problem> {
    let source = asset.source();
    let metadata = std::fs::metadata(&source).map_err(|error| broken(&source, &error))?;
    if let Some(problem) = special(&source, &metadata) {
        return Err(problem);
    }
    let stamp = Stamp::of(&metadata);
    if !asset.path.is_adjustable() {
        rustix::fs::access(&source, rustix::fs::Access::READ_OK)
            .map_err(|error| unreadable(&source, &error.into()))?;
        return Ok(Skimmed::Other);
    }
    if known(&stamp) {
        return Ok(Skimmed::Known(stamp));
    }
    let bytes = disk::read(&source).map_err(|error| unreadable(&source, &error))?;
    Ok(Skimmed::Text(stamp, text(&source, bytes)?))
}

/// What was seen of a source at a glance.
#[derive(Debug)]
pub enum Skimmed {
    /// It is there and is no text of ours.
    Other,
    /// A text with a known stamp.
    Known(Stamp),
    /// A text, as it was from this stamp on.
    Text(Stamp, String),
}

/// The contents of those sources that can be read, for a run that only says
/// what it would do.
pub fn read_leniently(assets: &[Asset]) -> Vec<Content> {
    let content = |asset: &Asset| {
        let room = AtomicUsize::new(0);
        read_one(&asset.source(), Wanted::Id, &room, |_| None).unwrap_or_else(|_| stand_in(asset))
    };
    assets.par_iter().map(content).collect()
}

fn read_one(
    source: &Path,
    wanted: Wanted,
    room: &AtomicUsize,
    known: impl Fn(&Stamp) -> Option<Content>,
) -> Result<Content, Problem> {
    let unreadable = |error: &io::Error| unreadable(source, error);
    let metadata = std::fs::metadata(source).map_err(|error| broken(source, &error))?;
    if let Some(problem) = special(source, &metadata) {
        return Err(problem);
    }
    if let Some(content) = known(&Stamp::of(&metadata))
        && (wanted != Wanted::Fingerprint || content.fingerprint.is_some())
    {
        return Ok(content);
    }
    let (file, before) = disk::open(source).map_err(|error| unreadable(&error))?;
    let (content, length) = if wanted == Wanted::Text {
        let bytes = disk::read_open(&file, before.len()).map_err(|error| unreadable(&error))?;
        let length = bytes.len() as u64;
        // What is cut off may be cut within a character.
        if length != before.len() {
            return Err(changed(source));
        }
        let id = blake3::hash(&bytes);
        let content = Content {
            id,
            stamp: Stamp::of(&before),
            fingerprint: None,
            loaded: Some(Loaded::Text(text(source, bytes)?)),
        };
        (content, length)
    } else {
        let fingerprint = wanted == Wanted::Fingerprint;
        digest(&file, &before, fingerprint, room).map_err(|error| unreadable(&error))?
    };
    let after = file.metadata().map_err(|error| unreadable(&error))?;
    if length != before.len() || Stamp::of(&after) != content.stamp {
        return Err(changed(source));
    }
    Ok(content)
}

/// A source that was changed while the run read it.
pub(crate) fn changed(source: &Path) -> Problem {
    Problem::error(Code::SourceChanged, "changed while it was being collected")
        .in_file(source)
        .help("run again when nothing writes to the sources")
}

fn unreadable(source: &Path, error: &io::Error) -> Problem {
    Problem::error(Code::Unreadable, format!("cannot be read: {error}"))
        .in_file(source)
        .help("make it readable, or ignore it with `-i NAME`")
}

fn text(source: &Path, bytes: Vec<u8>) -> Result<String, Problem> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(at).copied().unwrap_or_default();
        // As far as the place the bytes are as they are.
        let shown = String::from_utf8_lossy(error.as_bytes());
        Problem::error(
            Code::NotUtf8,
            format!("is not UTF-8: byte 0x{byte:02x} at offset {at}"),
        )
        .in_file(source)
        .at(span_at(
            &shown,
            at,
            at + char::REPLACEMENT_CHARACTER.len_utf8(),
        ))
        .note("css and js are rewritten as text, which must be UTF-8")
        .help("save the file as UTF-8")
    })
}

/// The content of a file, and how many bytes were read: one more than there
/// were if it grows, but never all that somebody may go on writing.
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
            id: blake3::hash(&bytes),
            stamp: Stamp::of(metadata),
            fingerprint: fingerprint.then(|| Fingerprint::of(&bytes)),
            loaded: Some(Loaded::Raw(bytes.into())),
        };
        return Ok((content, length));
    }
    let mut md5 = fingerprint.then(Md5::new);
    let mut blake3 = blake3::Hasher::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut file = file.take(metadata.len().saturating_add(1));
    let mut total = 0;
    loop {
        let length = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if let Some(md5) = &mut md5 {
            md5.update(&buffer[..length]);
        }
        blake3.update(&buffer[..length]);
        total += length as u64;
    }
    let content = Content {
        id: blake3.finalize(),
        stamp: Stamp::of(metadata),
        fingerprint: md5.map(|md5| Fingerprint::from_digest(&md5.finalize().into())),
        loaded: None,
    };
    Ok((content, total))
}

/// Why a file that was found cannot even be looked at.
fn broken(source: &Path, error: &io::Error) -> Problem {
    match std::fs::read_link(source) {
        Ok(target) => Problem::error(
            Code::BrokenLink,
            format!(
                "symbolic link to {}, which cannot be followed: {error}",
                target.display()
            ),
        )
        .in_file(source)
        .help("repair or remove the link, or ignore it with `-i NAME`"),
        Err(_) => unreadable(source, error),
    }
}

/// What is wrong with what is neither a file nor a directory.
fn special(source: &Path, metadata: &Metadata) -> Option<Problem> {
    let kind = metadata.file_type();
    let kind = if kind.is_fifo() {
        "named pipe"
    } else if kind.is_socket() {
        "socket"
    } else if kind.is_block_device() || kind.is_char_device() {
        "device"
    } else {
        return None;
    };
    let problem = Problem::error(Code::NotAFile, format!("is a {kind}, not a file"));
    Some(
        problem
            .in_file(source)
            .help("remove it, or ignore it with `-i NAME`"),
    )
}
