//! The cache of compressed copies, addressed by content. All projects of a user share it,
//! several processes may use it at once, and losing it costs only time, except that
//! `prune` then does not know the releases. Its size is bounded: it evicts what was used
//! least recently, but never a release. A damaged entry is a miss. Others may write in a
//! shared cache: it keeps no records, and its entries are compared with their contents.
//! Knows neither sources nor STATIC_ROOT.

pub mod copy;
pub(super) mod directory;
pub mod entry;
pub mod eviction;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use self::directory::{
    CHECKS, CacheDirectory, ENCODED, OpenCacheFile, RECORDS, RELEASES, occupied,
};
use self::entry::{CacheKey, CachedCopy};
use self::eviction::CacheUsage;
use crate::model::LogicalPath;

#[derive(Debug)]
pub struct Cache {
    /// `None`: nothing is cached.
    directory: Option<CacheDirectory>,
    /// The size in bytes that pruning keeps to.
    max_size: u64,
    hits: AtomicU64,
    misses: AtomicU64,
    /// The disk space that this run has added, in bytes.
    stored: AtomicU64,
    /// The first error of writing.
    fault: Mutex<Option<String>>,
}

/// An entry of the cache that is not read yet.
pub struct FoundEntry {
    path: LogicalPath,
    open: OpenCacheFile,
}

impl FoundEntry {
    /// Returns whether only runs of this user can have made it.
    pub fn is_protected(&self) -> bool {
        self.open.is_protected
    }

    /// Returns the size of the entry in bytes, which is more than that of the copy.
    fn size(&self) -> u64 {
        self.open.metadata.len()
    }

    /// Reads the entry, and changes nothing.
    fn peek(&self, key: &CacheKey) -> Option<CachedCopy> {
        entry::read(self.open.read()?, key)
    }
}

/// How old the time of last use may be before a hit renews it.
const MAX_MARK_AGE: Duration = Duration::from_secs(24 * 60 * 60);

impl Cache {
    /// Opens the cache of a directory. Reads and writes nothing yet.
    pub fn new(directory: Option<PathBuf>, max_size: u64) -> Self {
        Self {
            directory: directory.map(CacheDirectory::new),
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
        self.directory.as_ref().map(CacheDirectory::path)
    }

    /// Returns whether others may write in the directory.
    pub fn is_shared(&self) -> bool {
        let directory = self.directory.as_ref();
        directory.is_some_and(CacheDirectory::is_shared)
    }

    /// Returns the path of the record of collect for a STATIC_ROOT. `None` if the cache keeps
    /// no records.
    pub fn collect_record(&self, static_root: &Path) -> Option<LogicalPath> {
        self.record(static_root, RECORDS)
    }

    /// Returns the path of the record of check for a project with this STATIC_ROOT. `None` if
    /// the cache keeps no records.
    pub fn check_record(&self, static_root: &Path) -> Option<LogicalPath> {
        self.record(static_root, CHECKS)
    }

    fn record(&self, static_root: &Path, subdirectory: &str) -> Option<LogicalPath> {
        let keeps_records = self.directory.is_some() && !self.is_shared();
        keeps_records.then(|| path_for(static_root, subdirectory))
    }

    /// Reads a record. `None` if others may have written it.
    pub fn read_record(&self, path: &LogicalPath) -> Option<Vec<u8>> {
        let record = self.directory.as_ref()?.find(path)?;
        record.is_protected.then(|| record.read())?
    }

    /// Returns the directory of the releases of the manifest at a path.
    pub(super) fn releases(&self, manifest: &Path) -> Option<(&CacheDirectory, LogicalPath)> {
        Some((self.directory.as_ref()?, path_for(manifest, RELEASES)))
    }

    /// Finds the entry of a key.
    pub fn find(&self, key: &CacheKey) -> Option<FoundEntry> {
        let path = entry_path(key);
        let open = self.directory.as_ref()?.find(&path)?;
        Some(FoundEntry { path, open })
    }

    /// Reads an entry whose copy has at most `limit` bytes, and marks it as used. Removes a
    /// damaged one, which would be a miss for ever.
    pub fn read(&self, entry: &FoundEntry, key: &CacheKey, limit: u64) -> Option<CachedCopy> {
        let OpenCacheFile { file, metadata, .. } = &entry.open;
        let is_small = entry.size() <= entry::OVERHEAD.saturating_add(limit);
        let cached = is_small.then(|| entry.peek(key)).flatten();
        let is_old = |used: SystemTime| used.elapsed().is_ok_and(|age| age > MAX_MARK_AGE);
        // Errors are ignored: a read-only cache works without marks and removals.
        if cached.is_none() {
            let _ = self.directory.as_ref()?.remove(&entry.path);
        } else if metadata.modified().is_ok_and(is_old) {
            let _ = file.set_modified(SystemTime::now());
        }
        cached
    }

    /// Returns where an entry is on disk.
    fn locate(&self, entry: &FoundEntry) -> Option<PathBuf> {
        Some(self.directory()?.join(entry.path.as_path()))
    }

    fn count_hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    fn count_miss(&self) {
        if self.directory.is_some() {
            self.misses.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Caches the result of a key, which was not found or not usable.
    pub fn insert(&self, key: &CacheKey, made: &CachedCopy) {
        let Some(directory) = &self.directory else {
            return;
        };
        let entry = entry::write(key, made);
        let path = entry_path(key);
        match directory.write(&path, |out| out.write_all(&entry)) {
            Ok(()) => {
                let size = occupied(entry.len() as u64);
                self.stored.fetch_add(size, Ordering::Relaxed);
            }
            Err(error) => self.note_fault(&path, &error),
        }
    }

    /// Replaces a record or a release with what `write` writes.
    pub fn replace(
        &self,
        path: &LogicalPath,
        write: impl Fn(&mut dyn io::Write) -> io::Result<()>,
    ) {
        let written = self
            .directory
            .as_ref()
            .map(|files| files.write(path, write));
        if let Some(Err(error)) = written {
            self.note_fault(path, &error);
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
        if let Some(directory) = self.directory.as_ref().filter(|_| stored > 0)
            && eviction::add_to_ledger(directory, stored) > self.max_size
        {
            // The next run tries again to remove what cannot be removed now.
            let _ = self.prune(self.max_size);
        }
    }

    pub fn usage(&self) -> io::Result<CacheUsage> {
        let directory = self.directory.as_ref();
        directory.map_or(Ok(CacheUsage::default()), eviction::usage)
    }

    /// Evicts what was used least recently, until nine tenths of `max_size` bytes are left.
    /// Returns what it has removed.
    pub fn prune(&self, max_size: u64) -> io::Result<CacheUsage> {
        let directory = self.directory.as_ref();
        directory.map_or(Ok(CacheUsage::default()), |directory| {
            eviction::prune(directory, max_size)
        })
    }

    /// Removes everything that staticc has stored here, releases too, and nothing else.
    pub fn clear(&self) -> io::Result<CacheUsage> {
        let directory = self.directory.as_ref();
        directory.map_or(Ok(CacheUsage::default()), eviction::clear)
    }

    fn note_fault(&self, path: &LogicalPath, error: &io::Error) {
        let path = self
            .directory()
            .map(|directory| directory.join(path.as_path()));
        if let (Some(path), Ok(mut fault)) = (path, self.fault.lock()) {
            fault.get_or_insert_with(|| format!("{}: {error}", path.display()));
        }
    }
}

fn path_for(path: &Path, subdirectory: &str) -> LogicalPath {
    let name = blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex();
    LogicalPath::new(format!("{subdirectory}/{name}"))
}

fn entry_path(key: &CacheKey) -> LogicalPath {
    let (group, name) = key.path();
    LogicalPath::new(format!("{ENCODED}/{group}/{name}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs::{self, File};

    use super::*;

    fn fixture() -> (tempfile::TempDir, Cache) {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(directory.path().join("cache")), 1 << 20);
        (directory, cache)
    }

    fn key(number: u8) -> CacheKey {
        CacheKey::new(blake3::hash(&[number]), "test")
    }

    /// Returns what is cached, or else caches the copy. Tells whether it did.
    fn get_or_make(cache: &Cache, key: &CacheKey, copy: Option<&[u8]>) -> (Option<Vec<u8>>, bool) {
        let found = cache.find(key);
        let cached = found.and_then(|entry| cache.read(&entry, key, u64::MAX));
        let was_missing = cached.is_none();
        let result = cached.unwrap_or_else(|| {
            let made = CachedCopy::from(copy.map(<[u8]>::to_vec));
            cache.insert(key, &made);
            made
        });
        (result.into_bytes(), was_missing)
    }

    impl Cache {
        fn entry_file(&self, key: &CacheKey) -> PathBuf {
            self.directory().unwrap().join(entry_path(key).as_path())
        }
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
        let path = cache.entry_file(&key);
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
            let file = File::open(cache.entry_file(&key(number))).unwrap();
            let when = SystemTime::UNIX_EPOCH + Duration::from_secs(1000 + u64::from(number));
            file.set_modified(when).unwrap();
        }
        // Using the oldest entry renews its time.
        get_or_make(&cache, &key(0), None);
        cache.finish();
        assert!(cache.usage().unwrap().size <= 1 << 20);
        let there: BTreeSet<u8> = (0..100)
            .filter(|&number| cache.entry_file(&key(number)).exists())
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
