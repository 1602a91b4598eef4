//! Decides how severe a problem is, and finds the `[[staticc.allow]]` entries
//! that no problem matches. Does not know where problems come from.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use globset::GlobMatcher;

use crate::model::{
    AllowLocation, Code, LogicalPath, Problem, ReferenceKind, ReportLevel, SeverityDecision,
};
use crate::settings::{Allow, AllowKind, ReferenceLevels, Settings};

/// The settings `missing_references` and `[[staticc.allow]]`.
pub struct SeverityPolicy<'a> {
    default: ReferenceLevels,
    /// Each entry, and whether it has matched.
    allow: Vec<(&'a Allow, AtomicBool)>,
}

impl<'a> SeverityPolicy<'a> {
    pub fn new(settings: &'a Settings) -> Self {
        let unused = |allow| (allow, AtomicBool::new(false));
        Self {
            default: settings.missing_references,
            allow: settings.allow.iter().map(unused).collect(),
        }
    }

    /// Returns the level of a reference in this file to a missing one.
    pub fn level(&self, path: &LogicalPath, kind: ReferenceKind, target: &Path) -> ReportLevel {
        let allowed = self.use_entry(path, AllowKind::Reference(kind), Some(target));
        allowed.unwrap_or(self.default.of(kind))
    }

    /// Returns whether the settings say nothing about a missing module in this file.
    pub fn is_default_for_module(&self, path: &LogicalPath, target: &Path) -> bool {
        let kind = AllowKind::Reference(ReferenceKind::Js);
        self.default.has_default_for_modules() && self.entry(path, kind, Some(target)).is_none()
    }

    /// Returns the level of missing references in this file, whatever they name, and the entry
    /// that sets it.
    pub fn decision(&self, path: &LogicalPath, kind: ReferenceKind) -> SeverityDecision {
        let entry = self
            .entry(path, AllowKind::Reference(kind), None)
            .map(|(allow, _)| *allow);
        SeverityDecision {
            kind,
            level: entry.map_or(self.default.of(kind), |allow| allow.level),
            allow: entry.map(|allow| AllowLocation {
                file: allow.file.clone(),
                span: allow.place.clone(),
            }),
        }
    }

    /// Returns the level that an entry sets for this problem.
    pub fn level_of(&self, path: &LogicalPath, code: Code) -> Option<ReportLevel> {
        self.use_entry(path, AllowKind::Problem(code), None)
    }

    /// Returns the level of the first entry that matches, and marks the entry
    /// as used.
    fn use_entry(
        &self,
        path: &LogicalPath,
        kind: AllowKind,
        target: Option<&Path>,
    ) -> Option<ReportLevel> {
        let (allow, used) = self.entry(path, kind, target)?;
        used.store(true, Ordering::Relaxed);
        Some(allow.level)
    }

    /// Returns the first entry that matches. Without a target, that is one for every target.
    fn entry(
        &self,
        path: &LogicalPath,
        kind: AllowKind,
        target: Option<&Path>,
    ) -> Option<&(&'a Allow, AtomicBool)> {
        let is_match = |allow: &Allow| {
            let has_target =
                |glob: &GlobMatcher| target.is_some_and(|target| glob.is_match(target));
            allow.kind.covers(kind)
                && allow.path.is_match(path.as_path())
                && allow.target.as_ref().is_none_or(has_target)
        };
        self.allow.iter().find(|(allow, _)| is_match(allow))
    }

    /// Warns of entries that matched nothing, of those kinds that were checked.
    pub fn unused(&self, is_checked: impl Fn(AllowKind) -> bool) -> impl Iterator<Item = Problem> {
        let unused = self
            .allow
            .iter()
            .filter(move |(allow, used)| is_checked(allow.kind) && !used.load(Ordering::Relaxed));
        unused.map(|(allow, _)| {
            let path = allow.path.glob();
            let (subject, help) = match &allow.target {
                None => (
                    path.to_string(),
                    "correct its path, a glob on paths under STATIC_ROOT, or remove the entry",
                ),
                Some(target) => (
                    format!("{} in {path}", target.glob()),
                    "correct its path and its target, globs on paths under STATIC_ROOT, or remove the entry",
                ),
            };
            let message = format!("this [[staticc.allow]] for {subject} matches nothing");
            Problem::warning(Code::UnusedAllow, message)
                .in_file(&allow.file)
                .at(allow.place.clone())
                .help(help)
        })
    }
}
