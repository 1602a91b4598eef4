//! The globs on files that are not treated as others are: `prehashed`, `no_rewrite` and
//! `no_hash`. Knows no file.

use std::path::PathBuf;

use globset::GlobMatcher;

use super::fields::to_glob;
use super::reader::Section;
use crate::model::{LogicalPath, PrehashedBy, SourceSpan, Treatment};

/// A glob on logical paths, and where the settings have it.
#[derive(Clone, Debug)]
pub struct PlacedGlob {
    pub matcher: GlobMatcher,
    /// The settings file, as shown to users.
    pub file: PathBuf,
    pub place: SourceSpan,
}

#[derive(Clone, Debug, Default)]
pub struct TreatmentGlobs {
    /// Files whose names have a hash already.
    pub prehashed: Vec<PlacedGlob>,
    /// Files whose names get a fingerprint, and whose texts stay.
    pub no_rewrite: Vec<PlacedGlob>,
    /// Files that have their plain names only.
    pub no_hash: Vec<PlacedGlob>,
}

impl TreatmentGlobs {
    pub fn read(staticc: &Section<'_>) -> Self {
        Self {
            prehashed: placed_globs(staticc, "prehashed"),
            no_rewrite: placed_globs(staticc, "no_rewrite"),
            no_hash: placed_globs(staticc, "no_hash"),
        }
    }

    /// Returns each key with what it wants, and its globs. Of two keys that match one file, the
    /// first counts.
    pub fn by_key(&self) -> [(&'static str, Treatment, &[PlacedGlob]); 3] {
        let prehashed = Treatment::Prehashed(PrehashedBy::Setting);
        [
            ("no_hash", Treatment::NoHash, &self.no_hash),
            ("prehashed", prehashed, &self.prehashed),
            ("no_rewrite", Treatment::NoRewrite, &self.no_rewrite),
        ]
    }

    /// Returns the treatment of a file, as far as the settings say it.
    pub fn treatment_of(&self, path: &LogicalPath) -> Treatment {
        let matches = |globs: &[PlacedGlob]| globs.iter().any(|glob| glob.is_match(path));
        let mut keys = self.by_key().into_iter();
        let found = keys.find(|(_, _, globs)| matches(globs));
        found.map(|(_, treatment, _)| treatment).unwrap_or_default()
    }
}

impl PlacedGlob {
    pub fn is_match(&self, path: &LogicalPath) -> bool {
        self.matcher.is_match(path.as_path())
    }

    /// Returns the glob as written.
    pub fn text(&self) -> &str {
        self.matcher.glob().glob()
    }
}

/// Returns the globs of an array with their places.
fn placed_globs(table: &Section<'_>, key: &str) -> Vec<PlacedGlob> {
    let placed = table.placed(key);
    placed
        .filter_map(|(text, span)| {
            Some(PlacedGlob {
                matcher: to_glob(table, key, text, span)?,
                file: span.text.name.as_str().into(),
                place: span.to_source_span(),
            })
        })
        .collect()
}
