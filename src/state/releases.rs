//! Remembers the releases of a STATIC_ROOT: the manifests that were live, with the
//! fingerprinted files that each names. Each release is a file beside the cache, named by
//! time and manifest. Nothing evicts it: what is forgotten is never pruned. A file that
//! others may have written is no release. Reads no STATIC_ROOT.

use std::io::{self, Read as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::cache::Cache;
use super::cache::directory::CacheDirectory;
use crate::model::LogicalPath;

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
const MAGIC: &[u8] = b"staticc release\x01";

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
    /// The paths of the fingerprinted files.
    pub paths: Vec<LogicalPath>,
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
    pub fn remember<'p>(
        &self,
        manifest: &[u8],
        origin: ReleaseOrigin,
        paths: impl Iterator<Item = &'p LogicalPath>,
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
        let Some(body) = body(origin, paths) else {
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
        let text = decode(body).ok()?;
        let (is_own, names) = text.split_first()?;
        Some(ReleaseFiles {
            origin: if *is_own == 1 {
                ReleaseOrigin::Staticc
            } else {
                ReleaseOrigin::External
            },
            paths: names
                .split(|&byte| byte == 0)
                .filter(|name| !name.is_empty())
                .map(LogicalPath::new)
                .collect(),
        })
    }

    pub fn forget(&self, release: &Release) {
        // A later prune tries again.
        let _ = self.files.remove(&release.file);
    }

    fn file(&self, name: &str) -> LogicalPath {
        LogicalPath::new([self.directory.as_bytes(), b"/", name.as_bytes()].concat())
    }
}

/// The most bytes of an origin and its paths: those of half a million long paths.
const MAX_TEXT_SIZE: u64 = 64 * 1024 * 1024;

/// Decodes an origin and its paths. Fails if they are too long.
fn decode(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut decoder = zstd::Decoder::new(body)?.take(MAX_TEXT_SIZE + 1);
    if decoder.read_to_end(&mut text)? as u64 > MAX_TEXT_SIZE {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(text)
}

/// Encodes the origin and the paths. Each path ends with a zero byte, which no path contains.
fn body<'p>(
    origin: ReleaseOrigin,
    paths: impl Iterator<Item = &'p LogicalPath>,
) -> Option<Vec<u8>> {
    let mut names = vec![u8::from(origin == ReleaseOrigin::Staticc)];
    for path in paths {
        names.extend_from_slice(path.as_bytes());
        names.push(0);
    }
    let is_small = names.len() as u64 <= MAX_TEXT_SIZE;
    is_small.then(|| zstd::encode_all(&names[..], 3).ok())?
}
