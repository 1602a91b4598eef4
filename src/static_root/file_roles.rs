//! Why each file is in STATIC_ROOT: as the manifest and the settings say. Opens no file.

use std::collections::HashMap;
use std::path::PathBuf;

use super::root::StaticRoot;
use crate::model::{Asset, Code, Encoding, LogicalPath, Problem};
use crate::plan::manifest::Manifest;
use crate::pystd::posixpath::normpath;
use crate::settings::Settings;

/// The missing files of a manifest that are reported one by one. The others are counted: a
/// manifest of megabytes may name nothing that exists.
const MAX_REPORTED: usize = 1000;

/// Why a file is in STATIC_ROOT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileRole {
    /// The fingerprinted file of this key of the manifest.
    Hashed(LogicalPath),
    /// A file that keeps its name: the manifest maps its key to itself.
    Kept,
    /// The plain file of a key whose fingerprinted file is this. `None` without a manifest.
    Plain(Option<LogicalPath>),
    /// A compressed copy of another file.
    Copy,
    Manifest,
    /// No manifest names it, and it is no compressed copy.
    Unlisted,
}

/// Finds the roles of all files.
pub(super) struct FileRoles<'a> {
    pub root: &'a StaticRoot,
    pub settings: &'a Settings,
    pub manifest: Option<&'a Manifest>,
    pub files: &'a [Asset],
    pub by_path: &'a HashMap<&'a LogicalPath, usize>,
}

impl FileRoles<'_> {
    /// Returns the role of each file. A file of the manifest that is missing is a problem.
    pub fn find(&self, problems: &mut Vec<Problem>) -> Vec<FileRole> {
        let hashes = self.settings.backend.hashes();
        let unknown = if hashes {
            FileRole::Unlisted
        } else {
            FileRole::Plain(None)
        };
        let mut roles = vec![unknown; self.files.len()];
        let mut missing = 0;
        let mut take = |path: &LogicalPath, role: FileRole, key: Option<&LogicalPath>| match (
            self.by_path.get(path),
            key,
        ) {
            (Some(&file), _) => roles[file] = role,
            (None, Some(key)) => {
                missing += 1;
                if missing <= MAX_REPORTED {
                    problems.push(self.missing_file(path, key));
                }
            }
            (None, None) => {}
        };
        let keeps_plain = !self.settings.keeps_only_hashed();
        for (key, path) in self.manifest.iter().flat_map(|manifest| &manifest.paths) {
            let plain = plain_path(key);
            if plain == *path {
                take(path, FileRole::Kept, Some(key));
                continue;
            }
            if keeps_plain {
                take(&plain, FileRole::Plain(Some(path.clone())), Some(key));
            }
            take(path, FileRole::Hashed(key.clone()), Some(key));
        }
        let name = LogicalPath::new(self.settings.manifest_name.as_str());
        if hashes {
            take(&name, FileRole::Manifest, None);
        }
        problems.extend(more_missing(missing, self.root.locate(&name)));
        if self.settings.backend.compresses() {
            self.mark_copies(&mut roles);
        }
        roles
    }

    fn mark_copies(&self, roles: &mut [FileRole]) {
        for (index, file) in self.files.iter().enumerate() {
            if roles[index] != FileRole::Unlisted {
                for encoding in Encoding::ALL {
                    let copy = file.path.with_suffix(encoding.suffix());
                    if let Some(&copy) = self.by_path.get(&copy) {
                        roles[copy] = FileRole::Copy;
                    }
                }
            }
        }
    }

    /// Returns the problem of a file that the manifest names for `key`.
    fn missing_file(&self, path: &LogicalPath, key: &LogicalPath) -> Problem {
        let message = format!("is not there; the manifest names it for {key}");
        Problem::error(Code::MissingFile, message)
            .in_file(self.root.locate(path))
            .help("collect again: `staticc collect`")
    }
}

/// Counts the missing files that are not reported one by one.
fn more_missing(missing: usize, manifest: PathBuf) -> Option<Problem> {
    let more = missing.checked_sub(MAX_REPORTED).filter(|&more| more > 0)?;
    let message = format!("{more} more of its files are not there");
    Some(Problem::error(Code::MoreProblems, message).in_file(manifest))
}

/// Returns the path of the plain file of a key.
pub(super) fn plain_path(key: &LogicalPath) -> LogicalPath {
    LogicalPath::new(normpath(key.as_bytes()))
}
