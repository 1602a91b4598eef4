//! Checks CSS and JavaScript, and whether all sources can be read. Reads only texts
//! that the record does not list as clean.

use rayon::prelude::*;

use crate::model::{AssetId, Problem, Stamp};
use crate::rewrite::context::RewriteContext;
use crate::rewrite::module_problems::{MissingModule, PlainModule};
use crate::rewrite::reference_scan::{ReferenceScan, scan_all};
use crate::sources::skim::{SkimmedSource, skim};
use crate::state::check_record::{CheckRecord, CleanText};

#[derive(Debug, Default)]
pub struct CheckedTexts {
    /// Sorted by file and place.
    pub problems: Vec<Problem>,
    /// Modules that are missing, and matter only if a page needs them.
    pub missing_modules: Vec<MissingModule>,
    /// References to fingerprinted modules in texts that stay.
    pub plain_modules: Vec<PlainModule>,
    /// Every text with the files that it names.
    pub targets: Vec<(AssetId, Vec<AssetId>)>,
    /// The texts without problems.
    pub clean: Vec<CleanText>,
    /// How many texts there are.
    pub count: usize,
}

/// Checks all files. With `check_references`, scans the texts that the record does
/// not list as clean.
pub fn check_texts(
    context: &RewriteContext<'_>,
    record: &CheckRecord,
    check_references: bool,
) -> CheckedTexts {
    let skimmed: Vec<(AssetId, Result<SkimmedSource, Box<Problem>>)> = context
        .assets
        .par_iter()
        .enumerate()
        .map(|(index, asset)| {
            let id = AssetId::new(index);
            let is_clean = |stamp: &Stamp| record.targets(id, stamp).is_some();
            (
                id,
                skim(asset, context.rules.are_of(), is_clean).map_err(Box::new),
            )
        })
        .collect();
    let mut checked = CheckedTexts::default();
    let (mut texts, mut unchanged, mut stamps) = (Vec::new(), Vec::new(), Vec::new());
    for (id, source) in skimmed {
        checked.count += usize::from(context.assets[id.index()].is_scanned);
        match source {
            Ok(SkimmedSource::NotAdjustable) => {}
            Ok(SkimmedSource::Unchanged(stamp)) => {
                let targets = record.targets(id, &stamp).unwrap_or_default();
                unchanged.push((id, targets.clone()));
                checked.clean.push(CleanText { id, stamp, targets });
            }
            Ok(SkimmedSource::Text(stamp, text)) => {
                stamps.push(stamp);
                texts.push((id, text));
            }
            Err(problem) => checked.problems.push(*problem),
        }
    }
    if !check_references {
        return checked;
    }
    let borrowed = texts.iter().map(|(id, text)| (*id, &text[..]));
    let scan = scan_all(context, borrowed.collect(), &unchanged);
    if scan.has_nameless_cycles && !unchanged.is_empty() {
        // The message shows the place of each reference in the cycle, also in
        // texts that the record lists.
        return check_texts(context, &CheckRecord::default(), check_references);
    }
    if !scan.has_nameless_cycles {
        checked.clean.extend(clean_texts(&scan, stamps));
    }
    let scanned = scan.texts().map(|(id, targets, _)| (id, targets.to_vec()));
    checked.targets = scanned.collect();
    checked.targets.extend(unchanged);
    checked.problems.extend(scan.problems);
    checked.missing_modules = scan.missing_modules;
    checked.plain_modules = scan.plain_modules;
    checked
}

/// Returns the scanned texts without problems. `stamps` are those of all scanned texts.
fn clean_texts(scan: &ReferenceScan<'_>, stamps: Vec<Stamp>) -> impl Iterator<Item = CleanText> {
    let with_stamps = scan.texts().zip(stamps);
    with_stamps
        .filter(|((_, _, has_broken_refs), _)| !has_broken_refs)
        .map(|((id, targets, _), stamp)| CleanText {
            id,
            stamp,
            targets: targets.to_vec(),
        })
}
