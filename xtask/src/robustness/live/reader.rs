//! Reads a site while releases are collected into it, as a server with its
//! manifest does, and reports violations.
//!
//! Without `--clear`, no file of a manifest that was read a moment ago may be
//! missing. With `--clear`, an old release's files are removed once the new
//! manifest is live; a missing file is then a violation only if the live manifest
//! names it, and is the same before and after the attempt to read.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::support::integrity::{COMPRESSED_SUFFIXES, MANIFEST, decode, entries, hashed_path};
use crate::support::print_line;
use crate::support::random::Random;

/// Identifies the file at a path. One that replaces it has another inode number
/// or a later change time.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Identity {
    inode: u64,
    changed_seconds: i64,
    changed_nanoseconds: i64,
}

/// How many files of a manifest are read before it is read again.
const READS: usize = 12;

/// How a reader treats a missing file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ReaderMode {
    /// No file of a manifest may be missing.
    Hold,
    /// A file may be missing if the live manifest no longer names it.
    Follow,
}

#[derive(clap::Args)]
pub struct ReaderArgs {
    mode: ReaderMode,
    seed: u64,
    /// The directory of the site
    directory: PathBuf,
}

/// Prints what was read in one line, and a line for each violation.
pub fn run(args: &ReaderArgs) {
    let mut reader = Reader {
        directory: args.directory.clone(),
        mode: args.mode,
        counts: BTreeMap::new(),
        violations: Vec::new(),
    };
    let mut random = Random::new(args.seed);
    let stop = reader.directory.join("stop");
    while !stop.exists() && reader.violations.len() < 100 {
        let Some((manifest, _)) = reader.read_manifest() else {
            continue;
        };
        for _ in 0..READS {
            let (key, name) = &manifest[random.below(manifest.len())];
            reader.read_hashed(key, name);
            reader.read_plain(key, name);
        }
    }
    let count = |kind| reader.counts.get(kind).copied().unwrap_or(0);
    print_line(&format!(
        "{} manifests, {} hashed files, {} copies of these, {} plain files, {} copies of these, \
         {} removed with their release",
        count("manifests"),
        count("hashed"),
        count("hashed copies"),
        count("plain"),
        count("plain copies"),
        count("removed"),
    ));
    reader.violations.iter().for_each(|line| print_line(line));
}

struct Reader {
    directory: PathBuf,
    mode: ReaderMode,
    counts: BTreeMap<&'static str, u64>,
    violations: Vec<String>,
}

impl Reader {
    /// The entries of the live manifest.
    fn read_manifest(&mut self) -> Option<(Vec<(String, String)>, Identity)> {
        let read = read(&self.locate(MANIFEST)).map_err(|error| error.to_string());
        match read.and_then(|(text, identity)| Ok((entries(&text)?, identity))) {
            Ok(manifest) => {
                self.count("manifests");
                Some(manifest)
            }
            Err(error) => {
                self.violations.push(format!("manifest: {error}"));
                None
            }
        }
    }

    /// Checks that a file and its copies have the bytes of its fingerprint.
    fn read_hashed(&mut self, key: &str, name: &str) {
        let bytes = match read(&self.locate(name)) {
            Ok((bytes, _)) => bytes,
            Err(error) => return self.handle_missing(key, name, name, &error),
        };
        self.count("hashed");
        if hashed_path(key, &bytes) != name {
            self.violations
                .push(format!("mixed: {name} has other bytes"));
        }
        for suffix in COMPRESSED_SUFFIXES {
            let copy = format!("{name}.{suffix}");
            if let Ok((copied, _)) = read(&self.locate(&copy)) {
                self.count("hashed copies");
                if decode(suffix, &copied).ok().as_ref() != Some(&bytes) {
                    self.violations.push(format!("mixed: {copy}"));
                }
            }
        }
    }

    /// Checks that a plain file is that of a release, and that a copy beside it
    /// belongs to it, unless the file was replaced while the copy was read.
    fn read_plain(&mut self, key: &str, name: &str) {
        let path = self.locate(key);
        for suffix in COMPRESSED_SUFFIXES {
            let (bytes, before) = match read(&path) {
                Ok(found) => found,
                Err(error) => return self.handle_missing(key, name, key, &error),
            };
            self.count("plain");
            let is_of_release = |release| {
                let source = self.directory.join(release).join("static").join(key);
                fs::read(source).is_ok_and(|source| source == bytes)
            };
            if !["a", "b"].into_iter().any(is_of_release) {
                self.violations
                    .push(format!("mixed: {key} belongs to no release"));
            }
            let copy = format!("{key}.{suffix}");
            let Ok((copied, _)) = read(&self.locate(&copy)) else {
                continue;
            };
            let is_unchanged = fs::metadata(&path).is_ok_and(|now| identity(&now) == before);
            if is_unchanged {
                self.count("plain copies");
                if decode(suffix, &copied).ok().as_ref() != Some(&bytes) {
                    self.violations
                        .push(format!("mixed: {copy} does not belong to its file"));
                }
            }
        }
    }

    fn handle_missing(&mut self, key: &str, name: &str, path: &str, error: &io::Error) {
        if self.mode == ReaderMode::Hold || error.kind() != io::ErrorKind::NotFound {
            return self.violations.push(format!("missing: {path}: {error}"));
        }
        let is_entry = |entry: &(String, String)| entry.0 == key && entry.1 == name;
        while let Some((manifest, before)) = self.read_manifest() {
            if !manifest.iter().any(is_entry) || self.locate(path).exists() {
                return self.count("removed");
            }
            let now = fs::metadata(self.locate(MANIFEST));
            if now.is_ok_and(|now| identity(&now) == before) {
                return self
                    .violations
                    .push(format!("missing: {path}, which the live manifest names"));
            }
        }
    }

    fn locate(&self, path: &str) -> PathBuf {
        self.directory.join("root").join(path)
    }

    fn count(&mut self, kind: &'static str) {
        *self.counts.entry(kind).or_default() += 1;
    }
}

/// Reads a file; its identity is that of the bytes.
fn read(path: &Path) -> io::Result<(Vec<u8>, Identity)> {
    let mut file = File::open(path)?;
    let identity = identity(&file.metadata()?);
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok((bytes, identity))
}

fn identity(metadata: &Metadata) -> Identity {
    Identity {
        inode: metadata.ino(),
        changed_seconds: metadata.ctime(),
        changed_nanoseconds: metadata.ctime_nsec(),
    }
}
