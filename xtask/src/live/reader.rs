//! One who reads a site while releases arrive, as a server with its manifest
//! does, and says what can't be right.
//!
//! A manifest that was read a moment ago may be followed as long as nobody
//! clears: nothing that it names may be missing. Where releases clear, the
//! old one's files go once the new manifest is in force; there a file is
//! missing if the manifest names it that is in force before and after looking.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::trees::Dice;
use crate::whole::{MANIFEST, SUFFIXES, decode, entries, fingerprinted};

/// Which file is at a path: one that takes its place has another number, or
/// was put there later.
type Identity = (u64, i64, i64);

/// So many files are read by one manifest.
const READS: usize = 12;

/// The hidden verb: `live-reader hold|follow SEED PLACE`. Its first line is
/// what it read, each other one a violation.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let [manner, seed, place] = arguments else {
        return Err("live-reader hold|follow SEED PLACE".to_owned());
    };
    let mut reader = Reader {
        place: PathBuf::from(place),
        holds: manner == "hold",
        counts: BTreeMap::new(),
        wrong: Vec::new(),
    };
    let mut dice = Dice::new(seed.parse().map_err(|error| format!("{seed}: {error}"))?);
    let stop = reader.place.join("stop");
    while !stop.exists() && reader.wrong.len() < 100 {
        let Some((manifest, _)) = reader.manifest() else {
            continue;
        };
        for _ in 0..READS {
            let (key, name) = &manifest[dice.below(manifest.len())];
            reader.read_hashed(key, name);
            reader.read_plain(key, name);
        }
    }
    let count = |what| reader.counts.get(what).copied().unwrap_or(0);
    crate::say(&format!(
        "{} manifests, {} fingerprinted files, {} of their copies, {} plain files, {} of their copies, {} gone with their release",
        count("manifests"),
        count("hashed"),
        count("copies"),
        count("plain"),
        count("plain copies"),
        count("gone"),
    ));
    reader.wrong.iter().for_each(|line| crate::say(line));
    Ok(())
}

struct Reader {
    place: PathBuf,
    holds: bool,
    counts: BTreeMap<&'static str, u64>,
    wrong: Vec<String>,
}

impl Reader {
    /// The manifest in force.
    fn manifest(&mut self) -> Option<(Vec<(String, String)>, Identity)> {
        let read = read(&self.locate(MANIFEST)).map_err(|error| error.to_string());
        match read.and_then(|(text, identity)| Ok((entries(&text)?, identity))) {
            Ok(manifest) => {
                self.count("manifests");
                Some(manifest)
            }
            Err(why) => {
                self.wrong.push(format!("manifest: {why}"));
                None
            }
        }
    }

    /// A fingerprinted file is what its name says, and so are its copies.
    fn read_hashed(&mut self, key: &str, name: &str) {
        let bytes = match read(&self.locate(name)) {
            Ok((bytes, _)) => bytes,
            Err(error) => return self.miss(key, name, name, &error),
        };
        self.count("hashed");
        if fingerprinted(key, &bytes) != name {
            self.wrong.push(format!("mixed: {name} has other bytes"));
        }
        for suffix in SUFFIXES {
            let copy = format!("{name}.{suffix}");
            if let Ok((copied, _)) = read(&self.locate(&copy)) {
                self.count("copies");
                if decode(suffix, &copied).ok().as_ref() != Some(&bytes) {
                    self.wrong.push(format!("mixed: {copy}"));
                }
            }
        }
    }

    /// A plain file is that of one of the releases; a copy beside it is its
    /// own, unless it was replaced while the copy was read.
    fn read_plain(&mut self, key: &str, name: &str) {
        let path = self.locate(key);
        for suffix in SUFFIXES {
            let (bytes, before) = match read(&path) {
                Ok(found) => found,
                Err(error) => return self.miss(key, name, key, &error),
            };
            self.count("plain");
            let is_of = |release| {
                let source = self.place.join(release).join("static").join(key);
                fs::read(source).is_ok_and(|source| source == bytes)
            };
            if !["a", "b"].into_iter().any(is_of) {
                self.wrong.push(format!("mixed: {key} is of no release"));
            }
            let copy = format!("{key}.{suffix}");
            let Ok((copied, _)) = read(&self.locate(&copy)) else {
                continue;
            };
            let stays = fs::metadata(&path).is_ok_and(|now| identity(&now) == before);
            if stays {
                self.count("plain copies");
                if decode(suffix, &copied).ok().as_ref() != Some(&bytes) {
                    self.wrong.push(format!("mixed: {copy} is not of its file"));
                }
            }
        }
    }

    /// A file of a manifest is not there.
    fn miss(&mut self, key: &str, name: &str, path: &str, error: &io::Error) {
        if self.holds || error.kind() != io::ErrorKind::NotFound {
            return self.wrong.push(format!("missing: {path}: {error}"));
        }
        let is_named = |(k, n): &(String, String)| k == key && n == name;
        while let Some((manifest, before)) = self.manifest() {
            if !manifest.iter().any(is_named) || self.locate(path).exists() {
                return self.count("gone");
            }
            let now = fs::metadata(self.locate(MANIFEST));
            if now.is_ok_and(|now| identity(&now) == before) {
                return self
                    .wrong
                    .push(format!("missing: {path}, which is in force"));
            }
        }
    }

    fn locate(&self, path: &str) -> PathBuf {
        self.place.join("root").join(path)
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }
}

/// A file's bytes, and which file that was.
fn read(path: &Path) -> io::Result<(Vec<u8>, Identity)> {
    let mut file = File::open(path)?;
    let identity = identity(&file.metadata()?);
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok((bytes, identity))
}

fn identity(metadata: &Metadata) -> Identity {
    (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}
