//! Whether a STATIC_ROOT is whole, whoever made it: what the manifest names
//! is there with the content its name says, compressed copies decode to
//! their files, references lead to files. Reads everything, writes nothing.

use std::collections::HashMap;
use std::io;

use rayon::prelude::*;

use super::static_root::{StaticRoot, cannot_read};
use crate::disk;
use crate::encode::decode::is_copy;
use crate::model::{
    Asset, Code, Encoding, Fingerprint, LogicalPath, Problem, ReferenceKind, ReportLevel,
    VerifySummary,
};
use crate::plan::manifest::Manifest;
use crate::pystd::urllib::normpath;
use crate::rewrite::check::{Checker, Dangling, Reading};
use crate::rewrite::resolve::hashed_path;
use crate::rewrite::rules::Rules;
use crate::settings::Settings;

/// What somebody found who looked at everything.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What is wrong, by file.
    pub problems: Vec<Problem>,
    /// What is there and in no manifest.
    pub unlisted: Vec<LogicalPath>,
    /// How much was looked at.
    pub counts: VerifySummary,
}

/// What a dangling reference in the file of a key amounts to.
pub type Policy<'a> = dyn Fn(&LogicalPath, ReferenceKind) -> ReportLevel + Sync + 'a;

/// Looks at everything in a STATIC_ROOT.
pub fn verify(
    root: &StaticRoot,
    settings: &Settings,
    policy: &Policy<'_>,
) -> Result<Verdict, Problem> {
    if !root.path().is_dir() {
        let problem = Problem::error(Code::NoStaticRoot, "STATIC_ROOT is not there");
        let help = "collect first: `staticc collect`";
        return Err(problem.in_file(root.path()).help(help));
    }
    let directory: std::sync::Arc<std::path::Path> = root.path().into();
    let files: Vec<Asset> = root
        .files()?
        .into_iter()
        .map(|path| Asset {
            key: path.clone(),
            path: path.clone(),
            found_path: path,
            directory: directory.clone(),
        })
        .collect();
    let rules = Rules::new(settings.django, settings.js_aggregation);
    let mut verdict = Verdict::default();
    let manifest = read_manifest(root, settings, &mut verdict.problems);
    let by_path = (0..).zip(&files).map(|(index, file)| (&file.path, index));
    let verifier = Verifier {
        root,
        checker: Checker::new(&files, &settings.static_url, &rules),
        policy,
        compresses: settings.backend.compresses(),
        by_path: by_path.collect(),
        files: &files,
    };
    let roles = verifier.roles(manifest.as_ref(), settings, &mut verdict.problems);
    let found: Vec<Found> = files
        .par_iter()
        .zip(&roles)
        .map(|(file, role)| verifier.look_at(file, role))
        .collect();
    verdict.counts = VerifySummary {
        static_root: root.path().to_owned(),
        files: files.len(),
        entries: manifest.map_or(0, |manifest| manifest.paths.len()),
        ..VerifySummary::default()
    };
    for found in found {
        verdict.counts.copies += found.copies;
        verdict.counts.references += found.references;
        verdict.problems.extend(found.problems);
    }
    let unlisted = files.iter().zip(roles);
    let unlisted = unlisted.filter(|(_, role)| matches!(role, Role::Unlisted));
    verdict.unlisted = unlisted.map(|(file, _)| file.path.clone()).collect();
    Ok(verdict)
}

/// The manifest, if there shall be one and it can be read.
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

/// Why a file is there.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
    /// The manifest names it as that of this key.
    Hashed(LogicalPath),
    /// It has the path of a key, whose fingerprinted file is this; or there is
    /// no manifest to ask.
    Plain(Option<LogicalPath>),
    /// It is another file's compressed copy.
    Copy,
    /// It is the manifest.
    Manifest,
    /// Nobody knows.
    Unlisted,
}

/// What was found in one file and its compressed copies.
#[derive(Default)]
struct Found {
    problems: Vec<Problem>,
    copies: usize,
    references: usize,
}

struct Verifier<'a> {
    root: &'a StaticRoot,
    checker: Checker<'a>,
    policy: &'a Policy<'a>,
    compresses: bool,
    by_path: HashMap<&'a LogicalPath, usize>,
    files: &'a [Asset],
}

impl Verifier<'_> {
    /// The role of each file; what the manifest names and is not there is a
    /// problem.
    fn roles(
        &self,
        manifest: Option<&Manifest>,
        settings: &Settings,
        problems: &mut Vec<Problem>,
    ) -> Vec<Role> {
        let unknown = if settings.backend.hashes() {
            Role::Unlisted
        } else {
            Role::Plain(None)
        };
        let mut roles = vec![unknown; self.files.len()];
        let mut take = |path: &LogicalPath, role: Role, key: Option<&LogicalPath>| match (
            self.by_path.get(path),
            key,
        ) {
            (Some(&file), _) => roles[file] = role,
            (None, Some(key)) => problems.push(
                Problem::error(
                    Code::MissingFile,
                    format!("is not there; the manifest names it for {key}"),
                )
                .in_file(self.root.locate(path))
                .help("collect again: `staticc collect`"),
            ),
            (None, None) => {}
        };
        let keeps_plain = !settings.keeps_only_hashed();
        for (key, path) in manifest.iter().flat_map(|manifest| &manifest.paths) {
            if keeps_plain {
                let plain = LogicalPath::new(normpath(key.as_bytes()));
                take(&plain, Role::Plain(Some(path.clone())), Some(key));
            }
            take(path, Role::Hashed(key.clone()), Some(key));
        }
        let name = LogicalPath::new(settings.manifest_name.as_str());
        if settings.backend.hashes() {
            take(&name, Role::Manifest, None);
        }
        for (index, file) in self.files.iter().enumerate() {
            if self.compresses && roles[index] != Role::Unlisted {
                for encoding in Encoding::ALL {
                    let copy = file.path.with_suffix(encoding.suffix());
                    if let Some(&copy) = self.by_path.get(&copy) {
                        roles[copy] = Role::Copy;
                    }
                }
            }
        }
        roles
    }

    fn look_at(&self, file: &Asset, role: &Role) -> Found {
        let mut found = Found::default();
        let content = match role {
            Role::Hashed(_) | Role::Plain(_) => Content::read(file)
                .map_err(|error| found.problems.push(cannot_read(&file.source(), &error)))
                .ok(),
            Role::Copy | Role::Manifest | Role::Unlisted => None,
        };
        found.problems.extend(match (role, &content) {
            (Role::Hashed(key), Some(content)) => wrong_content(file, key, content.fingerprint()),
            // That of a text that was rewritten is nobody's.
            (Role::Plain(Some(hashed)), Some(Content::Other(fingerprint))) => {
                other_content(file, hashed, *fingerprint)
            }
            _ => None,
        });
        self.look_at_copies(file, &mut found);
        if let Some(Content::Text(bytes)) = content {
            self.look_at_references(file, role, &bytes, &mut found);
        }
        found
    }

    fn look_at_copies(&self, file: &Asset, found: &mut Found) {
        if !self.compresses {
            return;
        }
        for encoding in Encoding::ALL {
            let copy = file.path.with_suffix(encoding.suffix());
            if self.by_path.contains_key(&copy) {
                found.copies += 1;
                let problem = self.wrong_copy(file, encoding, &copy);
                found.problems.extend(problem);
            }
        }
    }

    fn look_at_references(&self, file: &Asset, role: &Role, bytes: &[u8], found: &mut Found) {
        let (key, reading) = match role {
            Role::Hashed(key) => (key, Reading::Served),
            _ => (&file.path, Reading::Written),
        };
        let text = String::from_utf8_lossy(bytes);
        let (references, dangling) = self.checker.check(file, &text, reading);
        found.references = references;
        let problems = dangling.into_iter();
        let problems = problems.filter_map(|it| self.dangling(file, key, it));
        found.problems.extend(problems);
    }

    /// What is wrong with a compressed copy.
    fn wrong_copy(&self, file: &Asset, encoding: Encoding, copy: &LogicalPath) -> Option<Problem> {
        let place = self.root.locate(copy);
        let same = disk::open(&place).and_then(|(copy, _)| {
            let (content, _) = disk::open(&file.source())?;
            is_copy(encoding, copy, content)
        });
        let message = match same {
            Ok(true) => return None,
            Ok(false) => format!("is not the compressed copy of {}", file.path),
            Err(error) => format!("cannot be decoded: {error}"),
        };
        let problem = Problem::error(Code::WrongCopy, message).in_file(place);
        Some(problem.help("collect again: `staticc collect` compares and repairs"))
    }

    /// A reference that leads nowhere, unless nobody wants to know.
    fn dangling(&self, file: &Asset, key: &LogicalPath, found: Dangling) -> Option<Problem> {
        let severity = (self.policy)(key, found.kind).severity()?;
        let message = format!("{} leads to no file", found.text);
        let mut problem = Problem::error(Code::DanglingReference, message)
            .in_file(file.source())
            .at(found.place)
            .note(format!("{} is not in STATIC_ROOT", found.path))
            .help("collect again: `staticc collect`; if it stays, correct the reference in the source");
        problem.severity = severity;
        Some(problem)
    }
}

/// The content of a file, read once.
enum Content {
    /// One that may refer to others.
    Text(Vec<u8>),
    /// Any other may be large, and its fingerprint is enough.
    Other(Fingerprint),
}

impl Content {
    fn read(file: &Asset) -> io::Result<Self> {
        if file.path.is_adjustable() {
            disk::read(&file.source()).map(Self::Text)
        } else {
            let (file, _) = disk::open(&file.source())?;
            Fingerprint::of_reader(file).map(Self::Other)
        }
    }

    fn fingerprint(&self) -> Fingerprint {
        match self {
            Self::Text(bytes) => Fingerprint::of(bytes),
            Self::Other(fingerprint) => *fingerprint,
        }
    }
}

/// What is wrong with the content of a fingerprinted file.
fn wrong_content(file: &Asset, key: &LogicalPath, fingerprint: Fingerprint) -> Option<Problem> {
    let expected = hashed_path(key, fingerprint.as_bytes());
    (expected.as_ref() != Some(&file.path)).then(|| {
        Problem::error(
            Code::WrongContent,
            format!("does not have the content that its name says: that is {fingerprint}"),
        )
        .in_file(file.source())
        .note(format!("the manifest names it for {key}"))
        .help("collect again: `staticc collect` compares contents and repairs")
    })
}

/// What is wrong with a plain file that is no text.
fn other_content(file: &Asset, hashed: &LogicalPath, fingerprint: Fingerprint) -> Option<Problem> {
    let same = hashed_path(&file.path, fingerprint.as_bytes()).as_ref() == Some(hashed);
    let message = format!("has another content than {hashed}");
    (!same).then(|| {
        Problem::warning(Code::OtherContent, message)
            .in_file(file.source())
            .note("a run was interrupted, or somebody changed it")
            .help("collect again: `staticc collect` compares contents and repairs")
    })
}
