//! Verifies a STATIC_ROOT, whichever program has made it: the files of the manifest are there
//! and have the contents of their names, compressed copies decode to their files, and
//! references lead to files. Reads everything, and writes nothing.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::copy_verifier::{CopyVerifier, SourceCopyLevel};
use super::file_content::FileContent;
use super::root::StaticRoot;
use crate::disk;
use crate::model::{
    Asset, Code, Encoding, FileStep, Fingerprint, LogicalPath, Problem, ReferenceKind, ReportLevel,
    Severity, Treatment, VerifySummary,
};
use crate::plan::manifest::Manifest;
use crate::pystd::posixpath::normpath;
use crate::rewrite::reference_checker::{DanglingReference, ReferenceChecker, ReferenceForm};
use crate::rewrite::resolve::hashed_path;
use crate::rewrite::rules::Rules;
use crate::settings::Settings;
use crate::state::cache::Cache;

/// The missing files of a manifest that are reported one by one. The others are counted: a
/// manifest of megabytes may name nothing that exists.
const MAX_REPORTED: usize = 1000;

#[derive(Debug, Default)]
pub struct VerifyResult {
    /// In the order of the files.
    pub problems: Vec<Problem>,
    /// Files that the manifest does not name.
    pub unlisted: Vec<LogicalPath>,
    pub counts: VerifySummary,
}

/// How the settings report what may be wrong.
pub struct VerifyLevels<'a> {
    /// The level of a dangling reference of a kind in the file at a path. The last path is the
    /// one that the reference names.
    pub reference: &'a (dyn Fn(&LogicalPath, ReferenceKind, &Path) -> ReportLevel + Sync),
    pub source_copy: &'a SourceCopyLevel<'a>,
}

pub fn verify(
    root: &StaticRoot,
    settings: &Settings,
    cache: &Cache,
    levels: &VerifyLevels<'_>,
) -> Result<VerifyResult, Problem> {
    if !root.path().is_dir() {
        let problem = Problem::error(Code::NoStaticRoot, "STATIC_ROOT is not there");
        let help = "collect first: `staticc collect`";
        return Err(problem.in_file(root.path()).help(help));
    }
    let directory: std::sync::Arc<Path> = root.path().into();
    let files: Vec<Asset> = root
        .files()?
        .into_iter()
        .map(|path| Asset::at(path, directory.clone()))
        .collect();
    let rules = Rules::new(
        settings.references,
        settings.django,
        settings.js_aggregation,
    );
    let mut result = VerifyResult::default();
    let manifest = read_manifest(root, settings, &mut result.problems);
    let by_path = (0..).zip(&files).map(|(index, file)| (&file.path, index));
    let verifier = Verifier {
        root,
        settings,
        checker: ReferenceChecker::new(&files, &settings.static_url, &rules),
        levels,
        copies: CopyVerifier::new(root, settings, cache, levels.source_copy),
        compresses: settings.backend.compresses(),
        hashes: settings.backend.hashes(),
        manifest: manifest.as_ref(),
        by_path: by_path.collect(),
        files: &files,
    };
    let roles = verifier.roles(&mut result.problems);
    let findings: Vec<FileFindings> = files
        .par_iter()
        .zip(&roles)
        .map(|(file, role)| verifier.verify_file(file, role))
        .collect();
    result.counts = VerifySummary {
        static_root: root.path().to_owned(),
        files: files.len(),
        entries: manifest.as_ref().map_or(0, |manifest| manifest.paths.len()),
        ..VerifySummary::default()
    };
    for file in findings {
        result.counts.copies += file.copies;
        result.counts.references += file.references;
        result.problems.extend(file.problems);
    }
    let with_roles = files.iter().zip(roles);
    let unlisted = with_roles.filter(|(_, role)| matches!(role, FileRole::Unlisted));
    result.unlisted = unlisted.map(|(file, _)| file.path.clone()).collect();
    Ok(result)
}

/// Reads the manifest, if the backend has one.
fn read_manifest(
    root: &StaticRoot,
    settings: &Settings,
    problems: &mut Vec<Problem>,
) -> Option<Manifest> {
    if !settings.backend.hashes() {
        return None;
    }
    let path = root.path().join(&settings.manifest_name);
    let corrupt = |fault: String| {
        Problem::error(Code::CorruptManifest, fault)
            .in_file(&path)
            .help("collect again: `staticc collect`")
    };
    let read = disk::read(&path).map_err(|error| {
        let missing = error.kind() == io::ErrorKind::NotFound;
        let code = if missing {
            Code::NoManifest
        } else {
            Code::Unreadable
        };
        Problem::error(code, format!("the manifest cannot be read: {error}"))
            .in_file(&path)
            .help("collect first: `staticc collect`")
    });
    let manifest = read.and_then(|content| Manifest::read(&content).map_err(corrupt));
    match manifest {
        Ok(manifest) => {
            if !manifest.is_sound {
                problems.push(corrupt("its hash is not that of its paths".to_owned()));
            }
            Some(manifest)
        }
        Err(problem) => {
            problems.push(problem);
            None
        }
    }
}

/// Why a file is in STATIC_ROOT.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FileRole {
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

/// The findings in a file and its compressed copies.
#[derive(Default)]
struct FileFindings {
    problems: Vec<Problem>,
    copies: usize,
    references: usize,
}

struct Verifier<'a> {
    root: &'a StaticRoot,
    settings: &'a Settings,
    checker: ReferenceChecker<'a>,
    levels: &'a VerifyLevels<'a>,
    copies: CopyVerifier<'a>,
    compresses: bool,
    /// Whether the backend rewrites references.
    hashes: bool,
    manifest: Option<&'a Manifest>,
    by_path: HashMap<&'a LogicalPath, usize>,
    files: &'a [Asset],
}

impl Verifier<'_> {
    /// Returns the role of each file. A file of the manifest that is missing is a problem.
    fn roles(&self, problems: &mut Vec<Problem>) -> Vec<FileRole> {
        let settings = self.settings;
        let unknown = if self.hashes {
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
        let keeps_plain = !settings.keeps_only_hashed();
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
        let name = LogicalPath::new(settings.manifest_name.as_str());
        if self.hashes {
            take(&name, FileRole::Manifest, None);
        }
        problems.extend(more_missing(missing, self.root.locate(&name)));
        for (index, file) in self.files.iter().enumerate() {
            if self.compresses && roles[index] != FileRole::Unlisted {
                for encoding in Encoding::ALL {
                    let copy = file.path.with_suffix(encoding.suffix());
                    if let Some(&copy) = self.by_path.get(&copy) {
                        roles[copy] = FileRole::Copy;
                    }
                }
            }
        }
        roles
    }

    /// Returns the problem of a file that the manifest names for `key`.
    fn missing_file(&self, path: &LogicalPath, key: &LogicalPath) -> Problem {
        let message = format!("is not there; the manifest names it for {key}");
        Problem::error(Code::MissingFile, message)
            .in_file(self.root.locate(path))
            .help("collect again: `staticc collect`")
    }

    fn verify_file(&self, file: &Asset, role: &FileRole) -> FileFindings {
        let mut findings = FileFindings::default();
        let content = match role {
            FileRole::Hashed(_) | FileRole::Kept | FileRole::Plain(_) => FileContent::read(file)
                .map_err(|error| {
                    let problem = Problem::failed(FileStep::Read, &file.source(), &error);
                    findings.problems.push(problem);
                })
                .ok(),
            FileRole::Copy | FileRole::Manifest | FileRole::Unlisted => None,
        };
        findings.problems.extend(match (role, &content) {
            (FileRole::Hashed(key), Some(content)) => {
                self.wrong_content(file, key, content.fingerprint())
            }
            // The plain file of a text is not rewritten, and has another content.
            (FileRole::Plain(Some(hashed)), Some(FileContent::Other(fingerprint))) => {
                other_content(file, hashed, *fingerprint)
            }
            _ => None,
        });
        self.verify_copies(file, &mut findings);
        if let Some(FileContent::Text(bytes)) = content {
            self.verify_references(file, role, &bytes, &mut findings);
        }
        findings
    }

    fn verify_copies(&self, file: &Asset, findings: &mut FileFindings) {
        if !self.compresses {
            return;
        }
        for encoding in Encoding::ALL {
            let copy = file.path.with_suffix(encoding.suffix());
            if self.by_path.contains_key(&copy) {
                findings.copies += 1;
                let is_key = self.is_source(&copy);
                let problem = self.copies.problem(file, encoding, &copy, is_key);
                findings.problems.extend(problem);
            }
        }
    }

    fn verify_references(
        &self,
        file: &Asset,
        role: &FileRole,
        bytes: &[u8],
        findings: &mut FileFindings,
    ) {
        let (path, form) = match role {
            FileRole::Hashed(key) => (&plain_path(key), ReferenceForm::Rewritten),
            // The fingerprinted copy has the same references.
            FileRole::Plain(Some(_)) => return,
            _ => (&file.path, ReferenceForm::Source),
        };
        if self.stays_as_is(path) {
            return;
        }
        let (references, dangling) = self.checker.check(file, bytes, form);
        findings.references = references;
        let problems = dangling
            .into_iter()
            .filter_map(|reference| self.dangling(file, path, reference));
        findings.problems.extend(problems);
    }

    /// Returns whether the settings leave the text of a file alone, wherever it leads.
    fn stays_as_is(&self, path: &LogicalPath) -> bool {
        let treatment = self.settings.treatments.treatment_of(path);
        matches!(treatment, Treatment::NoHash | Treatment::NoRewrite)
    }

    /// Returns whether the manifest has an entry for the source with this path.
    fn is_source(&self, path: &LogicalPath) -> bool {
        self.manifest
            .is_some_and(|manifest| manifest.paths.contains_key(path))
    }

    /// Returns the problem of a dangling reference, unless the settings ignore it. It is a note
    /// under a backend that rewrites nothing: collecting does not look at references then.
    fn dangling(
        &self,
        file: &Asset,
        path: &LogicalPath,
        reference: DanglingReference,
    ) -> Option<Problem> {
        let severity =
            (self.levels.reference)(path, reference.kind, Path::new(&reference.path)).severity()?;
        let message = format!("{} leads to no file", reference.text);
        let problem = Problem::error(Code::DanglingReference, message)
            .in_file(file.source())
            .at(reference.span)
            .note(format!("{} is not in STATIC_ROOT", reference.path))
            .help("collect again: `staticc collect`; if it stays, correct the reference in the source");
        Some(Problem {
            severity: if self.hashes {
                severity
            } else {
                Severity::Note
            },
            ..problem
        })
    }

    /// Returns the problem of a fingerprinted file whose content has another fingerprint.
    fn wrong_content(
        &self,
        file: &Asset,
        key: &LogicalPath,
        fingerprint: Fingerprint,
    ) -> Option<Problem> {
        let expected = hashed_path(key, fingerprint.as_bytes());
        if expected.as_ref() == Some(&file.path) {
            return None;
        }
        let message =
            format!("does not have the content that its name says: that is {fingerprint}");
        let problem = Problem::error(Code::WrongContent, message)
            .in_file(file.source())
            .note(format!("the manifest names it for {key}"));
        if self.is_source(&file.path) {
            let warning = Problem {
                severity: Severity::Warning,
                ..problem
            };
            let note = "a source has this name, and Django takes its content for that of both";
            return Some(warning.note(note).help("rename the source"));
        }
        Some(problem.help("collect again: `staticc collect` compares contents and repairs"))
    }
}

/// Counts the missing files that are not reported one by one.
fn more_missing(missing: usize, manifest: PathBuf) -> Option<Problem> {
    let more = missing.checked_sub(MAX_REPORTED).filter(|&more| more > 0)?;
    let message = format!("{more} more of its files are not there");
    Some(Problem::error(Code::MoreProblems, message).in_file(manifest))
}

/// Returns the path of the plain file of a key.
fn plain_path(key: &LogicalPath) -> LogicalPath {
    LogicalPath::new(normpath(key.as_bytes()))
}

/// Returns the problem of a plain file whose content is not that of its fingerprinted file.
/// Not for texts: the fingerprint is that of the rewritten text.
fn other_content(file: &Asset, hashed: &LogicalPath, fingerprint: Fingerprint) -> Option<Problem> {
    let is_same = hashed_path(&file.path, fingerprint.as_bytes()).as_ref() == Some(hashed);
    let message = format!("has another content than {hashed}");
    (!is_same).then(|| {
        Problem::warning(Code::OtherContent, message)
            .in_file(file.source())
            .note("a run was interrupted, or somebody changed it")
            .help("collect again: `staticc collect` compares contents and repairs")
    })
}
