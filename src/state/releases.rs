//! What was in force when: the fingerprinted files of each release that the
//! manifest of a STATIC_ROOT had, ours or somebody else's. Owns their files in
//! the cache, one each, named by time and manifest; looks at no STATIC_ROOT.
//! What is lost or damaged is not known.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::cache::Cache;
use crate::disk;
use crate::model::LogicalPath;

/// The releases of one manifest.
#[derive(Debug)]
pub struct Releases<'a> {
    cache: &'a Cache,
    directory: PathBuf,
}

/// One manifest that was in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// From when on.
    pub since: SystemTime,
    id: String,
    file: PathBuf,
}

/// Every release's file begins so; the number is that of the format.
const MAGIC: &[u8] = b"staticc release\x01";

/// Who made the files of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseOrigin {
    /// A run that remembered it itself.
    Us,
    /// Nobody knows: its manifest was found in STATIC_ROOT.
    Somebody,
}

/// What a release named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Who made the files.
    pub maker: ReleaseOrigin,
    /// The fingerprinted files.
    pub paths: Vec<LogicalPath>,
}

/// Hexadecimal digits of the time in a file's name, in nanoseconds since
/// 1970; those of the manifest's digest fill up to that of a whole digest.
const TIME: usize = 16;

impl<'a> Releases<'a> {
    /// Those of the manifest at a path, if there is a place to remember them.
    pub fn of(cache: &'a Cache, manifest: &Path) -> Option<Self> {
        let directory = cache.releases(manifest)?;
        Some(Self { cache, directory })
    }

    /// All that are known, the newest first.
    pub fn list(&self) -> Vec<Release> {
        let entries = fs::read_dir(&self.directory).into_iter().flatten();
        let mut releases: Vec<Release> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let (time, id) = name.split_at_checked(TIME)?;
                let time = Duration::from_nanos(u64::from_str_radix(time, 16).ok()?);
                (name.len() == 2 * blake3::OUT_LEN).then(|| Release {
                    since: SystemTime::UNIX_EPOCH + time,
                    id: id.to_owned(),
                    file: entry.path(),
                })
            })
            .collect();
        releases.sort_by(|a, b| (b.since, &b.id).cmp(&(a.since, &a.id)));
        releases
    }

    /// Remembers that a manifest is in force now, and what it names. One that
    /// was in force before is as new as if it had not been.
    pub fn remember<'p>(
        &self,
        manifest: &[u8],
        maker: ReleaseOrigin,
        paths: impl Iterator<Item = &'p LogicalPath>,
    ) {
        let digits = blake3::hash(manifest).to_hex();
        let id = &digits[..digits.len() - TIME];
        let known = self.list();
        let is_known = |newest: &Release| {
            newest.id == id
                && self
                    .named(newest)
                    .is_some_and(|it| it.maker == ReleaseOrigin::Us || it.maker == maker)
        };
        if known.first().is_some_and(is_known) {
            return;
        }
        let nanoseconds = |time: SystemTime| {
            let since = time.duration_since(SystemTime::UNIX_EPOCH);
            since.map_or(0, |since| since.as_nanos())
        };
        // After all others, even if the clock was set back.
        let last = known.first().map_or(0, |newest| nanoseconds(newest.since));
        let since = nanoseconds(SystemTime::now()).max(last + 1);
        let file = self.directory.join(format!("{since:016x}{id}"));
        // What is in force again was made by who made it first.
        if let Some(before) = known.iter().find(|earlier| earlier.id == id)
            && maker == ReleaseOrigin::Somebody
            && self.named(before).is_some()
        {
            // What can't be renamed stays as old as it was.
            let _ = fs::rename(&before.file, &file);
            return;
        }
        let Some(body) = body(maker, paths) else {
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

    /// What a release named, unless its file is damaged.
    pub fn named(&self, release: &Release) -> Option<Named> {
        let bytes = disk::read(&release.file).ok()?;
        let body = bytes.strip_prefix(MAGIC)?;
        let (checksum, body) = body.split_first_chunk::<{ blake3::OUT_LEN }>()?;
        if blake3::hash(body) != *checksum {
            return None;
        }
        let text = zstd::decode_all(body).ok()?;
        let (ours, names) = text.split_first()?;
        let names = names.split(|&byte| byte == 0);
        Some(Named {
            maker: if *ours == 1 {
                ReleaseOrigin::Us
            } else {
                ReleaseOrigin::Somebody
            },
            paths: names
                .filter(|name| !name.is_empty())
                .map(LogicalPath::new)
                .collect(),
        })
    }

    /// Forgets a release.
    pub fn forget(&self, release: &Release) {
        // What stays is forgotten another time.
        let _ = fs::remove_file(&release.file);
    }
}

/// Paths as they are kept, after who made them: each ended by a zero, which
/// none has in it.
fn body<'p>(maker: ReleaseOrigin, paths: impl Iterator<Item = &'p LogicalPath>) -> Option<Vec<u8>> {
    let mut names = vec![u8::from(maker == ReleaseOrigin::Us)];
    for path in paths {
        names.extend_from_slice(path.as_bytes());
        names.push(0);
    }
    zstd::encode_all(&names[..], 3).ok()
}
