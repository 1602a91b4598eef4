//! Looks at sources for `check`, which reads only the texts that have changed.

use super::source_problem::{check_text, no_metadata, not_a_file, unreadable};
use crate::disk;
use crate::model::{Asset, Problem, ReferenceRules, Stamp};

#[derive(Debug)]
pub enum SkimmedSource {
    NotAdjustable,
    /// A text that has the known stamp, and is not read.
    Unchanged(Stamp),
    /// A text, and its stamp before reading.
    Text(Stamp, Vec<u8>),
}

/// Checks that a source can be read. Reads it only if it is a text whose stamp
/// `is_known` does not know.
pub fn skim(
    asset: &Asset,
    rules: ReferenceRules,
    is_known: impl FnOnce(&Stamp) -> bool,
) -> Result<SkimmedSource, Problem> {
    let source = asset.source();
    let metadata = std::fs::metadata(&source).map_err(|error| no_metadata(&source, &error))?;
    if let Some(problem) = not_a_file(&source, &metadata) {
        return Err(problem);
    }
    let stamp = Stamp::of(&metadata);
    if !asset.is_scanned {
        rustix::fs::access(&source, rustix::fs::Access::READ_OK)
            .map_err(|error| unreadable(&source, &error.into()))?;
        return Ok(SkimmedSource::NotAdjustable);
    }
    if is_known(&stamp) {
        return Ok(SkimmedSource::Unchanged(stamp));
    }
    let bytes = disk::read(&source).map_err(|error| unreadable(&source, &error))?;
    check_text(&source, &bytes, rules)?;
    Ok(SkimmedSource::Text(stamp, bytes))
}
