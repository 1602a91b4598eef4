//! What is wrong in css and js, and with files that cannot be read. Reads the
//! texts that are not known to be clean; decides nothing about references.

use rayon::prelude::*;

use crate::model::{AssetId, Problem, Stamp};
use crate::rewrite::collection::RewriteContext;
use crate::rewrite::survey::survey;
use crate::sources::read::{Skimmed, skim};
use crate::state::check_record::Record;

/// What was found in the texts.
#[derive(Debug, Default)]
pub struct Texts {
    /// What is wrong, sorted.
    pub problems: Vec<Problem>,
    /// Texts with nothing wrong in them, and what they refer to.
    pub clean: Vec<(AssetId, Stamp, Vec<AssetId>)>,
    /// How many texts there are.
    pub count: usize,
}

/// Looks at all files; at those references that the record has not as clean
/// unless there are to be none.
pub fn look_at_texts(job: &RewriteContext<'_>, record: &Record, references: bool) -> Texts {
    let skimmed: Vec<(AssetId, Result<Skimmed, Box<Problem>>)> = job
        .assets
        .par_iter()
        .enumerate()
        .map(|(index, asset)| {
            let id = AssetId(u32::try_from(index).unwrap_or(u32::MAX));
            let known = |stamp: &Stamp| record.targets(id, stamp).is_some();
            (id, skim(asset, known).map_err(Box::new))
        })
        .collect();
    let mut all = Texts::default();
    let (mut texts, mut known, mut stamps) = (Vec::new(), Vec::new(), Vec::new());
    for (id, skimmed) in skimmed {
        all.count += usize::from(job.assets[id.index()].path.is_adjustable());
        match skimmed {
            Ok(Skimmed::Other) => {}
            Ok(Skimmed::Known(stamp)) => {
                let targets = record.targets(id, &stamp).unwrap_or_default();
                known.push((id, targets.clone()));
                all.clean.push((id, stamp, targets));
            }
            Ok(Skimmed::Text(stamp, text)) => {
                stamps.push(stamp);
                texts.push((id, text));
            }
            Err(problem) => all.problems.push(*problem),
        }
    }
    if !references {
        return all;
    }
    let borrowed = texts.iter().map(|(id, text)| (*id, text.as_str()));
    let survey = survey(job, borrowed.collect(), &known);
    if survey.circular && !known.is_empty() {
        // The members' places are wanted, of those known as well.
        return look_at_texts(job, &Record::default(), references);
    }
    if !survey.circular {
        for ((id, targets, has_broken_refs), stamp) in survey.texts().zip(stamps) {
            if !has_broken_refs {
                all.clean.push((id, stamp, targets.to_vec()));
            }
        }
    }
    all.problems.extend(survey.problems);
    all
}
