//! What was in force when: the fingerprinted files of each release of a
//! STATIC_ROOT. Owns their files in the cache, one each, named by time and
//! manifest; knows no STATIC_ROOT. What is lost or damaged is not known.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::cache::Cache;
use crate::disk;
use crate::nouns::LogicalPath;

/// The releases of one STATIC_ROOT.
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

/// Hexadecimal digits of the time in a file's name, in nanoseconds since
/// 1970; those of the manifest's digest fill up to that of a whole digest.
const TIME: usize = 16;

impl<'a> Releases<'a> {
    /// Those of a STATIC_ROOT, if there is a place to remember them.
    pub fn of(cache: &'a Cache, static_root: &Path) -> Option<Self> {
        let directory = cache.releases(static_root)?;
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
    pub fn remember<'p>(&self, manifest: &[u8], paths: impl Iterator<Item = &'p LogicalPath>) {
        let digits = blake3::hash(manifest).to_hex();
        let id = &digits[..digits.len() - TIME];
        let known = self.list();
        if known.first().is_some_and(|newest| newest.id == id) {
            return;
        }
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let since = since.map_or(0, |since| since.as_nanos());
        let file = self.directory.join(format!("{since:016x}{id}"));
        let Some(body) = body(paths) else { return };
        self.cache.replace(&file, |out| {
            out.write_all(MAGIC)?;
            out.write_all(blake3::hash(&body).as_bytes())?;
            out.write_all(&body)
        });
        for earlier in known.iter().filter(|earlier| earlier.id == id) {
            self.forget(earlier);
        }
    }

    /// The fingerprinted files of a release, unless its file is damaged.
    pub fn paths(&self, release: &Release) -> Option<Vec<LogicalPath>> {
        let bytes = disk::read(&release.file).ok()?;
        let body = bytes.strip_prefix(MAGIC)?;
        let (checksum, body) = body.split_first_chunk::<{ blake3::OUT_LEN }>()?;
        if blake3::hash(body) != *checksum {
            return None;
        }
        let names = zstd::decode_all(body).ok()?;
        let names = names.split(|&byte| byte == 0);
        Some(
            names
                .filter(|name| !name.is_empty())
                .map(LogicalPath::new)
                .collect(),
        )
    }

    /// Forgets a release.
    pub fn forget(&self, release: &Release) {
        // What stays is forgotten another time.
        let _ = fs::remove_file(&release.file);
    }
}

/// Paths as they are kept: each ended by a zero, which none has in it.
fn body<'p>(paths: impl Iterator<Item = &'p LogicalPath>) -> Option<Vec<u8>> {
    let mut names = Vec::new();
    for path in paths {
        names.extend_from_slice(path.as_bytes());
        names.push(0);
    }
    zstd::encode_all(&names[..], 3).ok()
}
