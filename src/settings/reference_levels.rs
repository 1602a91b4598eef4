//! What a missing reference of each kind amounts to: the setting `missing_references`. Does not
//! know `[[staticc.allow]]`, which makes exceptions for some files.

use super::choices::LEVELS;
use super::keys::MISSING_REFERENCES;
use super::reader::Section;
use crate::model::{ReferenceKind, ReferenceRules, ReportLevel};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferenceLevels {
    css: ReportLevel,
    js: ReportLevel,
    source_map: ReportLevel,
    webmanifest: ReportLevel,
    template: ReportLevel,
    /// Whether the settings say the level of missing modules.
    js_is_written: bool,
}

impl ReferenceLevels {
    /// Reads the setting: a word is the level of all kinds, and a table has the levels of some.
    pub fn read(staticc: &Section<'_>, rules: ReferenceRules) -> Self {
        let word = staticc.word("missing_references", &LEVELS);
        let table = staticc.table(&MISSING_REFERENCES);
        let level = |kind: ReferenceKind| {
            let in_table = || table.word(kind.as_str(), &LEVELS);
            // A value that is none of the words is reported, and the run fails.
            word.or_else(in_table).unwrap_or(match (rules, kind) {
                // Packages have modules that no page loads.
                (ReferenceRules::Browser, ReferenceKind::Js) => ReportLevel::Warn,
                _ => ReportLevel::Error,
            })
        };
        Self {
            css: level(ReferenceKind::Css),
            js: level(ReferenceKind::Js),
            source_map: level(ReferenceKind::SourceMap),
            webmanifest: level(ReferenceKind::Webmanifest),
            template: level(ReferenceKind::Template),
            js_is_written: word.is_some() || table.has(ReferenceKind::Js.as_str()),
        }
    }

    /// Returns whether missing modules are as severe as they are by default.
    pub fn has_default_for_modules(self) -> bool {
        !self.js_is_written
    }

    /// Returns the level of references of this kind.
    pub fn of(self, kind: ReferenceKind) -> ReportLevel {
        match kind {
            ReferenceKind::Css => self.css,
            ReferenceKind::Js => self.js,
            ReferenceKind::SourceMap => self.source_map,
            ReferenceKind::Webmanifest => self.webmanifest,
            ReferenceKind::Template => self.template,
        }
    }
}
