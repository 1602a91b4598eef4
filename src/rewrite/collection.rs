//! From all texts of a run, once looked at, to their final texts and names:
//! fingerprints are filled in, targets first. Knows no disk.

use rayon::prelude::*;

use super::faults;
use super::faults::Elsewhere;
use super::resolve::{Leftovers, Resolver, hashed_path};
use super::rules::Rules;
use super::scan::Policy;
use super::survey::{Draft, ReferenceScan, survey};
use crate::model::{Asset, AssetId, ContentId, Fingerprint, LogicalPath, Problem};

/// Everything that rewriting depends on.
pub struct RewriteContext<'a> {
    /// The assets, by their numbers.
    pub assets: &'a [Asset],
    /// The fingerprints of those that are not adjustable.
    pub fingerprints: &'a [Option<Fingerprint>],
    /// The patterns.
    pub rules: &'a Rules,
    /// `STATIC_URL`, absolute.
    pub static_url: &'a str,
    /// Whether plain copies stay beside the fingerprinted ones.
    pub keeps_plain: bool,
    /// What STATIC_ROOT holds besides.
    pub leftovers: &'a dyn Leftovers,
    /// Where a file is that is not collected.
    pub elsewhere: &'a (dyn Fn(&LogicalPath) -> Option<Elsewhere> + Sync),
    /// What a reference to nothing amounts to.
    pub policy: &'a Policy<'a>,
}

/// An adjustable asset whose references are rewritten.
#[derive(Clone, Debug)]
pub struct Adjusted {
    /// Of the final text.
    pub fingerprint: Fingerprint,
    /// Of the final text.
    pub id: ContentId,
    /// Of the final text, in bytes.
    pub size: u64,
    /// The assets that its references name, each once.
    pub targets: Vec<AssetId>,
    /// Whether it has references to nothing that somebody should know of.
    pub has_broken_refs: bool,
    /// The final text where it differs from the source. An earlier run's
    /// results come without it.
    pub text: Option<String>,
}

/// What rewriting gives.
#[derive(Debug)]
pub struct Rewritten {
    /// The path of each asset's fingerprinted copy, by asset number. Of no
    /// meaning where an error was found.
    pub hashed: Vec<LogicalPath>,
    /// What became of each text, by asset number; of those missing whose
    /// names hang on a circle, or on a file without a fingerprint.
    pub adjusted: Vec<(AssetId, Adjusted)>,
    /// Everything found wrong, sorted by file and place.
    pub problems: Vec<Problem>,
}

impl<'a> RewriteContext<'a> {
    /// What references are looked up in.
    pub fn resolver(&self) -> Resolver<'a> {
        Resolver::new(
            self.assets,
            self.static_url,
            self.rules.skips_protocol_relative,
            self.keeps_plain,
            self.leftovers,
        )
    }
}

/// Rewrites the texts of all adjustable assets.
pub fn rewrite(job: &RewriteContext<'_>, texts: Vec<(AssetId, &str)>) -> Rewritten {
    complete(job, survey(job, texts, &[]))
}

/// Rewrites all texts that were looked at.
pub fn complete(job: &RewriteContext<'_>, survey: ReferenceScan<'_>) -> Rewritten {
    let mut problems = survey.problems;
    let mut fingerprints = job.fingerprints.to_vec();
    let adjusted = fill(survey.drafts, &survey.waves, &mut fingerprints);
    let mut hashed = Vec::with_capacity(job.assets.len());
    for (asset, fingerprint) in job.assets.iter().zip(&fingerprints) {
        let zero = [b'0'; Fingerprint::LEN];
        let digits = fingerprint.as_ref().map_or(&zero, Fingerprint::as_bytes);
        hashed.push(hashed_path(&asset.key, digits).unwrap_or_else(|| {
            problems.push(faults::unhashable(asset));
            asset.path.clone()
        }));
    }
    Rewritten {
        hashed,
        adjusted,
        problems,
    }
}

/// Puts the fingerprints in, if all of them are known.
fn finish(draft: Draft<'_>, fingerprints: &[Option<Fingerprint>]) -> Option<Adjusted> {
    let mut text = draft.text.map(String::into_bytes);
    for (at, target) in draft.slots {
        let fingerprint = fingerprints[target.index()]?;
        if let Some(bytes) = &mut text {
            bytes[at..at + Fingerprint::LEN].copy_from_slice(fingerprint.as_bytes());
        }
    }
    let bytes = text.as_deref().unwrap_or(draft.source.as_bytes());
    Some(Adjusted {
        fingerprint: Fingerprint::of(bytes),
        id: blake3::hash(bytes),
        size: bytes.len() as u64,
        targets: draft.targets,
        has_broken_refs: draft.has_broken_refs,
        text: text.and_then(|bytes| String::from_utf8(bytes).ok()),
    })
}

/// Finishes the texts, wave after wave.
fn fill(
    drafts: Vec<Draft<'_>>,
    waves: &[Vec<usize>],
    fingerprints: &mut [Option<Fingerprint>],
) -> Vec<(AssetId, Adjusted)> {
    let mut drafts: Vec<Option<Draft<'_>>> = drafts.into_iter().map(Some).collect();
    let mut adjusted = Vec::with_capacity(drafts.len());
    for wave in waves {
        let ready: Vec<Draft<'_>> = wave
            .iter()
            .filter_map(|&index| drafts[index].take())
            .collect();
        let known = &*fingerprints;
        let finish = |draft: Draft<'_>| Some((draft.asset, finish(draft, known)?));
        // A long chain is many waves of one: not worth waking threads for.
        let finished: Vec<(AssetId, Adjusted)> = if ready.len() == 1 {
            ready.into_iter().filter_map(finish).collect()
        } else {
            ready.into_par_iter().filter_map(finish).collect()
        };
        for (asset, result) in &finished {
            fingerprints[asset.index()] = Some(result.fingerprint);
        }
        adjusted.extend(finished);
    }
    adjusted.sort_by_key(|(asset, _)| *asset);
    adjusted
}
