//! The cache of compressed copies, addressed by content. All projects of a user share it,
//! several processes may use it at once, and losing it costs only time, except that
//! `prune` then does not know the releases. Its size is bounded: it evicts what was used
//! least recently, but never a release. A damaged entry is a miss. Knows neither sources nor
//! STATIC_ROOT.

pub mod copy;
pub mod entry;
mod files;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use self::entry::{CacheKey, CachedCopy};
use crate::disk;

use self::files::{
    CHECKS, CacheFile, ENCODED, RECORDS, RELEASES, occupied, remove, write, write_with,
};

#[derive(Debug)]
pub struct Cache {
    /// `None`: nothing is cached.
    directory: Option<PathBuf>,
    /// The size in bytes that pruning keeps to.
    max_size: u64,
    hits: AtomicU64,
    misses: AtomicU64,
    /// The disk space that this run has added, in bytes.
    stored: AtomicU64,
    /// The first error of writing.
    fault: Mutex<Option<String>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheUsage {
    /// Compressed copies and records.
    pub entries: u64,
    /// The disk space, in bytes.
    pub size: u64,
}

/// The file of the disk space: numbers of bytes, one a line, to be added up.
const LEDGER: &str = "size";

/// The largest ledger that is read, in bytes.
const MAX_LEDGER_SIZE: u64 = 64 * 1024;

/// How old the time of last use may be before a hit renews it.
const MAX_MARK_AGE: Duration = Duration::from_secs(24 * 60 * 60);

impl Cache {
    /// Opens the cache of a directory. Reads and writes nothing yet.
    pub fn new(directory: Option<PathBuf>, max_size: u64) -> Self {
        Self {
            directory,
            max_size,
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            stored: AtomicU64::new(0),
            fault: Mutex::default(),
        }
    }

    /// Returns the user's cache directory for staticc. `None` without a home directory.
    pub fn default_directory() -> Option<PathBuf> {
        use etcetera::BaseStrategy as _;
        let strategy = etcetera::base_strategy::choose_native_strategy().ok()?;
        Some(strategy.cache_dir().join("staticc"))
    }

    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// Returns the path of the record of collect for a STATIC_ROOT.
    pub fn collect_record(&self, static_root: &Path) -> Option<PathBuf> {
        self.path_for(static_root, RECORDS)
    }

    /// Returns the path of the record of check for a project with this STATIC_ROOT.
    pub fn check_record(&self, static_root: &Path) -> Option<PathBuf> {
        self.path_for(static_root, CHECKS)
    }

    /// Returns the directory of the releases of the manifest at a path.
    pub(super) fn releases(&self, manifest: &Path) -> Option<PathBuf> {
        self.path_for(manifest, RELEASES)
    }

    fn path_for(&self, path: &Path, subdirectory: &str) -> Option<PathBuf> {
        let name = blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex();
        Some(
            self.directory
                .as_ref()?
                .join(subdirectory)
                .join(name.as_str()),
        )
    }

    /// Returns the result of a key. Calls `make` for a result that is not cached, and
    /// caches it.
    pub fn get_or<E>(
        &self,
        key: &CacheKey,
        make: impl FnOnce() -> Result<CachedCopy, E>,
    ) -> Result<CachedCopy, E> {
        let Some(path) = self.entry_path(key) else {
            return make();
        };
        if let Some(cached) = read(&path, key) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(cached);
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let made = make()?;
        let entry = entry::write(key, &made);
        match write(&path, &entry) {
            Ok(()) => {
                let size = occupied(entry.len() as u64);
                self.stored.fetch_add(size, Ordering::Relaxed);
            }
            Err(error) => self.note_fault(&path, &error),
        }
        Ok(made)
    }

    /// Replaces a record with what `write` writes.
    pub fn replace(&self, record: &Path, write: impl Fn(&mut dyn io::Write) -> io::Result<()>) {
        if let Err(error) = write_with(record, write) {
            self.note_fault(record, &error);
        }
    }

    /// Returns the numbers of hits and misses.
    pub fn counts(&self) -> (u64, u64) {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (count(&self.hits), count(&self.misses))
    }

    /// Returns why results could not be cached.
    pub fn fault(&self) -> Option<String> {
        self.fault.lock().ok()?.clone()
    }

    /// Records the added disk space after a run, and evicts entries if it is too large.
    pub fn finish(&self) {
        let stored = self.stored.swap(0, Ordering::Relaxed);
        let Some(directory) = self.directory.as_ref().filter(|_| stored > 0) else {
            return;
        };
        let ledger = directory.join(LEDGER);
        // Appends one short line, so that lines of other processes stay whole.
        let appended = disk::append(&ledger)
            .and_then(|mut file| file.write_all(format!("{stored}\n").as_bytes()));
        let lines = appended.and_then(|()| disk::read_small(&ledger, MAX_LEDGER_SIZE));
        let size = lines.map_or(u64::MAX, |lines| {
            let lines = String::from_utf8_lossy(&lines);
            let sizes = lines.lines().filter_map(|line| line.parse::<u64>().ok());
            sizes.fold(0, u64::saturating_add)
        });
        // A ledger that cannot be read counts as too large. Pruning writes it anew.
        if size > self.max_size {
            // The next run tries again to remove what cannot be removed now.
            let _ = self.prune(self.max_size);
        }
    }

    pub fn usage(&self) -> io::Result<CacheUsage> {
        let mut usage = CacheUsage::default();
        for file in self.files()? {
            usage.entries += 1;
            usage.size += file.size;
        }
        Ok(usage)
    }

    /// Evicts what was used least recently, until nine tenths of `max_size` bytes are left.
    /// Returns what it has removed.
    pub fn prune(&self, max_size: u64) -> io::Result<CacheUsage> {
        let mut files = self.files()?;
        files.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
        let mut size: u64 = files.iter().map(|file| file.size).sum();
        let goal = if size > max_size {
            max_size / 10 * 9
        } else {
            size
        };
        let mut removed = CacheUsage::default();
        for file in &files {
            if size <= goal {
                break;
            }
            remove(&file.path)?;
            size -= file.size;
            removed.entries += 1;
            removed.size += file.size;
        }
        if let Some(directory) = self.directory.as_ref().filter(|_| !files.is_empty()) {
            write(&directory.join(LEDGER), format!("{size}\n").as_bytes())?;
        }
        Ok(removed)
    }

    /// Removes everything that staticc has stored here, releases too, and nothing else.
    pub fn clear(&self) -> io::Result<CacheUsage> {
        let mut removed = self.prune(0)?;
        if let Some(directory) = &self.directory {
            for release in files::release_files(directory)? {
                remove(&release.path)?;
                removed.entries += 1;
                removed.size += release.size;
            }
            remove(&directory.join(LEDGER))?;
            // Directories with files of others stay.
            for name in [ENCODED, RECORDS, CHECKS, RELEASES] {
                let subdirectory = files::subdirectory(directory, name);
                let walk = |path| walkdir::WalkDir::new(path).contents_first(true);
                for entry in subdirectory.into_iter().flat_map(walk).flatten() {
                    let _ = fs::remove_dir(entry.path());
                }
            }
            let _ = fs::remove_dir(directory);
        }
        Ok(removed)
    }

    fn entry_path(&self, key: &CacheKey) -> Option<PathBuf> {
        let (group, name) = key.path();
        let directory = self.directory.as_ref()?;
        Some(directory.join(ENCODED).join(group).join(name))
    }

    fn files(&self) -> io::Result<Vec<CacheFile>> {
        self.directory
            .as_deref()
            .map_or(Ok(Vec::new()), files::evictable_files)
    }

    fn note_fault(&self, path: &Path, error: &io::Error) {
        if let Ok(mut fault) = self.fault.lock() {
            fault.get_or_insert_with(|| format!("{}: {error}", path.display()));
        }
    }
}

/// Reads an entry and marks it as used. Removes a damaged one, which would be a miss for
/// ever.
fn read(path: &Path, key: &CacheKey) -> Option<CachedCopy> {
    let (file, metadata) = disk::open(path).ok()?;
    let bytes = disk::read_open(&file, metadata.len()).ok()?;
    let cached = entry::read(bytes, key);
    let is_old = |used: SystemTime| used.elapsed().is_ok_and(|age| age > MAX_MARK_AGE);
    // Errors are ignored: a read-only cache works without marks and removals.
    if cached.is_none() {
        let _ = fs::remove_file(path);
    } else if metadata.modified().is_ok_and(is_old) {
        let _ = file.set_modified(SystemTime::now());
    }
    cached
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs::File;

    use super::*;

    fn fixture() -> (tempfile::TempDir, Cache) {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(directory.path().join("cache")), 1 << 20);
        (directory, cache)
    }

    fn key(number: u8) -> CacheKey {
        CacheKey::new(blake3::hash(&[number]), "test")
    }

    fn get_or_make(cache: &Cache, key: &CacheKey, copy: Option<&[u8]>) -> (Option<Vec<u8>>, bool) {
        let mut was_called = false;
        let result: Result<_, ()> = cache.get_or(key, || {
            was_called = true;
            Ok(CachedCopy::from(copy.map(<[u8]>::to_vec)))
        });
        (result.unwrap().into_bytes(), was_called)
    }

    #[test]
    fn result_is_cached() {
        let (_directory, cache) = fixture();
        for (number, copy) in [(1, Some(&b"copy"[..])), (2, None), (3, Some(b""))] {
            let key = key(number);
            let expected = copy.map(<[u8]>::to_vec);
            assert_eq!(get_or_make(&cache, &key, copy), (expected.clone(), true));
            assert_eq!(get_or_make(&cache, &key, Some(b"other")), (expected, false));
        }
        assert_eq!(cache.counts(), (3, 3));
    }

    /// A new version of an encoder has another identity.
    #[test]
    fn result_depends_on_identity() {
        let (_directory, cache) = fixture();
        let key = |identity| CacheKey::new(blake3::hash(b"content"), identity);
        get_or_make(&cache, &key("encoder 1"), Some(b"old"));
        let new = get_or_make(&cache, &key("encoder 2"), Some(b"new"));
        assert_eq!(new, (Some(b"new".to_vec()), true));
    }

    /// Each byte flipped, each length cut off, and the entry of another key.
    #[test]
    fn damaged_entry_is_a_miss() {
        let (_directory, cache) = fixture();
        let key = key(1);
        get_or_make(&cache, &key, Some(b"copy"));
        let path = cache.entry_path(&key).unwrap();
        let whole = fs::read(&path).unwrap();
        let flipped = (0..whole.len()).map(|at| {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            bytes
        });
        let cut = (0..whole.len()).map(|length| whole[..length].to_vec());
        let foreign = [
            entry::write(&self::key(2), &CachedCopy::Copy(b"other".to_vec())),
            b"\0".repeat(100),
        ];
        for damaged in flipped.chain(cut).chain(foreign) {
            fs::write(&path, damaged).unwrap();
            assert_eq!(
                get_or_make(&cache, &key, Some(b"copy")),
                (Some(b"copy".to_vec()), true)
            );
            assert_eq!(fs::read(&path).unwrap(), whole);
        }
    }

    #[test]
    fn eviction_starts_with_least_recently_used() {
        let (_directory, cache) = fixture();
        for number in 0..100 {
            get_or_make(&cache, &key(number), Some(&[number; 10_000]));
            let file = File::open(cache.entry_path(&key(number)).unwrap()).unwrap();
            let when = SystemTime::UNIX_EPOCH + Duration::from_secs(1000 + u64::from(number));
            file.set_modified(when).unwrap();
        }
        // Using the oldest entry renews its time.
        get_or_make(&cache, &key(0), None);
        cache.finish();
        assert!(cache.usage().unwrap().size <= 1 << 20);
        let there: BTreeSet<u8> = (0..100)
            .filter(|&number| cache.entry_path(&key(number)).unwrap().exists())
            .collect();
        assert!(there.contains(&0) && there.contains(&99) && !there.contains(&1));
    }

    #[test]
    fn clear_leaves_other_files() {
        let (directory, cache) = fixture();
        get_or_make(&cache, &key(1), Some(b"copy"));
        let foreign = directory.path().join("cache/encoded/letter.txt");
        fs::write(&foreign, "dear cache").unwrap();
        assert_eq!(cache.clear().unwrap().entries, 1);
        assert!(foreign.exists());
        fs::remove_file(foreign).unwrap();
        cache.clear().unwrap();
        assert!(!directory.path().join("cache").exists());
    }

    #[test]
    fn nothing_is_removed_through_a_symbolic_link() {
        for subdirectory in [ENCODED, RECORDS] {
            let (directory, cache) = fixture();
            get_or_make(&cache, &key(1), Some(b"copy"));
            cache.replace(
                &cache.collect_record(Path::new("/out")).unwrap(),
                |_| Ok(()),
            );
            let (own, elsewhere) = (directory.path().join("cache"), directory.path().join("e"));
            fs::rename(own.join(subdirectory), &elsewhere).unwrap();
            std::os::unix::fs::symlink(&elsewhere, own.join(subdirectory)).unwrap();
            let before = walkdir::WalkDir::new(&elsewhere).into_iter().count();
            cache.prune(0).unwrap();
            cache.clear().unwrap();
            let after = walkdir::WalkDir::new(&elsewhere).into_iter().count();
            assert_eq!(before, after, "{subdirectory}");
        }
    }

    #[test]
    fn unwritable_directory_is_reported() {
        let (directory, cache) = fixture();
        fs::write(directory.path().join("cache"), "a file").unwrap();
        assert_eq!(get_or_make(&cache, &key(1), None), (None, true));
        assert!(cache.fault().is_some());
    }
}
