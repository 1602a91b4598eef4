//! The severity of problems, and which entries of the settings nothing
//! needed. Knows no texts.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::{Code, Level, LogicalPath, Problem, ReferenceKind, SeverityDecision};
use crate::settings::{Allow, AllowKind, Settings};

/// What `missing_references` and `[[staticc.allow]]` say.
pub struct SeverityPolicy<'a> {
    default: Level,
    allow: Vec<(&'a Allow, AtomicBool)>,
}

impl<'a> SeverityPolicy<'a> {
    /// The policy of the settings.
    pub fn new(settings: &'a Settings) -> Self {
        let unused = |allow| (allow, AtomicBool::new(false));
        Self {
            default: settings.missing_references,
            allow: settings.allow.iter().map(unused).collect(),
        }
    }

    /// What a reference to nothing in this file amounts to.
    pub fn level(&self, path: &LogicalPath, kind: ReferenceKind) -> Level {
        let level = self.said(path, AllowKind::Reference(kind));
        level.unwrap_or(self.default)
    }

    /// The same, and who says so.
    pub fn ruling(&self, path: &LogicalPath, kind: ReferenceKind) -> SeverityDecision {
        let entry = self.entry(path, AllowKind::Reference(kind)).map(|it| it.0);
        SeverityDecision {
            kind,
            level: entry.map_or(self.default, |allow| allow.level),
            entry: entry.map(|allow| (allow.file.clone(), allow.place.clone())),
        }
    }

    /// What the settings say of a problem with this code at this path.
    pub fn level_of(&self, path: &LogicalPath, code: Code) -> Option<Level> {
        self.said(path, AllowKind::Problem(code))
    }

    /// What the first entry says that is about this.
    fn said(&self, path: &LogicalPath, kind: AllowKind) -> Option<Level> {
        let (allow, used) = self.entry(path, kind)?;
        used.store(true, Ordering::Relaxed);
        Some(allow.level)
    }

    /// The first entry that is about this.
    fn entry(&self, path: &LogicalPath, kind: AllowKind) -> Option<&(&'a Allow, AtomicBool)> {
        let is_about =
            |allow: &Allow| allow.kind.covers(kind) && allow.path.is_match(path.as_path());
        self.allow.iter().find(|(allow, _)| is_about(allow))
    }

    /// Entries that nothing needed, of those about what was looked at.
    pub fn unused(&self, looked_at: impl Fn(AllowKind) -> bool) -> impl Iterator<Item = Problem> {
        let unused = self
            .allow
            .iter()
            .filter(move |(allow, used)| looked_at(allow.kind) && !used.load(Ordering::Relaxed));
        unused.map(|(allow, _)| {
            let message = format!(
                "this [[staticc.allow]] for {} matches nothing",
                allow.path.glob()
            );
            Problem::warning(Code::UnusedAllow, message)
                .in_file(&allow.file)
                .at(allow.place.clone())
                .help("correct its path, a glob on paths under STATIC_ROOT, or remove the entry")
        })
    }
}
