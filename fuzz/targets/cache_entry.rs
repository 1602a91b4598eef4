//! Damages an entry of the cache. A damaged entry must be made again, an intact
//! one must be returned.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use staticc::model::ContentId;
use staticc::state::cache::Cache;
use staticc::state::cache::entry::Key;
use staticc_fuzz::directory;

const COPY: &[u8] = b"a compressed copy";

struct Entry {
    cache: Cache,
    key: Key,
    path: PathBuf,
    /// The bytes of the file.
    intact: Vec<u8>,
}

/// A cache with one entry.
static ENTRY: LazyLock<Entry> = LazyLock::new(|| {
    let cache = Cache::new(Some(directory().to_path_buf()), u64::MAX);
    let key = Key::new(ContentId::from([7; 32]), "an encoder");
    let made = cache.get_or(&key, || Ok::<_, ()>(Some(COPY.to_vec())));
    assert_eq!(made, Ok(Some(COPY.to_vec())));
    let only = |directory: PathBuf| {
        let mut entries = fs::read_dir(directory).unwrap();
        entries.next().unwrap().unwrap().path()
    };
    let path = only(only(directory().join("encoded")));
    let intact = fs::read(&path).unwrap();
    Entry {
        cache,
        key,
        path,
        intact,
    }
});

fuzz_target!(|data: &[u8]| {
    let Entry {
        cache,
        key,
        path,
        intact,
    } = &*ENTRY;
    let bytes = damage(intact, data);
    fs::write(path, &bytes).unwrap();
    let mut was_made = false;
    let found = cache.get_or(key, || {
        was_made = true;
        Ok::<_, ()>(Some(COPY.to_vec()))
    });
    assert_eq!(was_made, bytes != *intact);
    assert_eq!(found, Ok(Some(COPY.to_vec())));
    assert_eq!(fs::read(path).unwrap(), *intact);
});

/// After `!`, the data replaces bytes of the intact entry; after `<`, it
/// replaces the end. Other data is the entry itself.
fn damage(intact: &[u8], data: &[u8]) -> Vec<u8> {
    let mut bytes = intact.to_vec();
    match data {
        [b'!', edits @ ..] => {
            for edit in edits.chunks_exact(2) {
                let at = usize::from(edit[0]) % bytes.len();
                bytes[at] = edit[1];
            }
        }
        [b'<', length, more @ ..] => {
            bytes.truncate(usize::from(*length));
            bytes.extend_from_slice(more);
        }
        _ => bytes = data.to_vec(),
    }
    bytes
}
