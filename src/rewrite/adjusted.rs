//! Finishes the scanned texts: puts fingerprints in the place of placeholders,
//! targets before the files that refer to them. Knows no disk.

use rayon::prelude::*;

use super::context::RewriteContext;
use super::reference_problems::unhashable_problem;
use super::reference_scan::{ReferenceScan, ScannedText, scan_all};
use super::resolve::final_path;
use crate::model::{AssetId, ContentId, Fingerprint, LogicalPath, Problem};

/// An adjustable asset whose references are rewritten. Fingerprint, content id
/// and size are those of the final text.
#[derive(Clone, Debug)]
pub struct Adjusted {
    pub fingerprint: Fingerprint,
    pub id: ContentId,
    /// The size in bytes.
    pub size: u64,
    /// Whether its references lead back to it. The fingerprint is then of all texts in the cycle.
    pub in_cycle: bool,
    /// The assets that its references name, each once.
    pub targets: Vec<AssetId>,
    /// Whether the next run must look at it again, to report its broken references.
    pub has_broken_refs: bool,
    /// The final text where it differs from the source. `None` as well for a
    /// result of an earlier run, whose text is in STATIC_ROOT only.
    pub text: Option<String>,
}

/// The result of rewriting all texts of a run.
#[derive(Debug)]
pub struct Rewritten {
    /// The path of each asset's fingerprinted copy, by asset. Use it only if
    /// `problems` holds no error: an asset without a fingerprint has zeros in its name.
    pub hashed: Vec<LogicalPath>,
    /// In the order of the assets. Texts in a cycle of references are missing,
    /// and so are those that refer to a file without a fingerprint.
    pub adjusted: Vec<(AssetId, Adjusted)>,
    /// Sorted by file and place.
    pub problems: Vec<Problem>,
}

/// Rewrites the texts of all adjustable assets.
pub fn rewrite(context: &RewriteContext<'_>, texts: Vec<(AssetId, &str)>) -> Rewritten {
    complete(context, scan_all(context, texts, &[]))
}

/// Rewrites all texts of a scan.
pub fn complete(context: &RewriteContext<'_>, scan: ReferenceScan<'_>) -> Rewritten {
    let mut problems = scan.problems;
    let mut fingerprints = context.fingerprints.to_vec();
    let adjusted = finish_waves(scan.texts, &scan.waves, &mut fingerprints);
    let mut hashed = Vec::with_capacity(context.assets.len());
    for (asset, fingerprint) in context.assets.iter().zip(&fingerprints) {
        let zero = [b'0'; Fingerprint::LEN];
        let digits = fingerprint.as_ref().map_or(&zero, Fingerprint::as_bytes);
        hashed.push(final_path(asset, digits).unwrap_or_else(|| {
            problems.push(unhashable_problem(asset));
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
fn finish(scanned: ScannedText<'_>, fingerprints: &[Option<Fingerprint>]) -> Option<Adjusted> {
    let mut text = scanned.text.map(String::into_bytes);
    for (at, target) in scanned.placeholders {
        let fingerprint = fingerprints[target.index()]?;
        if let Some(bytes) = &mut text {
            bytes[at..at + Fingerprint::LEN].copy_from_slice(fingerprint.as_bytes());
        }
    }
    let bytes = text.as_deref().unwrap_or(scanned.source.as_bytes());
    Some(Adjusted {
        fingerprint: Fingerprint::of(bytes),
        id: blake3::hash(bytes),
        size: bytes.len() as u64,
        in_cycle: false,
        targets: scanned.targets,
        has_broken_refs: scanned.has_broken_refs,
        text: text.and_then(|bytes| String::from_utf8(bytes).ok()),
    })
}

/// Finishes the texts wave after wave, and fills their fingerprints in.
fn finish_waves(
    texts: Vec<ScannedText<'_>>,
    waves: &[Vec<usize>],
    fingerprints: &mut [Option<Fingerprint>],
) -> Vec<(AssetId, Adjusted)> {
    let mut texts: Vec<Option<ScannedText<'_>>> = texts.into_iter().map(Some).collect();
    let mut adjusted = Vec::with_capacity(texts.len());
    for wave in waves {
        let ready: Vec<ScannedText<'_>> = wave
            .iter()
            .filter_map(|&index| texts[index].take())
            .collect();
        let known = &*fingerprints;
        let finish = |text: ScannedText<'_>| Some((text.asset, finish(text, known)?));
        // A long chain is many waves of one text, which are not worth waking threads for.
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
