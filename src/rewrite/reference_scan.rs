//! Scans all texts of a run: which references each has, whether they lead
//! anywhere, and in which order the texts can be finished. Knows no disk, and
//! no fingerprint.

use rayon::prelude::*;

use super::context::RewriteContext;
use super::graph;
use super::module_problems::{MissingModule, PlainModule};
use super::reference_problems::{self, TextProblems};
use super::resolve::Resolver;
use super::scan::scan;
use super::scanned::{AssetReference, Scanned, shorten};
use super::suggest::Suggestions;
use crate::model::{
    AssetId, Fingerprint, LineIndex, Problem, ReferenceKind, ReferenceRules, SourceSpan, readable,
};

/// The scanned texts, before any of them has its final name.
pub struct ReferenceScan<'a> {
    /// Sorted by file and place.
    pub problems: Vec<Problem>,
    /// Modules that are missing, and matter only if a page needs them.
    pub missing_modules: Vec<MissingModule>,
    /// References to fingerprinted modules in texts that stay.
    pub plain_modules: Vec<PlainModule>,
    pub(super) texts: Vec<ScannedText<'a>>,
    pub(super) order: TextOrder,
    /// Whether there are cycles of references, which have no names by Django's rules.
    pub has_nameless_cycles: bool,
}

/// In which order the texts can be finished. All numbers are indices of texts.
#[derive(Default)]
pub(super) struct TextOrder {
    /// Targets are in earlier waves. Texts in a cycle of references, or with a reference into
    /// one, are in no wave.
    pub waves: Vec<Vec<usize>>,
    /// The other texts, if cycles have names: those that refer to each other together, and targets
    /// in earlier steps.
    pub groups: Vec<Vec<Vec<usize>>>,
}

/// A text with placeholders for the fingerprints of its targets.
pub(super) struct ScannedText<'a> {
    pub asset: AssetId,
    pub source: &'a [u8],
    /// `None` if it equals the source.
    pub text: Option<Vec<u8>>,
    /// Where in `text` the fingerprint of which asset belongs.
    pub placeholders: Vec<(usize, AssetId)>,
    /// The assets that it refers to, each once.
    pub targets: Vec<AssetId>,
    pub has_broken_refs: bool,
}

/// The references of one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct References {
    /// In the order of the text.
    pub to_assets: Vec<Reference>,
    /// How many lead to a directory.
    pub to_directories: usize,
    /// How many are left alone: other hosts, `data:`, fragments.
    pub foreign: usize,
    /// How many lead to no file, out of STATIC_ROOT, or to a file that only an earlier run left.
    pub broken: usize,
}

/// A reference of a text to an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub kind: ReferenceKind,
    pub target: AssetId,
    pub span: SourceSpan,
    /// The reference as written, shortened.
    pub text: String,
}

/// Scans the texts. `unchanged` are other texts, without problems, of which
/// only the targets are known: they count in the order and in cycles.
pub fn scan_all<'a>(
    context: &RewriteContext<'_>,
    texts: Vec<(AssetId, &'a [u8])>,
    unchanged: &[(AssetId, Vec<AssetId>)],
) -> ReferenceScan<'a> {
    let resolver = context.resolver();
    let suggestions = Suggestions::new(context.assets);
    let results: Vec<(ScannedText<'a>, TextProblems)> = texts
        .into_par_iter()
        .map(|(id, text)| {
            let asset = &context.assets[id.index()];
            let scanned = scan(asset, text, context.rules, &resolver, context.policy);
            let problems =
                reference_problems::to_problems(context, id, text, &scanned, &suggestions);
            let mut scanned_text = ScannedText::new(id, text, scanned);
            scanned_text.has_broken_refs |= !problems.plain_modules.is_empty();
            (scanned_text, problems)
        })
        .collect();
    let (mut texts, mut problems) = (Vec::with_capacity(results.len()), Vec::new());
    let (mut missing_modules, mut plain_modules) = (Vec::new(), Vec::new());
    for (text, found) in results {
        texts.push(text);
        problems.extend(found.problems);
        missing_modules.extend(found.missing_modules);
        plain_modules.extend(found.plain_modules);
    }
    let (order, cycles) = order(context, &texts, unchanged);
    let has_nameless_cycles = !cycles.is_empty();
    problems.extend(cycles.into_iter().map(|cycle| {
        reference_problems::cycle_problem(context.assets, &cycle, |from, to| {
            let text = texts.iter().find(|text| text.asset == from)?;
            let all = references(context, &resolver, from, text.source);
            let mut to_assets = all.to_assets.into_iter();
            let first = to_assets.find(|reference| reference.target == to)?;
            Some(first.span)
        })
    }));
    Problem::sort(&mut problems);
    ReferenceScan {
        problems,
        missing_modules,
        plain_modules,
        texts,
        order,
        has_nameless_cycles,
    }
}

impl ReferenceScan<'_> {
    /// Returns each text's asset, its targets, and whether it has broken references.
    pub fn texts(&self) -> impl Iterator<Item = (AssetId, &[AssetId], bool)> {
        let texts = self.texts.iter();
        texts.map(|text| (text.asset, &text.targets[..], text.has_broken_refs))
    }
}

/// Returns the references of one text.
pub fn references(
    context: &RewriteContext<'_>,
    resolver: &Resolver<'_>,
    id: AssetId,
    text: &[u8],
) -> References {
    let asset = &context.assets[id.index()];
    let mut scanned = scan(asset, text, context.rules, resolver, context.policy);
    scanned.to_assets.sort_by_key(|reference| reference.start);
    scanned.foreign.sort_unstable();
    scanned.foreign.dedup();
    let text = readable(text);
    let lines = LineIndex::new(&text);
    let with_span = |reference: AssetReference| {
        let range = reference.start..reference.end;
        Reference {
            kind: reference.kind,
            target: reference.target,
            span: lines.span(range.start, range.end),
            text: shorten(text.get(range).unwrap_or_default()),
        }
    };
    References {
        to_assets: scanned.to_assets.into_iter().map(with_span).collect(),
        to_directories: scanned.directories,
        foreign: scanned.foreign.len(),
        broken: scanned.findings.len(),
    }
}

impl<'a> ScannedText<'a> {
    fn new(asset: AssetId, source: &'a [u8], scanned: Scanned) -> Self {
        let placeholders = scanned.placeholders.iter().map(|(_, target)| *target);
        let all = scanned.to_assets.iter();
        let staying = all
            .filter(|reference| !reference.is_rewritten)
            .map(|reference| reference.target);
        let mut targets: Vec<AssetId> = placeholders.chain(staying).collect();
        targets.sort_unstable();
        targets.dedup();
        Self {
            asset,
            source,
            text: scanned.text,
            placeholders: scanned.placeholders,
            targets,
            has_broken_refs: !scanned.findings.is_empty(),
        }
    }

    /// Returns the new text, as far as it is finished.
    pub fn bytes(&self) -> &[u8] {
        self.text.as_deref().unwrap_or(self.source)
    }

    /// Puts the fingerprint at a placeholder.
    pub fn put(&mut self, at: usize, fingerprint: Fingerprint) {
        let place = at..at + Fingerprint::LEN;
        if let Some(place) = self.text.as_mut().and_then(|text| text.get_mut(place)) {
            place.copy_from_slice(fingerprint.as_bytes());
        }
    }
}

/// Returns the order of `texts`, and the cycles that have no names. Unchanged texts take part in
/// both, but are in no wave.
fn order(
    context: &RewriteContext<'_>,
    texts: &[ScannedText<'_>],
    unchanged: &[(AssetId, Vec<AssetId>)],
) -> (TextOrder, Vec<Vec<AssetId>>) {
    let rewrites = |id: &AssetId| context.assets[id.index()].treatment.rewrites();
    let scanned = texts.iter().map(|text| (text.asset, &text.targets));
    let all = scanned.chain(unchanged.iter().map(|(id, targets)| (*id, targets)));
    let (ids, targets): (Vec<AssetId>, Vec<&Vec<AssetId>>) = all.unzip();
    let mut nodes = vec![None; context.assets.len()];
    for (index, id) in ids.iter().enumerate() {
        nodes[id.index()] = Some(index);
    }
    let to_nodes = |(id, targets): (&AssetId, &&Vec<AssetId>)| {
        // A text that stays waits for no other.
        let waits_for = targets.iter().filter(|_| rewrites(id));
        let nodes = waits_for.map(|target| nodes[target.index()]);
        nodes.flatten().collect()
    };
    let edges: Vec<Vec<usize>> = ids.iter().zip(&targets).map(to_nodes).collect();
    let mut found = graph::order(&edges);
    for wave in &mut found.waves {
        wave.retain(|&index| index < texts.len());
    }
    let mut order = TextOrder {
        waves: std::mem::take(&mut found.waves),
        groups: Vec::new(),
    };
    match context.rules.are_of() {
        ReferenceRules::Browser => {
            order.groups = found.groups(&edges);
            (order, Vec::new())
        }
        ReferenceRules::Django => {
            let to_ids = |cycle: Vec<usize>| cycle.into_iter().map(|index| ids[index]).collect();
            let cycles = found.cycles(&edges).into_iter().map(to_ids);
            (order, cycles.collect())
        }
    }
}
