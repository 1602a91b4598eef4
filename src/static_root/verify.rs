//! Verifies a STATIC_ROOT, whichever program has made it: the files of the manifest are there
//! and have the contents of their names, compressed copies decode to their files, and
//! references lead to files. Reads everything, and writes nothing.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::copy_verifier::{CopyVerifier, SourceCopyLevel};
use super::file_content::FileContent;
use super::file_roles::{FileRole, FileRoles, plain_path};
use super::root::StaticRoot;
use crate::disk;
use crate::model::{
    Asset, Code, Encoding, FileStep, Fingerprint, LogicalPath, Problem, ReferenceKind,
    ReferenceRules, ReportLevel, Severity, VerifySummary,
};
use crate::plan::manifest::Manifest;
use crate::rewrite::cycle_checker::CycleMember;
use crate::rewrite::reference_checker::{DanglingReference, ReferenceChecker, ReferenceForm};
use crate::rewrite::resolve::hashed_path;
use crate::rewrite::rules::Rules;
use crate::settings::Settings;
use crate::state::cache::Cache;

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
    let rules = Rules::new(
        settings.references,
        settings.django,
        settings.js_aggregation,
    );
    let files = files_of(root, &rules)?;
    let mut result = VerifyResult::default();
    let manifest = read_manifest(root, settings, &mut result.problems);
    let paths = (0..).zip(&files).map(|(index, file)| (&file.path, index));
    let by_path: HashMap<&LogicalPath, usize> = paths.collect();
    let file_roles = FileRoles {
        root,
        settings,
        manifest: manifest.as_ref(),
        files: &files,
        by_path: &by_path,
    };
    let roles = file_roles.find(&mut result.problems);
    let verifier = Verifier {
        settings,
        checker: ReferenceChecker::new(&files, &settings.static_url, &rules),
        levels,
        copies: CopyVerifier::new(root, settings, cache, levels.source_copy),
        compresses: settings.backend.compresses(),
        hashes: settings.backend.hashes(),
        manifest: manifest.as_ref(),
        by_path,
    };
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
    verifier.add_findings(findings.into_iter().zip(&files), &mut result);
    let with_roles = files.iter().zip(roles);
    let unlisted = with_roles.filter(|(_, role)| matches!(role, FileRole::Unlisted));
    result.unlisted = unlisted.map(|(file, _)| file.path.clone()).collect();
    Ok(result)
}

/// Returns all files of a STATIC_ROOT.
fn files_of(root: &StaticRoot, rules: &Rules) -> Result<Vec<Asset>, Problem> {
    let directory: Arc<Path> = root.path().into();
    let to_asset = |path: LogicalPath| Asset {
        is_scanned: rules.scan(&path),
        ..Asset::at(path, Arc::clone(&directory))
    };
    Ok(root.files()?.into_iter().map(to_asset).collect())
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

/// The findings in a file and its compressed copies.
#[derive(Default)]
struct FileFindings {
    problems: Vec<Problem>,
    copies: usize,
    references: usize,
    /// The key and the text, if its name is not that of its content. It may be that of a cycle.
    suspect: Option<(LogicalPath, Vec<u8>)>,
}

struct Verifier<'a> {
    settings: &'a Settings,
    checker: ReferenceChecker<'a>,
    levels: &'a VerifyLevels<'a>,
    copies: CopyVerifier<'a>,
    compresses: bool,
    /// Whether the backend rewrites references.
    hashes: bool,
    manifest: Option<&'a Manifest>,
    by_path: HashMap<&'a LogicalPath, usize>,
}

impl Verifier<'_> {
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
                let problem = self.wrong_content(file, key, content.fingerprint());
                if let (Some(_), FileContent::Text(text)) = (&problem, content)
                    && self.settings.references == ReferenceRules::Browser
                {
                    findings.suspect = Some((key.clone(), text.clone()));
                    None
                } else {
                    problem
                }
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

    /// Adds what was found in the files to the result.
    fn add_findings<'f>(
        &self,
        findings: impl Iterator<Item = (FileFindings, &'f Asset)>,
        result: &mut VerifyResult,
    ) {
        let mut suspects = Vec::new();
        for (of_file, file) in findings {
            result.counts.copies += of_file.copies;
            result.counts.references += of_file.references;
            result.problems.extend(of_file.problems);
            suspects.extend(of_file.suspect.map(|(key, text)| CycleMember {
                file,
                path: plain_path(&key),
                text,
            }));
        }
        result.problems.extend(self.verify_cycles(&suspects));
    }

    /// Returns the problems of texts that have neither the content of their names nor the name of
    /// a cycle.
    fn verify_cycles(&self, suspects: &[CycleMember<'_>]) -> Vec<Problem> {
        let names = self.checker.cycle_names(suspects);
        let problem = |(suspect, name): (&CycleMember<'_>, Option<Fingerprint>)| {
            let fingerprint = name.unwrap_or_else(|| Fingerprint::of(&suspect.text));
            self.wrong_content(suspect.file, &suspect.path, fingerprint)
        };
        suspects.iter().zip(names).filter_map(problem).collect()
    }

    /// Returns whether the settings leave the text of a file alone, wherever it leads.
    fn stays_as_is(&self, path: &LogicalPath) -> bool {
        let treatment = self.settings.treatments.treatment_of(path);
        !treatment.follows_references()
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
        let level = (self.levels.reference)(path, reference.kind, Path::new(&reference.path));
        let severity = reference.severity(level)?;
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
