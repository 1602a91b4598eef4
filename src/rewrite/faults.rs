//! What is wrong with references, as problems with places and cures. Knows
//! texts and names; looks at no disk but through [`Elsewhere`]'s finder.

use std::path::{Path, PathBuf};

use super::collection::RewriteContext;
use super::scan::{Fault, Finding, shorten};
use super::suggest::{Likeness, Suggestions};
use crate::model::{
    Asset, AssetId, Code, LineIndex, LogicalPath, Problem, ReferenceKind, ReportLevel, Severity,
    SourceSpan,
};

/// Where a file is that is not collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// In a source directory; this pattern has it ignored.
    Ignored(PathBuf, String),
    /// Only in STATIC_ROOT, from an earlier run.
    Earlier,
}

/// So many findings of one text are told one by one.
pub const TOLD: usize = 1000;

/// The findings of one text as problems with places.
pub(super) fn tell(
    job: &RewriteContext<'_>,
    asset: &Asset,
    text: &str,
    findings: &[Finding],
    suggestions: &Suggestions<'_>,
) -> Vec<Problem> {
    let told: Vec<&Finding> = findings
        .iter()
        .filter(|finding| {
            finding.level != ReportLevel::Ignore || matches!(finding.fault, Fault::Leftover(_))
        })
        .collect();
    if told.is_empty() {
        return Vec::new();
    }
    let (told, more) = told.split_at(told.len().min(TOLD));
    let lines = LineIndex::new(text);
    let problems = told.iter().map(|finding| {
        let place = lines.span(finding.start, finding.end.max(finding.start));
        let matched = shorten(text.get(finding.start..finding.end).unwrap_or_default());
        let mut problem = match &finding.fault {
            Fault::Missing(path) => {
                let message = format!("{matched} names no collected file");
                let problem = Problem::error(Code::MissingReference, message);
                let problem = problem.note(format!("looked for {}", shorten(path)));
                let elsewhere = (job.elsewhere)(&LogicalPath::new(path.as_str()));
                let spell = |meant: &Asset| {
                    (meant.path != asset.path).then(|| suggestions.spell(asset, meant))
                };
                hint(problem, elsewhere, path, spell, suggestions)
                    .or_help(|| remedy(&asset.path, finding.kind))
            }
            Fault::Outside(path) => Problem::error(
                Code::ReferenceOutside,
                format!("{matched} leads out of STATIC_ROOT"),
            )
            .note(format!("looked for {}", shorten(path)))
            .help("count the `..`: the path starts at the file that refers, or at STATIC_URL"),
            Fault::Leftover(path) => Problem::warning(
                Code::LeftoverReference,
                format!("{matched} names {path}, which only an earlier run left in STATIC_ROOT"),
            )
            .help("collect that file again, or remove the reference"),
        };
        if finding.level != ReportLevel::Error {
            problem.severity = Severity::Warning;
        }
        problem.in_file(asset.source()).at(place)
    });
    problems.chain(summary(asset, more)).collect()
}

/// What helps against a reference of this kind in this file, whatever it names.
pub fn remedy(referrer: &LogicalPath, kind: ReferenceKind) -> String {
    let Ok(path) = std::str::from_utf8(referrer.as_bytes()) else {
        return "add the file, or correct the reference".to_owned();
    };
    let path = toml::Value::String(globset::escape(path));
    format!(
        "add the file, correct the reference, or allow it: [[staticc.allow]] with path = {path}, kind = \"{}\" and level = \"ignore\"",
        kind.as_str()
    )
}

/// The problem, with what is known of the file that is not collected: where it
/// is after all, or which one is meant, if `spell` can write that one.
pub fn hint(
    problem: Problem,
    elsewhere: Option<Elsewhere>,
    path: &str,
    spell: impl Fn(&Asset) -> Option<String>,
    suggestions: &Suggestions<'_>,
) -> Problem {
    match elsewhere {
        Some(Elsewhere::Ignored(source, pattern)) => problem
            .related(
                source,
                None,
                format!("is there, but ignored by '{pattern}'"),
            )
            .help("do not ignore it, or refer to another file"),
        Some(Elsewhere::Earlier) => problem
            .note("STATIC_ROOT has such a file from an earlier run; no source has it any more")
            .help("bring its source back, or remove the reference"),
        None => {
            let meant = suggestions.nearest(path);
            match meant.and_then(|(meant, likeness)| Some((spell(meant)?, likeness))) {
                Some((name, likeness)) => {
                    problem.help(format!("did you mean {name}?{}", why(likeness)))
                }
                None => problem,
            }
        }
    }
}

/// In what a suggestion differs, where that does not meet the eye.
fn why(likeness: Likeness) -> &'static str {
    match likeness {
        Likeness::Case => " (only the case differs)",
        Likeness::Extension => " (another extension)",
        Likeness::Directory => " (in another directory)",
        Likeness::Spelling => "",
    }
}

/// Those findings of one text that are not told one by one.
fn summary(asset: &Asset, rest: &[&Finding]) -> Option<Problem> {
    let fails = |finding: &&Finding| {
        finding.level == ReportLevel::Error && !matches!(finding.fault, Fault::Leftover(_))
    };
    let severity = if rest.iter().any(fails) {
        Severity::Error
    } else {
        Severity::Warning
    };
    more(rest.len(), severity, &asset.source())
}

/// So many references of a file have problems that are not told one by one.
pub fn more(count: usize, severity: Severity, file: &Path) -> Option<Problem> {
    let message = format!("{count} more references have problems");
    let problem = Problem::error(Code::MoreProblems, message).in_file(file);
    (count > 0).then_some(Problem {
        severity,
        ..problem
    })
}

/// An asset whose name Django's rules turn into a path elsewhere.
pub(super) fn unhashable(asset: &Asset) -> Problem {
    Problem::error(
        Code::UnusableName,
        format!("{} cannot be given a fingerprinted name", asset.key),
    )
    .in_file(asset.source())
    .note("read as a URL, as Django does, the name leads out of STATIC_ROOT")
    .help("rename the file")
}

/// So many members of a cycle are named.
const MEMBERS: usize = 8;

/// Files that refer to each other in a circle. `reference` finds the place in
/// the first where it names the second.
pub(super) fn circular(
    assets: &[Asset],
    cycle: &[AssetId],
    reference: impl Fn(AssetId, AssetId) -> Option<SourceSpan>,
) -> Problem {
    let name = |id: &AssetId| assets[id.index()].key.to_text().into_owned();
    let mut names: Vec<String> = cycle.iter().take(MEMBERS).map(name).collect();
    if cycle.len() > MEMBERS {
        names.push(format!("… {} more …", cycle.len() - MEMBERS));
    }
    names.extend(cycle.first().map(name));
    let message = format!(
        "files refer to each other in a circle: {}",
        names.join(" → ")
    );
    let mut problem = Problem::error(Code::Cycle, message)
        .note("each one's name follows its content, and its content holds the next one's name (Django: \"Max post-process passes exceeded.\")")
        .help("remove one of these references");
    let next = cycle.iter().cycle().skip(1);
    for (number, (&from, &to)) in cycle.iter().zip(next).take(MEMBERS).enumerate() {
        let (source, place) = (assets[from.index()].source(), reference(from, to));
        if number == 0 {
            problem.file = Some(source);
            problem.span = place;
        } else {
            problem = problem.related(source, place, format!("refers to {}", name(&to)));
        }
    }
    problem
}
