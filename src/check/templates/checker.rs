//! Checks that the static files which templates name are collected. Reads only the
//! templates that the record does not list as clean; knows no template language.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rayon::prelude::*;

use super::engine::{Engine, references};
use super::package_problems::PackageProblems;
use super::static_reference::StaticReference;
use super::template_file::{TemplateFile, list_templates, unreadable};
use crate::check::static_name::{asset_key, lookup_key};
use crate::model::{
    Code, LineIndex, LogicalPath, Problem, ReferenceKind, ReportLevel, Severity, Stamp, readable,
};
use crate::rewrite::context::RewriteContext;
use crate::rewrite::hint::{allow_entry, with_hint};
use crate::rewrite::reference_problems::{MAX_REPORTED, overflow_problem};
use crate::rewrite::scanned::shorten;
use crate::rewrite::suggest::{Referrer, Suggestions};
use crate::state::check_record::CheckRecord;

#[derive(Debug, Default)]
pub struct CheckedTemplates {
    /// In the order of the templates.
    pub problems: Vec<Problem>,
    /// The templates without problems.
    pub clean: Vec<(PathBuf, Stamp)>,
    /// How many templates there are.
    pub count: usize,
}

pub struct TemplateChecker<'a> {
    /// The template directories, in the order in which names are looked up.
    pub directories: &'a [PathBuf],
    pub context: &'a RewriteContext<'a>,
    /// Whether the backend looks names up in a manifest.
    pub hashes: bool,
    /// Whether problems in the templates of installed packages are reported one by one.
    pub all_templates: bool,
    /// Returns what a missing file of a path amounts to in the template of a name.
    pub level: &'a (dyn Fn(&LogicalPath, &Path) -> ReportLevel + Sync),
}

/// Looks names up among the collected files.
struct StaticNames<'a> {
    /// Returns the key of a name that is not collected.
    missing_key: &'a (dyn Fn(&str) -> Option<String> + Sync),
    suggestions: &'a Suggestions<'a>,
}

/// A reference to a file that is not collected.
struct MissingFile {
    reference: StaticReference,
    /// What the storage looks up.
    key: String,
    /// `None` if the settings ignore it.
    severity: Option<Severity>,
}

impl TemplateChecker<'_> {
    /// Checks the templates that the record does not list as clean.
    pub fn check(&self, record: &CheckRecord) -> CheckedTemplates {
        let mut checked = CheckedTemplates::default();
        let mut in_packages = PackageProblems::default();
        let mut problems = Vec::new();
        let mut report = |package: Option<&str>, problem: Problem| match package
            .filter(|_| !self.all_templates)
        {
            Some(package) => in_packages.add(package),
            None => problems.push(problem),
        };
        let templates = list_templates(self.directories, &mut report);
        checked.count = templates.len();
        let suggestions = Suggestions::new(self.context.assets);
        let collected = OnceLock::new();
        let missing_key = |name: &str| {
            let collected = collected.get_or_init(|| self.collected_keys());
            let key = lookup_key(name, self.hashes)?;
            (!collected.contains(&key[..])).then(|| String::from_utf8_lossy(&key).into_owned())
        };
        let names = StaticNames {
            missing_key: &missing_key,
            suggestions: &suggestions,
        };
        let results: Vec<io::Result<(Stamp, Option<Vec<Problem>>)>> = templates
            .par_iter()
            .map(|template| {
                let stamp = Stamp::of(&std::fs::metadata(&template.path)?);
                if record.has_template(&template.path, &stamp) {
                    return Ok((stamp, None));
                }
                let text = template.read()?;
                Ok((stamp, self.check_text(template, &text, &names)))
            })
            .collect();
        for (template, result) in templates.into_iter().zip(results) {
            let found = match result {
                Ok((stamp, None)) => {
                    checked.clean.push((template.path, stamp));
                    continue;
                }
                Ok((_, Some(found))) => found,
                Err(error) => vec![unreadable(&template.path, &error)],
            };
            for problem in found {
                report(template.package.as_deref(), problem);
            }
        }
        problems.extend(in_packages.summary());
        checked.problems = problems;
        checked
    }

    fn collected_keys(&self) -> HashSet<&[u8]> {
        let assets = self.context.assets.iter();
        let keys = assets.map(|asset| asset_key(asset, self.hashes).as_bytes());
        keys.collect()
    }

    /// Returns the problems of a template, `None` if it is clean. Problems that the
    /// settings ignore leave an empty list: such a template is not clean.
    fn check_text(
        &self,
        template: &TemplateFile,
        bytes: &[u8],
        names: &StaticNames<'_>,
    ) -> Option<Vec<Problem>> {
        let all = references(bytes, Engine::Either).into_iter();
        let missing: Vec<MissingFile> = all
            .filter_map(|reference| {
                let key = (names.missing_key)(&reference.name)?;
                let level = (self.level)(&template.name, Path::new(&key));
                Some(MissingFile {
                    reference,
                    key,
                    severity: level.severity(),
                })
            })
            .collect();
        if missing.is_empty() {
            return None;
        }
        let text = readable(bytes);
        let lines = LineIndex::new(&text);
        let mut others = Vec::new();
        let mut problems = Vec::new();
        for file in &missing {
            let Some(severity) = file.severity else {
                continue;
            };
            if problems.len() < MAX_REPORTED {
                problems.push(self.problem(template, file, (&text, &lines), severity, names));
            } else {
                others.push(severity);
            }
        }
        let worst = others.iter().min().copied();
        let overflow =
            worst.and_then(|worst| overflow_problem(others.len(), worst, &template.path));
        problems.extend(overflow);
        Some(problems)
    }

    fn problem(
        &self,
        template: &TemplateFile,
        missing: &MissingFile,
        (text, lines): (&str, &LineIndex<'_>),
        severity: Severity,
        names: &StaticNames<'_>,
    ) -> Problem {
        let reference = &missing.reference;
        let written = shorten(&text[reference.start..reference.end]);
        let message = format!("{written} names no collected file");
        let problem = Problem::error(Code::MissingStatic, message)
            .in_file(&template.path)
            .at(lines.span(reference.start, reference.end))
            .note(format!("looked for {}", shorten(&missing.key)));
        Problem {
            severity,
            ..self.with_help(problem, template, missing, names)
        }
    }

    /// Adds what the author of the template can do.
    fn with_help(
        &self,
        problem: Problem,
        template: &TemplateFile,
        missing: &MissingFile,
        names: &StaticNames<'_>,
    ) -> Problem {
        let (name, key) = (&missing.reference.name, &missing.key[..]);
        let bare = key.trim_start_matches('/');
        if name.contains("//") && name != key {
            return problem.help("a whole URL needs no {% static %}: write it as it is");
        }
        if bare.is_empty() {
            return problem.help("name a file");
        }
        if bare != key && (names.missing_key)(bare).is_none() {
            return problem.help(format!("names begin without a slash: {bare}"));
        }
        let uncollected = (self.context.uncollected)(&LogicalPath::new(bare));
        let referrer = Referrer {
            file: &template.path,
            home: template.app_directory(),
        };
        let suggestion = names.suggestions.nearest(bare, Some(referrer));
        let question = suggestion.map(|other| other.question(&other.asset.key.to_text()));
        let allow = allow_entry(&template.name, Some(key), ReferenceKind::Template);
        with_hint(problem, uncollected, question, Some(&allow))
    }
}
