//! The severity of references to nothing, and which entries of the settings
//! no reference needed. Knows no texts.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::nouns::{Level, LogicalPath, Problem, ReferenceKind};
use crate::settings::{Allow, Settings};

/// What `missing_references` and `[[staticc.allow]]` say of a reference.
pub struct Policy<'a> {
    default: Level,
    allow: Vec<(&'a Allow, AtomicBool)>,
}

impl<'a> Policy<'a> {
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
        let entry = self.allow.iter().find(|(allow, _)| {
            allow.kind.is_none_or(|only| only == kind) && allow.path.is_match(path.as_path())
        });
        entry.map_or(self.default, |(allow, used)| {
            used.store(true, Ordering::Relaxed);
            allow.level
        })
    }

    /// What the settings say of a problem with this code at this path.
    pub fn level_of(&self, _path: &LogicalPath, _code: &'static str) -> Option<Level> {
        self.allow.first().and(None)
    }

    /// Entries that no reference needed.
    pub fn unused(&self) -> impl Iterator<Item = Problem> {
        self.allow
            .iter()
            .filter(|(_, used)| !used.load(Ordering::Relaxed))
            .map(|(allow, _)| {
                let glob = allow.path.glob();
                Problem::warning(
                    "unused-allow",
                    format!(
                        "[[staticc.allow]] for {glob} (line {}) matches no missing reference",
                        allow.line
                    ),
                )
                .cure("remove the entry")
            })
    }
}
