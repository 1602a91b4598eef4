//! All texts of a run looked at together: which references each has, whether
//! they lead anywhere, and in which order the texts can be finished. Knows no
//! disk, and no fingerprint.

use rayon::prelude::*;

use super::collection::RewriteContext;
use super::faults;
use super::graph;
use super::graph::Order;
use super::resolve::Resolver;
use super::scan::{Scanned, Seen, scan, shorten};
use super::suggest::Suggestions;
use crate::model::{AssetId, LineIndex, Problem, ReferenceKind, SourceSpan};

/// What the texts say, before any of them has its final name.
pub struct ReferenceScan<'a> {
    /// Everything found wrong, sorted by file and place.
    pub problems: Vec<Problem>,
    pub(super) drafts: Vec<Draft<'a>>,
    /// Drafts by number, targets first; those in a circle, or that lead into
    /// one, are in none.
    pub(super) waves: Vec<Vec<usize>>,
    /// Whether texts refer to each other in a circle.
    pub circular: bool,
}

/// A text with placeholders, waiting for its targets.
pub(super) struct Draft<'a> {
    pub asset: AssetId,
    pub source: &'a str,
    /// `None` if it is the source.
    pub text: Option<String>,
    pub slots: Vec<(usize, AssetId)>,
    pub targets: Vec<AssetId>,
    /// Whether it has references to nothing.
    pub has_broken_refs: bool,
}

/// The references of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct References {
    /// Those to assets, in the order they stand.
    pub to_assets: Vec<Reference>,
    /// How many lead to a directory.
    pub to_directories: usize,
    /// How many are not to the site's files.
    pub foreign: usize,
    /// How many lead to nothing, or to what only an earlier run left.
    pub has_broken_refs: usize,
}

/// A reference of a text to an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What it is.
    pub kind: ReferenceKind,
    /// What it names.
    pub target: AssetId,
    /// Where it stands.
    pub place: SourceSpan,
    /// What stands there, shortened.
    pub text: String,
}

/// Looks at the texts. `known` are others, of which only the targets are
/// known, and which have nothing wrong with them.
pub fn survey<'a>(
    job: &RewriteContext<'_>,
    texts: Vec<(AssetId, &'a str)>,
    known: &[(AssetId, Vec<AssetId>)],
) -> ReferenceScan<'a> {
    let resolver = job.resolver();
    let suggestions = Suggestions::new(job.assets);
    let (drafts, problems): (Vec<Draft<'a>>, Vec<Vec<Problem>>) = texts
        .into_par_iter()
        .map(|(id, text)| {
            let asset = &job.assets[id.index()];
            let scanned = scan(asset, text, job.rules, &resolver, job.policy);
            let problems = faults::tell(job, asset, text, &scanned.findings, &suggestions);
            (Draft::new(id, text, scanned), problems)
        })
        .unzip();
    let mut problems: Vec<Problem> = problems.into_iter().flatten().collect();
    let (waves, cycles) = order(job, &drafts, known);
    let circular = !cycles.is_empty();
    problems.extend(cycles.into_iter().map(|cycle| {
        faults::circular(job.assets, &cycle, |from, to| {
            let draft = drafts.iter().find(|draft| draft.asset == from)?;
            let references = references(job, &resolver, from, draft.source);
            let mut references = references.to_assets.into_iter();
            let first = references.find(|it| it.target == to)?;
            Some(first.place)
        })
    }));
    Problem::sort(&mut problems);
    ReferenceScan {
        problems,
        drafts,
        waves,
        circular,
    }
}

impl ReferenceScan<'_> {
    /// The texts looked at: their targets, and whether they have references
    /// to nothing.
    pub fn texts(&self) -> impl Iterator<Item = (AssetId, &[AssetId], bool)> {
        let drafts = self.drafts.iter();
        drafts.map(|draft| (draft.asset, &draft.targets[..], draft.has_broken_refs))
    }
}

/// The references of one text.
pub fn references(
    job: &RewriteContext<'_>,
    resolver: &Resolver<'_>,
    id: AssetId,
    text: &str,
) -> References {
    let asset = &job.assets[id.index()];
    let mut scanned = scan(asset, text, job.rules, resolver, job.policy);
    scanned.seen.sort_by_key(|it| it.start);
    scanned.foreign.sort_unstable();
    scanned.foreign.dedup();
    let lines = LineIndex::new(text);
    let reference = |it: Seen| Reference {
        kind: it.kind,
        target: it.target,
        place: lines.span(it.start, it.end),
        text: shorten(text.get(it.start..it.end).unwrap_or_default()),
    };
    References {
        to_assets: scanned.seen.into_iter().map(reference).collect(),
        to_directories: scanned.directories,
        foreign: scanned.foreign.len(),
        has_broken_refs: scanned.findings.len(),
    }
}

impl<'a> Draft<'a> {
    fn new(asset: AssetId, source: &'a str, scanned: Scanned) -> Self {
        let mut targets: Vec<AssetId> = scanned.slots.iter().map(|(_, target)| *target).collect();
        targets.sort_unstable();
        targets.dedup();
        Self {
            asset,
            source,
            text: scanned.text,
            slots: scanned.slots,
            targets,
            has_broken_refs: !scanned.findings.is_empty(),
        }
    }
}

/// The order in which the texts can be finished, and the circles they are in.
/// Those that are known count, but need not be finished.
fn order(
    job: &RewriteContext<'_>,
    drafts: &[Draft<'_>],
    known: &[(AssetId, Vec<AssetId>)],
) -> (Vec<Vec<usize>>, Vec<Vec<AssetId>>) {
    let drawn = drafts.iter().map(|draft| (draft.asset, &draft.targets));
    let all = drawn.chain(known.iter().map(|(id, targets)| (*id, targets)));
    let (ids, targets): (Vec<AssetId>, Vec<&Vec<AssetId>>) = all.unzip();
    let mut number = vec![None; job.assets.len()];
    for (index, id) in ids.iter().enumerate() {
        number[id.index()] = Some(index);
    }
    let numbered = |targets: &&Vec<AssetId>| {
        let targets = targets.iter();
        targets.filter_map(|it| number[it.index()]).collect()
    };
    let targets: Vec<Vec<usize>> = targets.iter().map(numbered).collect();
    let named = |cycle: Vec<usize>| cycle.into_iter().map(|index| ids[index]).collect();
    let Order { mut waves, cycles } = graph::order(&targets);
    for wave in &mut waves {
        wave.retain(|&index| index < drafts.len());
    }
    (waves, cycles.into_iter().map(named).collect())
}
