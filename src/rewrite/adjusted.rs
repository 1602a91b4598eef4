//! Finishes the scanned texts: puts fingerprints in the place of placeholders,
//! targets before the files that refer to them. Knows no disk.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::context::RewriteContext;
use super::cycle_names::cycle_fingerprints;
use super::module_problems::PlainModule;
use super::reference_problems::unhashable_problem;
use super::reference_scan::{ReferenceScan, ScannedText, TextOrder, scan_all};
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
    pub text: Option<Vec<u8>>,
}

/// The result of rewriting all texts of a run.
#[derive(Debug)]
pub struct Rewritten {
    /// The path of each asset's fingerprinted copy, by asset. Use it only if
    /// `problems` holds no error: an asset without a fingerprint has zeros in its name.
    pub hashed: Vec<LogicalPath>,
    /// In the order of the assets. Texts in a cycle without names are missing, and so are those
    /// that refer to a file without a fingerprint.
    pub adjusted: Vec<(AssetId, Adjusted)>,
    /// Sorted by file and place.
    pub problems: Vec<Problem>,
    /// References to fingerprinted modules in texts that stay.
    pub plain_modules: Vec<PlainModule>,
}

/// Rewrites the texts of all adjustable assets.
pub fn rewrite(context: &RewriteContext<'_>, texts: Vec<(AssetId, &[u8])>) -> Rewritten {
    complete(context, scan_all(context, texts, &[]))
}

/// Rewrites all texts of a scan.
pub fn complete(context: &RewriteContext<'_>, scan: ReferenceScan<'_>) -> Rewritten {
    let mut problems = scan.problems;
    let missing = scan.missing_modules.into_iter();
    problems.extend(missing.map(|missing| missing.problem));
    Problem::sort(&mut problems);
    let mut fingerprints = context.fingerprints.to_vec();
    let adjusted = finish_texts(context, scan.texts, &scan.order, &mut fingerprints);
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
        plain_modules: scan.plain_modules,
    }
}

/// Puts the fingerprints in, if all of them are known.
fn finish(
    mut scanned: ScannedText<'_>,
    fingerprints: &[Option<Fingerprint>],
) -> Option<(AssetId, Adjusted)> {
    for (at, target) in std::mem::take(&mut scanned.placeholders) {
        scanned.put(at, fingerprints[target.index()]?);
    }
    let fingerprint = Fingerprint::of(scanned.bytes());
    Some(to_adjusted(scanned, fingerprint, false))
}

fn to_adjusted(
    scanned: ScannedText<'_>,
    fingerprint: Fingerprint,
    in_cycle: bool,
) -> (AssetId, Adjusted) {
    let bytes = scanned.bytes();
    let adjusted = Adjusted {
        fingerprint,
        id: blake3::hash(bytes),
        size: bytes.len() as u64,
        in_cycle,
        targets: scanned.targets,
        has_broken_refs: scanned.has_broken_refs,
        text: scanned.text,
    };
    (scanned.asset, adjusted)
}

/// Finishes texts that refer to each other, if all other fingerprints are known. A text alone has
/// a cycle only if it refers to itself.
fn finish_group(
    context: &RewriteContext<'_>,
    mut group: Vec<ScannedText<'_>>,
    fingerprints: &[Option<Fingerprint>],
) -> Option<Vec<(AssetId, Adjusted)>> {
    let members: HashSet<AssetId> = group.iter().map(|text| text.asset).collect();
    let mut has_cycle = false;
    for text in &mut group {
        let placeholders = std::mem::take(&mut text.placeholders).into_iter();
        let (inner, outer): (Vec<_>, Vec<_>) =
            placeholders.partition(|(_, target)| members.contains(target));
        for (at, target) in outer {
            text.put(at, fingerprints[target.index()]?);
        }
        has_cycle |= !inner.is_empty();
        text.placeholders = inner;
    }
    if !has_cycle {
        let texts = group.into_iter();
        return texts.map(|text| finish(text, fingerprints)).collect();
    }
    let texts = group.iter().map(|text| {
        let path = &context.assets[text.asset.index()].path;
        (path, text.bytes())
    });
    let names = cycle_fingerprints(&texts.collect::<Vec<_>>());
    let ids = group.iter().map(|text| text.asset);
    let by_member: HashMap<AssetId, Fingerprint> = ids.zip(names).collect();
    let finish = |mut text: ScannedText<'_>| {
        for (at, target) in std::mem::take(&mut text.placeholders) {
            text.put(at, by_member[&target]);
        }
        let name = by_member[&text.asset];
        to_adjusted(text, name, true)
    };
    Some(group.into_iter().map(finish).collect())
}

/// Finishes the texts in their order, and fills their fingerprints in.
fn finish_texts(
    context: &RewriteContext<'_>,
    texts: Vec<ScannedText<'_>>,
    order: &TextOrder,
    fingerprints: &mut [Option<Fingerprint>],
) -> Vec<(AssetId, Adjusted)> {
    let mut texts: Vec<Option<ScannedText<'_>>> = texts.into_iter().map(Some).collect();
    let mut adjusted = Vec::with_capacity(texts.len());
    let mut add = |finished: Vec<(AssetId, Adjusted)>, fingerprints: &mut [Option<Fingerprint>]| {
        for (asset, result) in &finished {
            fingerprints[asset.index()] = Some(result.fingerprint);
        }
        adjusted.extend(finished);
    };
    for wave in &order.waves {
        let ready = wave.iter().filter_map(|&index| texts[index].take());
        let ready: Vec<ScannedText<'_>> = ready.collect();
        let known = &*fingerprints;
        let finish = |text: ScannedText<'_>| finish(text, known);
        add(map_in_parallel(ready, finish), fingerprints);
    }
    for step in &order.groups {
        let mut take = |group: &Vec<usize>| {
            let members = group.iter();
            members
                .filter_map(|&index| texts.get_mut(index)?.take())
                .collect()
        };
        let ready: Vec<Vec<ScannedText<'_>>> = step.iter().map(&mut take).collect();
        let known = &*fingerprints;
        let finish = |group: Vec<ScannedText<'_>>| finish_group(context, group, known);
        let finished = map_in_parallel(ready, finish).into_iter().flatten();
        add(finished.collect(), fingerprints);
    }
    adjusted.sort_by_key(|(asset, _)| *asset);
    adjusted
}

/// Maps on all cores. A long chain is many waves of one text, which are not worth waking threads
/// for.
fn map_in_parallel<T: Send, R: Send>(
    items: Vec<T>,
    map: impl Fn(T) -> Option<R> + Sync + Send,
) -> Vec<R> {
    if items.len() == 1 {
        items.into_iter().filter_map(map).collect()
    } else {
        items.into_par_iter().filter_map(map).collect()
    }
}
