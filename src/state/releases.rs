//! Remembers the releases of a STATIC_ROOT: the manifests that were live, with the
//! fingerprinted files that each names. Each release is a file beside the cache, named by
//! time and manifest. Nothing evicts it: what is forgotten is never pruned. A file that
//! others may have written is no release. Reads no STATIC_ROOT.

use std::io::{self, Read as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::cache::Cache;
use super::cache::directory::CacheDirectory;
use crate::model::{ContentId, LogicalPath};

/// The releases of one manifest.
#[derive(Debug)]
pub struct Releases<'a> {
    cache: &'a Cache,
    files: &'a CacheDirectory,
    directory: LogicalPath,
}

/// A manifest that was live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// When it became live.
    pub since: SystemTime,
    id: String,
    file: LogicalPath,
}

/// The first bytes of a release's file. The last one is the version of the format.
const MAGIC: &[u8] = b"staticc release\x02";

/// Who made the files of a release. `prune` removes only those of staticc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseOrigin {
    /// The run that remembered the release.
    Staticc,
    /// Unknown: the manifest was in STATIC_ROOT before a run.
    External,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseFiles {
    pub origin: ReleaseOrigin,
    pub files: Vec<ReleaseFile>,
}

/// A file that a manifest names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseFile {
    pub path: LogicalPath,
    /// The content, if the run that made the file knows it and the name does not say it: the name
    /// is that of a bundler, or of a cycle of references.
    pub content: Option<ContentId>,
}

impl From<&LogicalPath> for ReleaseFile {
    fn from(path: &LogicalPath) -> Self {
        Self {
            path: path.clone(),
            content: None,
        }
    }
}

/// The hexadecimal digits of the time in a file's name, in nanoseconds since 1970. Digits of
/// the manifest's digest follow, up to the length of a whole digest.
const TIME_DIGITS: usize = 16;

impl<'a> Releases<'a> {
    /// Opens the releases of the manifest at a path. `None` without a cache.
    pub fn of(cache: &'a Cache, manifest: &Path) -> Option<Self> {
        let (files, directory) = cache.releases(manifest)?;
        Some(Self {
            cache,
            files,
            directory,
        })
    }

    /// Returns all releases, the newest first.
    pub fn list(&self) -> Vec<Release> {
        let entries = self.files.own_entries(&self.directory).into_iter();
        let mut releases: Vec<Release> = entries
            .filter_map(|entry| {
                let name = entry.name.into_string().ok()?;
                let (time, id) = name.split_at_checked(TIME_DIGITS)?;
                let time = Duration::from_nanos(u64::from_str_radix(time, 16).ok()?);
                (name.len() == 2 * blake3::OUT_LEN).then(|| Release {
                    since: SystemTime::UNIX_EPOCH + time,
                    id: id.to_owned(),
                    file: self.file(&name),
                })
            })
            .collect();
        releases.sort_by(|a, b| (b.since, &b.id).cmp(&(a.since, &a.id)));
        releases
    }

    /// Remembers that a manifest is live now, and what it names. A manifest that was live
    /// before becomes the newest release.
    pub fn remember(
        &self,
        manifest: &[u8],
        origin: ReleaseOrigin,
        files: impl Iterator<Item = ReleaseFile>,
    ) {
        let digits = blake3::hash(manifest).to_hex();
        let id = &digits[..digits.len() - TIME_DIGITS];
        let known = self.list();
        let is_known = |newest: &Release| {
            newest.id == id
                && self.files(newest).is_some_and(|files| {
                    files.origin == ReleaseOrigin::Staticc || files.origin == origin
                })
        };
        if known.first().is_some_and(is_known) {
            return;
        }
        let nanoseconds = |time: SystemTime| {
            let since = time.duration_since(SystemTime::UNIX_EPOCH);
            since.map_or(0, |since| since.as_nanos())
        };
        // Newer than all others, even if the clock was set back.
        let last = known.first().map_or(0, |newest| nanoseconds(newest.since));
        let since = nanoseconds(SystemTime::now()).max(last + 1);
        let file = self.file(&format!("{since:016x}{id}"));
        // The files of a manifest that is live again are those of its first release.
        if let Some(before) = known.iter().find(|earlier| earlier.id == id)
            && origin == ReleaseOrigin::External
            && self.files(before).is_some()
        {
            // If the file cannot be renamed, the release keeps its time.
            let _ = self.files.rename(&before.file, &file);
            return;
        }
        let Some(body) = body(origin, files) else {
            return;
        };
        self.cache.replace(&file, |out| {
            out.write_all(MAGIC)?;
            out.write_all(blake3::hash(&body).as_bytes())?;
            out.write_all(&body)
        });
        for earlier in known.iter().filter(|earlier| earlier.id == id) {
            self.forget(earlier);
        }
    }

    /// Returns the files that a release names. `None` if its file is damaged.
    pub fn files(&self, release: &Release) -> Option<ReleaseFiles> {
        let bytes = self.files.find(&release.file)?.read()?;
        let body = bytes.strip_prefix(MAGIC)?;
        let (checksum, body) = body.split_first_chunk::<{ blake3::OUT_LEN }>()?;
        if blake3::hash(body) != *checksum {
            return None;
        }
        parse(&decode(body).ok()?)
    }

    pub fn forget(&self, release: &Release) {
        // A later prune tries again.
        let _ = self.files.remove(&release.file);
    }

    fn file(&self, name: &str) -> LogicalPath {
        LogicalPath::new([self.directory.as_bytes(), b"/", name.as_bytes()].concat())
    }
}

/// The most bytes of an origin and its files: those of half a million long paths.
const MAX_TEXT_SIZE: u64 = 64 * 1024 * 1024;

/// Decodes an origin and its files. Fails if they are too long.
fn decode(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut decoder = zstd::Decoder::new(body)?.take(MAX_TEXT_SIZE + 1);
    if decoder.read_to_end(&mut text)? as u64 > MAX_TEXT_SIZE {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(text)
}

/// What stands before a path: whether a content does, too.
const WITHOUT_CONTENT: u8 = 0;
const WITH_CONTENT: u8 = 1;

/// Encodes the origin and the files. Each path ends with a zero byte, which no path contains.
fn body(origin: ReleaseOrigin, files: impl Iterator<Item = ReleaseFile>) -> Option<Vec<u8>> {
    let mut text = vec![u8::from(origin == ReleaseOrigin::Staticc)];
    for file in files {
        match &file.content {
            Some(content) => {
                text.push(WITH_CONTENT);
                text.extend_from_slice(content.as_bytes());
            }
            None => text.push(WITHOUT_CONTENT),
        }
        text.extend_from_slice(file.path.as_bytes());
        text.push(0);
    }
    let is_small = text.len() as u64 <= MAX_TEXT_SIZE;
    is_small.then(|| zstd::encode_all(&text[..], 3).ok())?
}

/// Reads what [`body`] encodes.
fn parse(text: &[u8]) -> Option<ReleaseFiles> {
    let (is_own, mut rest) = text.split_first()?;
    let mut files = Vec::new();
    while let Some((&kind, after)) = rest.split_first() {
        let (content, name) = match kind {
            WITHOUT_CONTENT => (None, after),
            WITH_CONTENT => {
                let (content, name) = after.split_first_chunk::<{ blake3::OUT_LEN }>()?;
                (Some(ContentId::from(*content)), name)
            }
            _ => return None,
        };
        let end = memchr::memchr(0, name)?;
        files.push(ReleaseFile {
            path: LogicalPath::new(&name[..end]),
            content,
        });
        rest = &name[end + 1..];
    }
    Some(ReleaseFiles {
        origin: if *is_own == 1 {
            ReleaseOrigin::Staticc
        } else {
            ReleaseOrigin::External
        },
        files,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_read() {
        let file = |path: &str, content: Option<&[u8]>| ReleaseFile {
            path: LogicalPath::new(path),
            content: content.map(blake3::hash),
        };
        let files = vec![
            file("a.css", None),
            file("b/ü.js", Some(b"b")),
            file("", None),
        ];
        let encoded = body(ReleaseOrigin::Staticc, files.iter().cloned()).unwrap();
        let text = decode(&encoded).unwrap();
        let read = parse(&text).unwrap();
        assert_eq!((read.origin, read.files), (ReleaseOrigin::Staticc, files));
        for end in 0..text.len() {
            // A part of it is read as fewer files, or not at all.
            assert_ne!(parse(&text[..end]), parse(&text));
        }
    }
}
