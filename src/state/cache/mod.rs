//! The content-addressed cache of compressed copies: shared by all projects
//! of a user, bounded, safe for many processes at once, and losable at any
//! moment. Owns what is kept and what goes; knows neither sources nor
//! STATIC_ROOT. An entry that is damaged in any way is a miss.

pub mod copy;
pub mod entry;
pub mod files;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use self::entry::Key;
use crate::disk;

use self::files::{CHECKS, ENCODED, Kept, RECORDS, RELEASES, occupied, remove, write, write_with};

/// Compressed copies below a directory, or nothing at all.
#[derive(Debug)]
pub struct Cache {
    directory: Option<PathBuf>,
    max_size: u64,
    hits: AtomicU64,
    misses: AtomicU64,
    /// Bytes on disk that this run added.
    stored: AtomicU64,
    fault: Mutex<Option<String>>,
}

/// How full a cache is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// How many results and records.
    pub entries: u64,
    /// What they occupy, in bytes.
    pub size: u64,
}

/// What this cache occupies, as one number a line, to be added up.
const LEDGER: &str = "size";

/// As long as it may become, in bytes.
const LEDGER_LIMIT: u64 = 64 * 1024;

/// A result that is in use is marked so when its mark is this old.
const MARKED_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

impl Cache {
    /// The cache below a directory, `None` for no cache. Nothing is read or
    /// written yet.
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

    /// The user's cache directory for staticc, if the user has a home.
    pub fn default_directory() -> Option<PathBuf> {
        use etcetera::BaseStrategy as _;
        let strategy = etcetera::base_strategy::choose_native_strategy().ok()?;
        Some(strategy.cache_dir().join("staticc"))
    }

    /// Where it is.
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// Where the record of the runs on a STATIC_ROOT is.
    pub fn record(&self, static_root: &Path) -> Option<PathBuf> {
        self.own_of(static_root, RECORDS)
    }

    /// Where the record of the checks of the project that collects in a
    /// STATIC_ROOT is.
    pub fn check(&self, static_root: &Path) -> Option<PathBuf> {
        self.own_of(static_root, CHECKS)
    }

    /// The directory of what is known of the releases that a manifest there
    /// had.
    pub fn releases(&self, manifest: &Path) -> Option<PathBuf> {
        self.own_of(manifest, RELEASES)
    }

    fn own_of(&self, path: &Path, room: &str) -> Option<PathBuf> {
        let name = blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex();
        Some(self.directory.as_ref()?.join(room).join(name.as_str()))
    }

    /// The copy that is kept under a key, or the one that `make` gives,
    /// which is kept from now on. `None` is kept as well: it does not pay.
    pub fn get_or<E>(
        &self,
        key: &Key,
        make: impl FnOnce() -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Option<Vec<u8>>, E> {
        let Some(path) = self.path(key) else {
            return make();
        };
        if let Some(found) = read(&path, key) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(found);
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let made = make()?;
        let entry = entry::write(key, made.as_deref());
        match write(&path, &entry) {
            Ok(()) => {
                let size = occupied(entry.len() as u64);
                self.stored.fetch_add(size, Ordering::Relaxed);
            }
            Err(error) => self.note(&path, &error),
        }
        Ok(made)
    }

    /// Replaces a record by what `write` writes.
    pub fn replace(&self, record: &Path, write: impl Fn(&mut dyn io::Write) -> io::Result<()>) {
        if let Err(error) = write_with(record, write) {
            self.note(record, &error);
        }
    }

    /// How many copies were found and how many had to be made.
    pub fn counts(&self) -> (u64, u64) {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (count(&self.hits), count(&self.misses))
    }

    /// Why results could not be kept, if so.
    pub fn fault(&self) -> Option<String> {
        self.fault.lock().ok()?.clone()
    }

    /// Keeps the books after a run, and removes what was used least recently
    /// if there is too much.
    pub fn settle(&self) {
        let stored = self.stored.swap(0, Ordering::Relaxed);
        let Some(directory) = self.directory.as_ref().filter(|_| stored > 0) else {
            return;
        };
        let ledger = directory.join(LEDGER);
        // One short line, appended: other processes' lines stay whole.
        let appended = disk::append(&ledger)
            .and_then(|mut file| file.write_all(format!("{stored}\n").as_bytes()));
        let lines = appended.and_then(|()| disk::read_small(&ledger, LEDGER_LIMIT));
        let size = lines.map_or(u64::MAX, |lines| {
            let lines = String::from_utf8_lossy(&lines);
            let sizes = lines.lines().filter_map(|line| line.parse::<u64>().ok());
            sizes.fold(0, u64::saturating_add)
        });
        // Books that can't be kept or are too long are begun anew.
        if size > self.max_size {
            // What can't be removed stays; the next run tries again.
            let _ = self.prune(self.max_size);
        }
    }

    /// How full it is.
    pub fn usage(&self) -> io::Result<Usage> {
        let mut usage = Usage::default();
        for file in self.files()? {
            usage.entries += 1;
            usage.size += file.size;
        }
        Ok(usage)
    }

    /// Removes what was used least recently until at most nine tenths of
    /// `max_size` bytes are occupied; what was removed.
    pub fn prune(&self, max_size: u64) -> io::Result<Usage> {
        let mut files = self.files()?;
        files.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
        let mut size: u64 = files.iter().map(|file| file.size).sum();
        let goal = if size > max_size {
            max_size / 10 * 9
        } else {
            size
        };
        let mut removed = Usage::default();
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

    /// Removes everything that staticc ever kept here, and nothing else.
    pub fn clear(&self) -> io::Result<Usage> {
        let removed = self.prune(0)?;
        if let Some(directory) = &self.directory {
            remove(&directory.join(LEDGER))?;
            // Directories that hold something of somebody's stay.
            for room in [ENCODED, RECORDS, CHECKS, RELEASES] {
                let room = files::room(directory, room);
                let walk = |room| walkdir::WalkDir::new(room).contents_first(true);
                for entry in room.into_iter().flat_map(walk).flatten() {
                    let _ = fs::remove_dir(entry.path());
                }
            }
            let _ = fs::remove_dir(directory);
        }
        Ok(removed)
    }

    fn path(&self, key: &Key) -> Option<PathBuf> {
        let (group, name) = key.name();
        let directory = self.directory.as_ref()?;
        Some(directory.join(ENCODED).join(group).join(name))
    }

    fn files(&self) -> io::Result<Vec<Kept>> {
        self.directory
            .as_deref()
            .map_or(Ok(Vec::new()), files::files)
    }

    fn note(&self, path: &Path, error: &io::Error) {
        if let Ok(mut fault) = self.fault.lock() {
            fault.get_or_insert_with(|| format!("{}: {error}", path.display()));
        }
    }
}

/// What an entry says, if it is whole. Marks it as in use; one that is
/// damaged goes, or it would be a miss for ever.
#[expect(clippy::option_option, reason = "not known, known not to pay, known")]
fn read(path: &Path, key: &Key) -> Option<Option<Vec<u8>>> {
    let (file, metadata) = disk::open(path).ok()?;
    let bytes = disk::read_open(&file, metadata.len()).ok()?;
    let found = entry::read(bytes, key);
    let old = |marked: SystemTime| marked.elapsed().is_ok_and(|age| age > MARKED_EVERY);
    // A cache that is only readable goes without marks and removals.
    if found.is_none() {
        let _ = fs::remove_file(path);
    } else if metadata.modified().is_ok_and(old) {
        let _ = file.set_modified(SystemTime::now());
    }
    found
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

    fn key(number: u8) -> Key {
        Key::new(blake3::hash(&[number]), "test")
    }

    fn made(cache: &Cache, key: &Key, copy: Option<&[u8]>) -> (Option<Vec<u8>>, bool) {
        let mut asked = false;
        let result: Result<_, ()> = cache.get_or(key, || {
            asked = true;
            Ok(copy.map(<[u8]>::to_vec))
        });
        (result.unwrap(), asked)
    }

    #[test]
    fn results_are_kept() {
        let (_directory, cache) = fixture();
        for (number, copy) in [(1, Some(&b"copy"[..])), (2, None), (3, Some(b""))] {
            let key = key(number);
            let expected = copy.map(<[u8]>::to_vec);
            assert_eq!(made(&cache, &key, copy), (expected.clone(), true));
            assert_eq!(made(&cache, &key, Some(b"other")), (expected, false));
        }
        assert_eq!(cache.counts(), (3, 3));
    }

    /// As when an encoder has a new version.
    #[test]
    fn another_identity_is_another_result() {
        let (_directory, cache) = fixture();
        let key = |identity| Key::new(blake3::hash(b"content"), identity);
        made(&cache, &key("encoder 1"), Some(b"old"));
        let new = made(&cache, &key("encoder 2"), Some(b"new"));
        assert_eq!(new, (Some(b"new".to_vec()), true));
    }

    /// Every byte of an entry flipped, every length cut, another's entry.
    #[test]
    fn a_damaged_entry_is_a_miss() {
        let (_directory, cache) = fixture();
        let key = key(1);
        made(&cache, &key, Some(b"copy"));
        let path = cache.path(&key).unwrap();
        let whole = fs::read(&path).unwrap();
        let flipped = (0..whole.len()).map(|at| {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            bytes
        });
        let cut = (0..whole.len()).map(|length| whole[..length].to_vec());
        let foreign = [
            entry::write(&self::key(2), Some(b"other")),
            b"\0".repeat(100),
        ];
        for damaged in flipped.chain(cut).chain(foreign) {
            fs::write(&path, damaged).unwrap();
            assert_eq!(
                made(&cache, &key, Some(b"copy")),
                (Some(b"copy".to_vec()), true)
            );
            assert_eq!(fs::read(&path).unwrap(), whole);
        }
    }

    #[test]
    fn least_recently_used_go_first() {
        let (_directory, cache) = fixture();
        for number in 0..100 {
            made(&cache, &key(number), Some(&[number; 10_000]));
            let file = File::open(cache.path(&key(number)).unwrap()).unwrap();
            let when = SystemTime::UNIX_EPOCH + Duration::from_secs(1000 + u64::from(number));
            file.set_modified(when).unwrap();
        }
        // Using the oldest marks it.
        made(&cache, &key(0), None);
        cache.settle();
        assert!(cache.usage().unwrap().size <= 1 << 20);
        let there: BTreeSet<u8> = (0..100)
            .filter(|&number| cache.path(&key(number)).unwrap().exists())
            .collect();
        assert!(there.contains(&0) && there.contains(&99) && !there.contains(&1));
    }

    #[test]
    fn clearing_leaves_what_is_not_ours() {
        let (directory, cache) = fixture();
        made(&cache, &key(1), Some(b"copy"));
        let foreign = directory.path().join("cache/encoded/letter.txt");
        fs::write(&foreign, "dear cache").unwrap();
        assert_eq!(cache.clear().unwrap().entries, 1);
        assert!(foreign.exists());
        fs::remove_file(foreign).unwrap();
        cache.clear().unwrap();
        assert!(!directory.path().join("cache").exists());
    }

    /// Somebody's files are elsewhere than in our directory.
    #[test]
    fn nothing_is_removed_through_a_link() {
        for room in [ENCODED, RECORDS] {
            let (directory, cache) = fixture();
            made(&cache, &key(1), Some(b"copy"));
            cache.replace(&cache.record(Path::new("/out")).unwrap(), |_| Ok(()));
            let (ours, elsewhere) = (directory.path().join("cache"), directory.path().join("e"));
            fs::rename(ours.join(room), &elsewhere).unwrap();
            std::os::unix::fs::symlink(&elsewhere, ours.join(room)).unwrap();
            let before = walkdir::WalkDir::new(&elsewhere).into_iter().count();
            cache.prune(0).unwrap();
            cache.clear().unwrap();
            let after = walkdir::WalkDir::new(&elsewhere).into_iter().count();
            assert_eq!(before, after, "{room}");
        }
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_no_cache() {
        let (directory, cache) = fixture();
        fs::write(directory.path().join("cache"), "a file").unwrap();
        assert_eq!(made(&cache, &key(1), None), (None, true));
        assert!(cache.fault().is_some());
    }
}
