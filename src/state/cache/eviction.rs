//! Bounds the size of a cache's directory: adds up the disk space that runs have used, and
//! evicts what was used least recently. Knows no contents, and never evicts a release.

use std::io;

use super::directory::CacheDirectory;
use crate::model::LogicalPath;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheUsage {
    /// Compressed copies and records.
    pub entries: u64,
    /// The disk space, in bytes.
    pub size: u64,
}

impl CacheUsage {
    fn add(&mut self, size: u64) {
        self.entries += 1;
        self.size += size;
    }
}

/// The file of the disk space: numbers of bytes, one a line, to be added up.
const LEDGER: &str = "size";

/// The largest ledger that is read, in bytes.
const MAX_LEDGER_SIZE: u64 = 64 * 1024;

/// Records that a run has used more disk space, in bytes. Returns the whole disk space. A
/// ledger that cannot be read or written counts as too large: pruning writes it anew.
pub(super) fn add_to_ledger(directory: &CacheDirectory, stored: u64) -> u64 {
    let ledger = LogicalPath::new(LEDGER);
    // Appends one short line, so that lines of other processes stay whole.
    let appended = directory.append(&ledger, format!("{stored}\n").as_bytes());
    let read = || {
        appended.ok()?;
        let ledger = directory.find(&ledger)?;
        let is_small = ledger.metadata.len() <= MAX_LEDGER_SIZE;
        is_small.then(|| ledger.read())?
    };
    read().map_or(u64::MAX, |lines| {
        let lines = String::from_utf8_lossy(&lines);
        let sizes = lines.lines().filter_map(|line| line.parse::<u64>().ok());
        sizes.fold(0, u64::saturating_add)
    })
}

pub(super) fn usage(directory: &CacheDirectory) -> io::Result<CacheUsage> {
    let mut usage = CacheUsage::default();
    for file in directory.evictable_files()? {
        usage.add(file.size);
    }
    Ok(usage)
}

/// Evicts what was used least recently, until nine tenths of `max_size` bytes are left.
/// Returns what it has removed.
pub(super) fn prune(directory: &CacheDirectory, max_size: u64) -> io::Result<CacheUsage> {
    let mut files = directory.evictable_files()?;
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
        directory.remove(&file.path)?;
        size -= file.size;
        removed.add(file.size);
    }
    if !files.is_empty() {
        let line = format!("{size}\n");
        let ledger = LogicalPath::new(LEDGER);
        directory.write(&ledger, |out| out.write_all(line.as_bytes()))?;
    }
    Ok(removed)
}

/// Removes everything that staticc has stored, releases too, and nothing else.
pub(super) fn clear(directory: &CacheDirectory) -> io::Result<CacheUsage> {
    let mut removed = prune(directory, 0)?;
    for release in directory.release_files()? {
        directory.remove(&release.path)?;
        removed.add(release.size);
    }
    directory.remove(&LogicalPath::new(LEDGER))?;
    directory.remove_directories();
    Ok(removed)
}
