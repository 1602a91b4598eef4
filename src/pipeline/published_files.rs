//! Finds the objects that a release of STATIC_ROOT has: which files, with which encoding and
//! headers. Reads STATIC_ROOT, and knows no store.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::live_manifest::LiveManifest;
use crate::disk;
use crate::model::{Code, Encoding, FileStep, LogicalPath, Problem};
use crate::publish::content_type::own_encoding;
use crate::publish::object_headers::object_headers;
use crate::publish::published_object::{ObjectRole, PublishedObject};
use crate::publish::release_document::NAMESPACE;
use crate::pystd::posixpath::normpath;
use crate::settings::{ObjectEncoding, Settings};
use crate::static_root::copy_verifier::{COLLECT_AGAIN, wrong_copy};
use crate::static_root::root::StaticRoot;
use crate::static_root::temp_names::is_temporary;
use crate::store::client::{Body, Upload};
use crate::store::parts::{LargeBody, LargeSource, MAX_WHOLE};

/// The longest key that all stores take, in bytes.
const MAX_KEY_LENGTH: usize = 1024;

/// How many problems of files are reported one by one.
const MAX_REPORTED: usize = 1000;

/// The files of a STATIC_ROOT.
pub struct PublishedFiles<'a> {
    pub root: &'a StaticRoot,
    pub settings: &'a Settings,
    /// Whether the store keeps headers, without which no object can be compressed.
    pub keeps_headers: bool,
}

/// A file that becomes an object, and perhaps one for each of its compressed copies.
struct PublishedFile {
    path: LogicalPath,
    role: ObjectRole,
}

impl PublishedFiles<'_> {
    /// Returns the objects, sorted by key.
    pub fn objects(&self, live: &LiveManifest<'_>) -> Result<Vec<PublishedObject>, Vec<Problem>> {
        let files = self.files(live).map_err(|problem| vec![problem])?;
        let has_file = |path: &LogicalPath| self.root.locate(path).is_file();
        let read: Vec<Result<Vec<PublishedObject>, Problem>> = files
            .par_iter()
            .map(|(path, role)| {
                let file = PublishedFile {
                    path: path.clone(),
                    role: *role,
                };
                let is_copy_of_its_own = |copy: &LogicalPath| !files.contains_key(copy);
                // What is compressed itself has one encoding, and cannot have another.
                let can_have_copies = own_encoding(path).is_none();
                let copies = Encoding::ALL.into_iter().filter(|encoding| {
                    let copy = path.with_suffix(encoding.suffix());
                    can_have_copies && is_copy_of_its_own(&copy) && has_file(&copy)
                });
                self.objects_of(&file, &copies.collect::<Vec<_>>())
            })
            .collect();
        let mut objects = Vec::new();
        let mut problems = Vec::new();
        for result in read {
            match result {
                Ok(found) => objects.extend(found),
                Err(problem) => problems.push(problem),
            }
        }
        shorten(&mut problems);
        Problem::fail_on_any(problems)?;
        self.check_encoding(&objects)
            .map_err(|problem| vec![problem])?;
        objects.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(objects)
    }

    /// Returns the files with their roles. With a manifest, these are the files that it names.
    /// A name that is plain and fingerprinted counts as plain: its content may change.
    pub fn files(
        &self,
        live: &LiveManifest<'_>,
    ) -> Result<BTreeMap<LogicalPath, ObjectRole>, Problem> {
        let excluded = |path: &LogicalPath| self.settings.publish.excludes(path);
        let mut files = BTreeMap::new();
        if self.settings.backend.hashes() {
            let (_, manifest) = live.read()?;
            let keeps_plain = !self.settings.keeps_only_hashed();
            for (key, hashed) in &manifest.paths {
                let keeps_name = hashed.as_bytes() == normpath(key.as_bytes());
                let role = if keeps_name && !self.is_prehashed(hashed) {
                    ObjectRole::Plain
                } else {
                    ObjectRole::Fingerprinted
                };
                files.insert(hashed.clone(), role);
                if excluded(key) {
                    files.remove(hashed);
                }
            }
            for key in manifest.paths.keys().filter(|_| keeps_plain) {
                let path = LogicalPath::new(normpath(key.as_bytes()));
                if !self.is_prehashed(&path) {
                    files.insert(path, ObjectRole::Plain);
                }
            }
            let name = LogicalPath::new(self.settings.manifest_name.as_str());
            files.insert(name, ObjectRole::Manifest);
        } else {
            let all = self.root.files()?;
            let is_own = |path: &LogicalPath| path.as_path().file_name().is_some_and(is_temporary);
            let others = all.into_iter().filter(|path| !is_own(path));
            files.extend(others.map(|path| (path, ObjectRole::Plain)));
            if self.settings.backend.compresses() {
                let copies = files.keys().flat_map(|path| {
                    Encoding::ALL.map(|encoding| path.with_suffix(encoding.suffix()))
                });
                for copy in copies.collect::<Vec<_>>() {
                    files.remove(&copy);
                }
            }
        }
        files.retain(|path, _| !excluded(path));
        Ok(files)
    }

    /// Returns whether the settings say that a name has a hash already.
    fn is_prehashed(&self, path: &LogicalPath) -> bool {
        self.settings.treatments.treatment_of(path).is_prehashed()
    }

    /// Returns the objects of a file that has these compressed copies.
    fn objects_of(
        &self,
        file: &PublishedFile,
        copies: &[Encoding],
    ) -> Result<Vec<PublishedObject>, Problem> {
        let publish = &self.settings.publish;
        let wanted = match publish.encoding {
            Some(ObjectEncoding::Identity) => None,
            Some(ObjectEncoding::Compressed(encoding)) => Some(encoding),
            None => self.keeps_headers.then_some(Encoding::Gzip),
        };
        // Django reads the manifest as it is.
        let encoding = wanted
            .filter(|encoding| copies.contains(encoding) && file.role != ObjectRole::Manifest);
        let key = self.key(&file.path)?;
        let mut objects = vec![self.object(file, key.clone(), encoding)?];
        if publish.copies && file.role != ObjectRole::Manifest {
            for copy in copies {
                let key = format!("{key}{}", copy.suffix());
                objects.push(self.object(file, key, Some(*copy))?);
            }
        }
        Ok(objects)
    }

    fn object(
        &self,
        file: &PublishedFile,
        key: String,
        encoding: Option<Encoding>,
    ) -> Result<PublishedObject, Problem> {
        let source = match encoding {
            Some(encoding) => file.path.with_suffix(encoding.suffix()),
            None => file.path.clone(),
        };
        let place = self.root.locate(&source);
        let read = disk::open(&place).and_then(|(content, _)| {
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(content)?;
            Ok((hasher.count(), hasher.finalize()))
        });
        let (size, digest) = read.map_err(|error| unreadable(&place, &error))?;
        let cache_control = &self.settings.publish.cache_control;
        Ok(PublishedObject {
            key,
            role: file.role,
            headers: object_headers(&file.path, file.role, encoding, cache_control),
            source,
            copy_of: encoding.map(|encoding| (file.path.clone(), encoding)),
            size,
            digest: digest.to_hex().to_string(),
        })
    }

    /// Returns the key of the object of a file.
    fn key(&self, path: &LogicalPath) -> Result<String, Problem> {
        let fault = match std::str::from_utf8(path.as_bytes()) {
            Err(_) => "has a name that is not UTF-8",
            Ok(key) if key.chars().any(char::is_control) => "has a control character in its name",
            Ok(key) if key.len() > MAX_KEY_LENGTH => "has a path of more than 1024 bytes",
            Ok(key) if key.starts_with(NAMESPACE) => "is in .staticc, which publish has for itself",
            Ok(key) => return Ok(key.to_owned()),
        };
        let message = format!("{fault}, and cannot be an object of a store");
        Err(Problem::error(Code::UnpublishableName, message)
            .in_file(self.root.locate(path))
            .help("rename its source, or add it to `exclude` in [staticc.publish]"))
    }

    /// Fails if the settings name an encoding that nothing in STATIC_ROOT can have.
    fn check_encoding(&self, objects: &[PublishedObject]) -> Result<(), Problem> {
        let Some(ObjectEncoding::Compressed(encoding)) = self.settings.publish.encoding else {
            return Ok(());
        };
        let name = encoding.header();
        if !self.keeps_headers {
            let message = format!(
                "the settings publish with encoding \"{name}\", which a directory cannot tell servers"
            );
            let help = "set encoding = \"identity\", and copies = true for servers that choose";
            return Err(Problem::error(Code::NoCompressedCopies, message).help(help));
        }
        let is_compressed = |object: &PublishedObject| {
            let copy = object.copy_of.as_ref();
            copy.is_some_and(|(_, other)| *other == encoding)
        };
        let makes_copies = self.settings.backend.compresses()
            && self.settings.compression.encodings.contains(&encoding);
        if makes_copies || objects.iter().any(is_compressed) {
            return Ok(());
        }
        let suffix = encoding.suffix();
        let message = format!(
            "the settings publish with encoding \"{name}\", but STATIC_ROOT has no {suffix} copies"
        );
        let help = "use a storage that compresses, add it to `encodings` in \
                    [staticc.compression], or set encoding = \"identity\"";
        Err(Problem::error(Code::NoCompressedCopies, message)
            .in_file(self.root.path())
            .help(help))
    }

    /// Checks that compressed copies decode to their files, before they are sent.
    pub fn check_copies<'o>(
        &self,
        objects: impl Iterator<Item = &'o PublishedObject>,
    ) -> Result<(), Vec<Problem>> {
        let objects: Vec<_> = objects.collect();
        let problems = objects.par_iter().filter_map(|object| {
            let (path, encoding) = object.copy_of.as_ref()?;
            let problem = wrong_copy(self.root, *encoding, &object.source, path)?;
            Some(problem.help(COLLECT_AGAIN))
        });
        let mut problems: Vec<Problem> = problems.collect();
        shorten(&mut problems);
        Problem::fail_on_any(problems)
    }

    /// Reads an object to be sent, or opens a large one. Fails if its file is not what it was.
    pub fn load(&self, object: &PublishedObject) -> Result<Upload, Problem> {
        let place = self.root.locate(&object.source);
        let body = if object.size > MAX_WHOLE {
            let opened = disk::open(&place);
            let (file, _) = opened.map_err(|error| unreadable(&place, &error))?;
            Body::Large(LargeBody {
                source: LargeSource::File(Arc::new(file)),
                size: object.size,
                digest: object.digest.clone(),
            })
        } else {
            let bytes = disk::read(&place).map_err(|error| unreadable(&place, &error))?;
            if blake3::hash(&bytes).to_hex().as_str() != object.digest {
                let message = "changed while it was being published";
                return Err(Problem::error(Code::SourceChanged, message)
                    .in_file(place)
                    .help("run again when nothing writes to STATIC_ROOT"));
            }
            Body::Bytes(bytes)
        };
        Ok(Upload {
            key: object.key.clone(),
            body,
            headers: object.headers.clone(),
        })
    }
}

pub(super) fn unreadable(place: &PathBuf, error: &std::io::Error) -> Problem {
    if error.kind() == std::io::ErrorKind::NotFound {
        let problem = Problem::error(Code::MissingFile, "is not there; the manifest names it");
        return problem
            .in_file(place)
            .help("collect again: `staticc collect`");
    }
    Problem::failed(FileStep::Read, place, error).help("make it readable")
}

/// Sorts problems, and counts those that are too many.
fn shorten(problems: &mut Vec<Problem>) {
    Problem::sort(problems);
    let others = problems.len().saturating_sub(MAX_REPORTED);
    if others > 0 {
        problems.truncate(MAX_REPORTED);
        let message = format!("{others} more files have problems");
        problems.push(Problem::error(Code::MoreProblems, message));
    }
}
