//! All texts of a run together: scan each, put them in order, fill in the
//! fingerprints, and say everything that is wrong. Knows no disk.

use rayon::prelude::*;

use super::graph;
use super::resolve::{Leftovers, Resolver, hashed_path};
use super::rules::Rules;
use super::scan::{Fault, Finding, Policy, Scanned, scan};
use super::suggest::Suggestions;
use crate::nouns::{Asset, AssetId, Fingerprint, Level, LineIndex, LogicalPath, Problem, Severity};

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

/// An adjustable asset's text with its references rewritten.
#[derive(Debug)]
pub struct Adjusted {
    /// Whose.
    pub asset: AssetId,
    /// The final text.
    pub text: String,
    /// Whether it differs from the source.
    pub changed: bool,
}

/// What rewriting gives.
#[derive(Debug)]
pub struct Rewritten {
    /// The path of each asset's fingerprinted copy, by asset number. Of no
    /// meaning where an error was found.
    pub hashed: Vec<LogicalPath>,
    /// The adjustable assets' texts, by asset number.
    pub texts: Vec<Adjusted>,
    /// Everything found wrong, sorted by file and place.
    pub problems: Vec<Problem>,
}

/// Rewrites the texts of all adjustable assets.
pub fn rewrite(job: &Job<'_>, texts: Vec<(AssetId, String)>) -> Rewritten {
    let resolver = Resolver::new(
        job.assets,
        job.static_url,
        job.rules.skips_protocol_relative,
        job.keeps_plain,
        job.leftovers,
    );
    let mut found: Vec<(AssetId, Scanned, Vec<Problem>)> = texts
        .into_par_iter()
        .map(|(id, text)| {
            let asset = &job.assets[id.index()];
            // Places are in the original text, which a clean file gives up.
            let original = text.clone();
            let scanned = scan(asset, text, job.rules, &resolver, job.policy);
            let problems = place(asset, &original, &scanned.findings, job.assets);
            (id, scanned, problems)
        })
        .collect();
    let mut problems: Vec<Problem> = found
        .iter_mut()
        .flat_map(|(_, _, problems)| std::mem::take(problems))
        .collect();
    problems.sort_by(|a, b| (&a.file, &a.place).cmp(&(&b.file, &b.place)));

    let mut fingerprints = job.fingerprints.to_vec();
    match order(job, &found) {
        Ok(waves) => fill(&mut found, &waves, &mut fingerprints),
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
    let texts = found
        .into_iter()
        .map(|(asset, scanned, _)| Adjusted {
            asset,
            text: scanned.text,
            changed: scanned.changed,
        })
        .collect();
    Rewritten {
        hashed,
        texts,
        problems,
    }
}

/// The order in which the texts can be finished.
fn order(
    job: &Job<'_>,
    found: &[(AssetId, Scanned, Vec<Problem>)],
) -> Result<Vec<Vec<usize>>, Vec<Problem>> {
    let mut number = vec![None; job.assets.len()];
    for (index, (id, ..)) in found.iter().enumerate() {
        number[id.index()] = Some(index);
    }
    let targets: Vec<Vec<usize>> = found
        .iter()
        .map(|(_, scanned, _)| {
            let mut targets: Vec<usize> = scanned
                .slots
                .iter()
                .filter_map(|(_, target)| number[target.index()])
                .collect();
            targets.sort_unstable();
            targets.dedup();
            targets
        })
        .collect();
    graph::waves(&targets).map_err(|cycles| {
        cycles
            .into_iter()
            .map(|cycle| {
                let assets = cycle.iter().map(|&index| found[index].0);
                circular(job.assets, &assets.collect::<Vec<_>>())
            })
            .collect()
    })
}

/// Puts the fingerprints in, wave after wave.
fn fill(
    found: &mut [(AssetId, Scanned, Vec<Problem>)],
    waves: &[Vec<usize>],
    fingerprints: &mut [Option<Fingerprint>],
) {
    for wave in waves {
        let mut texts: Vec<(usize, AssetId, String)> = wave
            .iter()
            .map(|&index| {
                let (id, scanned, _) = &mut found[index];
                (index, *id, std::mem::take(&mut scanned.text))
            })
            .collect();
        let known = &*fingerprints;
        let finish = |(index, id, text): (usize, AssetId, String)| {
            let mut bytes = text.into_bytes();
            for (at, target) in &found[index].1.slots {
                if let Some(fingerprint) = known[target.index()] {
                    bytes[*at..*at + Fingerprint::LEN].copy_from_slice(fingerprint.as_bytes());
                }
            }
            let fingerprint = Fingerprint::of(&bytes);
            (
                index,
                id,
                String::from_utf8(bytes).unwrap_or_default(),
                fingerprint,
            )
        };
        // A long chain is many waves of one: not worth waking threads for.
        let finished: Vec<_> = if texts.len() == 1 {
            texts.drain(..).map(finish).collect()
        } else {
            texts.into_par_iter().map(finish).collect()
        };
        for (index, id, text, fingerprint) in finished {
            found[index].1.text = text;
            fingerprints[id.index()] = Some(fingerprint);
        }
    }
}

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
    let lines = LineIndex::new(text);
    let suggestions = Suggestions::new(asset, assets);
    told.into_iter()
        .map(|finding| {
            let place = lines.place(finding.start, finding.end.max(finding.start));
            let matched = shorten(text.get(finding.start..finding.end).unwrap_or_default());
            let mut problem = match &finding.fault {
                Fault::Missing(path) => {
                    let problem = Problem::error(
                        "missing-reference",
                        format!("{matched} names no collected file"),
                    )
                    .note(format!("looked for {path}"));
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
                .note(format!("looked for {path}")),
                Fault::Leftover(path) => Problem::warning(
                    "leftover-reference",
                    format!(
                        "{matched} names {path}, which only an earlier run left in STATIC_ROOT"
                    ),
                )
                .cure("collect that file again, or remove the reference"),
            };
            if finding.level != Level::Error {
                problem.severity = Severity::Warning;
            }
            problem.in_file(&asset.source).at(place)
        })
        .collect()
}

/// A reference as it can stand in a message.
fn shorten(matched: &str) -> String {
    let mut text: String = matched
        .chars()
        .take(120)
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    if text.len() < matched.len() {
        text.push('…');
    }
    text
}

/// An asset whose name Django's rules turn into a path elsewhere.
fn unhashable(asset: &Asset) -> Problem {
    Problem::error(
        "unusable-name",
        format!("{} cannot be given a fingerprinted name", asset.key),
    )
    .in_file(&asset.source)
    .note("read as a URL, as Django does, the name leads out of STATIC_ROOT")
    .cure("rename the file")
}

/// Files that refer to each other in a circle.
fn circular(assets: &[Asset], cycle: &[AssetId]) -> Problem {
    let name = |id: &AssetId| assets[id.index()].key.to_text().into_owned();
    let mut names: Vec<String> = cycle.iter().map(name).collect();
    names.extend(cycle.first().map(name));
    Problem::error("cycle", format!("files refer to each other in a circle: {}", names.join(" → ")))
        .in_file(&assets[cycle[0].index()].source)
        .note("each one's name follows its content, and its content holds the next one's name (Django: \"Max post-process passes exceeded.\")")
        .cure("remove one of these references")
}
