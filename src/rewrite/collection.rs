//! All texts of a run together: scan each, put them in order, fill in the
//! fingerprints, and say everything that is wrong. Knows no disk.

use std::borrow::Cow;

use rayon::prelude::*;

use super::graph;
use super::resolve::{Leftovers, Resolver, hashed_path};
use super::rules::Rules;
use super::scan::{Fault, Finding, Policy, Scanned, scan, shorten};
use super::suggest::Suggestions;
use crate::nouns::{
    Asset, AssetId, ContentId, Fingerprint, Level, LineIndex, LogicalPath, Problem, Severity,
};

/// Everything that rewriting depends on.
pub struct Job<'a> {
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
    pub faulty: bool,
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
    /// What became of each text, by asset number.
    pub adjusted: Vec<(AssetId, Adjusted)>,
    /// Everything found wrong, sorted by file and place.
    pub problems: Vec<Problem>,
}

/// Rewrites the texts of all adjustable assets.
pub fn rewrite(job: &Job<'_>, texts: Vec<(AssetId, &str)>) -> Rewritten {
    let resolver = Resolver::new(
        job.assets,
        job.static_url,
        job.rules.skips_protocol_relative,
        job.keeps_plain,
        job.leftovers,
    );
    let mut drafts: Vec<Draft<'_>> = texts
        .into_par_iter()
        .map(|(id, text)| {
            let asset = &job.assets[id.index()];
            let scanned = scan(asset, text, job.rules, &resolver, job.policy);
            let problems = place(asset, text, &scanned.findings, job.assets);
            Draft::new(id, text, scanned, problems)
        })
        .collect();
    let mut problems: Vec<Problem> = drafts
        .iter_mut()
        .flat_map(|draft| std::mem::take(&mut draft.problems))
        .collect();
    problems.sort_by(|a, b| {
        // What is said of a whole file comes after its places.
        let key = (a.place.is_none(), &a.place);
        let other = (b.place.is_none(), &b.place);
        a.file.cmp(&b.file).then_with(|| key.cmp(&other))
    });

    let mut fingerprints = job.fingerprints.to_vec();
    let mut adjusted = Vec::new();
    match order(job, &drafts) {
        Ok(waves) => adjusted = fill(drafts, &waves, &mut fingerprints),
        Err(cycles) => problems.extend(cycles),
    }
    let mut hashed = Vec::with_capacity(job.assets.len());
    for (asset, fingerprint) in job.assets.iter().zip(&fingerprints) {
        let zero = [b'0'; Fingerprint::LEN];
        let digits = fingerprint.as_ref().map_or(&zero, Fingerprint::as_bytes);
        hashed.push(hashed_path(&asset.key, digits).unwrap_or_else(|| {
            problems.push(unhashable(asset));
            asset.path.clone()
        }));
    }
    Rewritten {
        hashed,
        adjusted,
        problems,
    }
}

/// A text with placeholders, waiting for its targets.
struct Draft<'a> {
    asset: AssetId,
    /// Owned if it differs from the source.
    text: Cow<'a, str>,
    slots: Vec<(usize, AssetId)>,
    targets: Vec<AssetId>,
    faulty: bool,
    problems: Vec<Problem>,
}

impl<'a> Draft<'a> {
    fn new(asset: AssetId, text: &'a str, scanned: Scanned, problems: Vec<Problem>) -> Self {
        let mut targets: Vec<AssetId> = scanned.slots.iter().map(|(_, target)| *target).collect();
        targets.sort_unstable();
        targets.dedup();
        Self {
            asset,
            text: scanned.text.map_or(Cow::Borrowed(text), Cow::Owned),
            slots: scanned.slots,
            targets,
            faulty: !scanned.findings.is_empty(),
            problems,
        }
    }

    /// Puts the fingerprints in.
    fn finish(self, fingerprints: &[Option<Fingerprint>]) -> Adjusted {
        let text = match self.text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => {
                let mut bytes = text.into_bytes();
                for (at, target) in self.slots {
                    if let Some(fingerprint) = fingerprints[target.index()] {
                        bytes[at..at + Fingerprint::LEN].copy_from_slice(fingerprint.as_bytes());
                    }
                }
                Cow::Owned(bytes)
            }
        };
        Adjusted {
            fingerprint: Fingerprint::of(&text),
            id: blake3::hash(&text),
            size: text.len() as u64,
            targets: self.targets,
            faulty: self.faulty,
            text: match text {
                Cow::Borrowed(_) => None,
                Cow::Owned(bytes) => String::from_utf8(bytes).ok(),
            },
        }
    }
}

/// The order in which the texts can be finished.
fn order(job: &Job<'_>, drafts: &[Draft<'_>]) -> Result<Vec<Vec<usize>>, Vec<Problem>> {
    let mut number = vec![None; job.assets.len()];
    for (index, draft) in drafts.iter().enumerate() {
        number[draft.asset.index()] = Some(index);
    }
    let targets: Vec<Vec<usize>> = drafts
        .iter()
        .map(|draft| {
            let targets = draft.targets.iter();
            targets
                .filter_map(|target| number[target.index()])
                .collect()
        })
        .collect();
    graph::waves(&targets).map_err(|cycles| {
        cycles
            .into_iter()
            .map(|cycle| {
                let assets = cycle.iter().map(|&index| drafts[index].asset);
                circular(job.assets, &assets.collect::<Vec<_>>())
            })
            .collect()
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
        let finish = |draft: Draft<'_>| (draft.asset, draft.finish(known));
        // A long chain is many waves of one: not worth waking threads for.
        let finished: Vec<(AssetId, Adjusted)> = if ready.len() == 1 {
            ready.into_iter().map(finish).collect()
        } else {
            ready.into_par_iter().map(finish).collect()
        };
        for (asset, result) in &finished {
            fingerprints[asset.index()] = Some(result.fingerprint);
        }
        adjusted.extend(finished);
    }
    adjusted.sort_by_key(|(asset, _)| *asset);
    adjusted
}

/// So many findings of one text are told one by one.
const TOLD: usize = 1000;

/// The findings of one text as problems with places.
fn place(asset: &Asset, text: &str, findings: &[Finding], assets: &[Asset]) -> Vec<Problem> {
    let told: Vec<&Finding> = findings
        .iter()
        .filter(|finding| {
            finding.level != Level::Ignore || matches!(finding.fault, Fault::Leftover(_))
        })
        .collect();
    if told.is_empty() {
        return Vec::new();
    }
    let (told, more) = told.split_at(told.len().min(TOLD));
    let lines = LineIndex::new(text);
    let suggestions = Suggestions::new(asset, assets);
    let problems = told.iter().map(|finding| {
        let place = lines.place(finding.start, finding.end.max(finding.start));
        let matched = shorten(text.get(finding.start..finding.end).unwrap_or_default());
        let mut problem = match &finding.fault {
            Fault::Missing(path) => {
                let problem = Problem::error(
                    "missing-reference",
                    format!("{matched} names no collected file"),
                )
                .note(format!("looked for {}", shorten(path)));
                match suggestions.nearest(path) {
                    Some(found) => {
                        problem.cure(format!("did you mean {}?", suggestions.spell(found)))
                    }
                    None => problem,
                }
            }
            Fault::Outside(path) => Problem::error(
                "reference-outside",
                format!("{matched} leads out of STATIC_ROOT"),
            )
            .note(format!("looked for {}", shorten(path))),
            Fault::Leftover(path) => Problem::warning(
                "leftover-reference",
                format!("{matched} names {path}, which only an earlier run left in STATIC_ROOT"),
            )
            .cure("collect that file again, or remove the reference"),
        };
        if finding.level != Level::Error {
            problem.severity = Severity::Warning;
        }
        problem.in_file(asset.source()).at(place)
    });
    problems.chain(summary(asset, more)).collect()
}

/// Those findings of one text that are not told one by one.
fn summary(asset: &Asset, more: &[&Finding]) -> Option<Problem> {
    let message = format!("{} more references have problems", more.len());
    let fails = |finding: &&Finding| {
        finding.level == Level::Error && !matches!(finding.fault, Fault::Leftover(_))
    };
    let problem = if more.is_empty() {
        return None;
    } else if more.iter().any(fails) {
        Problem::error("more-problems", message)
    } else {
        Problem::warning("more-problems", message)
    };
    Some(problem.in_file(asset.source()))
}

/// An asset whose name Django's rules turn into a path elsewhere.
fn unhashable(asset: &Asset) -> Problem {
    Problem::error(
        "unusable-name",
        format!("{} cannot be given a fingerprinted name", asset.key),
    )
    .in_file(asset.source())
    .note("read as a URL, as Django does, the name leads out of STATIC_ROOT")
    .cure("rename the file")
}

/// So many members of a cycle are named.
const MEMBERS: usize = 8;

/// Files that refer to each other in a circle.
fn circular(assets: &[Asset], cycle: &[AssetId]) -> Problem {
    let name = |id: &AssetId| assets[id.index()].key.to_text().into_owned();
    let mut names: Vec<String> = cycle.iter().take(MEMBERS).map(name).collect();
    if cycle.len() > MEMBERS {
        names.push(format!("… {} more …", cycle.len() - MEMBERS));
    }
    names.extend(cycle.first().map(name));
    Problem::error("cycle", format!("files refer to each other in a circle: {}", names.join(" → ")))
        .in_file(assets[cycle[0].index()].source())
        .note("each one's name follows its content, and its content holds the next one's name (Django: \"Max post-process passes exceeded.\")")
        .cure("remove one of these references")
}
