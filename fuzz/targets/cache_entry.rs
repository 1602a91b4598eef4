//! Damages an entry of the cache. A damaged entry must be a miss and go away, an
//! intact one must be returned.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use staticc::model::ContentId;
use staticc::state::cache::Cache;
use staticc::state::cache::entry::{CacheKey, CachedCopy};
use staticc_fuzz::{damage, directory};

const COPY: &[u8] = b"a compressed copy";

struct Kept {
    cache: Cache,
    key: CacheKey,
    /// The entry's file and its bytes.
    path: PathBuf,
    whole: Vec<u8>,
}

/// A cache with one entry.
static KEPT: LazyLock<Kept> = LazyLock::new(|| {
    let cache = Cache::new(Some(directory().to_path_buf()), u64::MAX);
    let key = CacheKey::new(ContentId::from([7; 32]), "an encoder");
    cache.insert(&key, &CachedCopy::Copy(COPY.to_vec()));
    let only = |directory: PathBuf| {
        let mut entries = fs::read_dir(directory).unwrap();
        entries.next().unwrap().unwrap().path()
    };
    let path = only(only(directory().join("encoded")));
    let whole = fs::read(&path).unwrap();
    Kept {
        cache,
        key,
        path,
        whole,
    }
});

fuzz_target!(|data: &[u8]| {
    let Kept {
        cache,
        key,
        path,
        whole,
    } = &*KEPT;
    let bytes = damage(whole, data);
    fs::write(path, &bytes).unwrap();
    let found = cache.find(key).unwrap();
    match cache.read(&found, key, u64::MAX) {
        Some(copy) => {
            assert_eq!(copy, CachedCopy::Copy(COPY.to_vec()));
            assert_eq!(bytes, *whole);
        }
        None => {
            assert_ne!(bytes, *whole);
            assert!(!path.exists());
        }
    }
});
