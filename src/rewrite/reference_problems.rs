//! Words the problems of references: what is wrong, where, and what helps.
//! Knows texts and names; reads no disk.

use std::cell::LazyCell;
use std::path::Path;

use super::context::RewriteContext;
use super::django_scan::Blocks;
use super::hint::{allow_entry, with_hint};
use super::module_problems::{MissingModule, PlainModule};
use super::scanned::{Fault, Finding, Scanned, shorten};
use super::suggest::{Referrer, Suggestions, relative_path};
use crate::model::{
    Asset, AssetId, Code, LineIndex, LogicalPath, Problem, ReferenceKind, Severity, SourceSpan,
    readable,
};

/// The references of one text that are reported one by one. The others are counted.
pub const MAX_REPORTED: usize = 1000;

/// The note of a reference in a CSS comment.
const IN_COMMENT: &str =
    "it is in a comment, where Django before 6.1 looks for references and 6.1 does not";

/// The problems of one text.
#[derive(Default)]
pub(super) struct TextProblems {
    pub problems: Vec<Problem>,
    pub missing_modules: Vec<MissingModule>,
    pub plain_modules: Vec<PlainModule>,
}

/// Returns what a scan has found in the text of an asset as problems with their places.
pub(super) fn to_problems(
    context: &RewriteContext<'_>,
    id: AssetId,
    text: &[u8],
    scanned: &Scanned,
    suggestions: &Suggestions<'_>,
) -> TextProblems {
    let asset = &context.assets[id.index()];
    let is_reported = |finding: &&Finding| {
        finding.severity.is_some() || matches!(finding.fault, Fault::Leftover(_))
    };
    let all: Vec<&Finding> = scanned.findings.iter().filter(is_reported).collect();
    let has_plain_modules = context.keeps_plain && !asset.treatment.rewrites();
    if all.is_empty() && !has_plain_modules {
        return TextProblems::default();
    }
    let (reported, others) = all.split_at(all.len().min(MAX_REPORTED));
    let text = readable(text);
    let lines = LineIndex::new(&text);
    let comments = LazyCell::new(|| Blocks::css_comments(&text));
    let shown = |start: usize, end: usize| shorten(text.get(start..end).unwrap_or_default());
    let mut found = TextProblems::default();
    for finding in reported {
        let matched = shown(finding.start, finding.end);
        let mut problem = to_problem(context, asset, finding, &matched, suggestions);
        problem.severity = severity_of(finding);
        if finding.kind == ReferenceKind::Css && comments.contain(finding.start) {
            problem = problem.note(IN_COMMENT);
        }
        let span = lines.span(finding.start, finding.end.max(finding.start));
        problem = problem.in_file(asset.source()).at(span);
        match &finding.fault {
            Fault::Missing(target) if finding.kind == ReferenceKind::Js && !problem.is_error() => {
                found.missing_modules.push(MissingModule {
                    referrer: id,
                    target: target.clone(),
                    problem,
                });
            }
            _ => found.problems.push(problem),
        }
    }
    found.problems.extend(summary(asset, others));
    if has_plain_modules {
        let references = scanned.to_assets.iter().filter(|reference| {
            let target = &context.assets[reference.target.index()];
            reference.is_module && !target.treatment.keeps_name()
        });
        found
            .plain_modules
            .extend(references.map(|reference| PlainModule {
                referrer: id,
                target: reference.target,
                span: lines.span(reference.start, reference.end),
                text: shown(reference.start, reference.end),
            }));
    }
    found
}

fn to_problem(
    context: &RewriteContext<'_>,
    asset: &Asset,
    finding: &Finding,
    matched: &str,
    suggestions: &Suggestions<'_>,
) -> Problem {
    match &finding.fault {
        Fault::Missing(path) => {
            let message = format!("{matched} names no collected file");
            let problem = Problem::error(Code::MissingReference, message)
                .note(format!("looked for {}", shorten(path)));
            let uncollected = (context.uncollected)(&LogicalPath::new(path.as_str()));
            let file = asset.source();
            let referrer = Referrer {
                file: &file,
                home: &asset.directory,
            };
            let suggestion = suggestions.nearest(path, Some(referrer));
            // A file does not mean itself.
            let other = suggestion.filter(|other| other.asset.path != asset.path);
            let question = other.map(|other| other.question(&relative_path(asset, other.asset)));
            let allow = allow_entry(&asset.path, None, finding.kind);
            with_hint(problem, uncollected, question, Some(&allow))
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
        Fault::NotKept(path) => Problem::error(
            Code::MissingReference,
            format!("{matched} names {path}, of which only the fingerprinted file is kept"),
        )
        .note("the text stays as it is, so the reference gets no fingerprint")
        .help("add that file to staticc.no_hash or staticc.prehashed"),
    }
}

/// Counts the findings of one text that are not reported one by one.
fn summary(asset: &Asset, others: &[&Finding]) -> Option<Problem> {
    let worst = others.iter().map(|finding| severity_of(finding)).min()?;
    overflow_problem(others.len(), worst, &asset.source())
}

/// Returns the severity of a finding that is reported.
fn severity_of(finding: &Finding) -> Severity {
    match finding.fault {
        Fault::Leftover(_) => Severity::Warning,
        _ => finding.severity.unwrap_or(Severity::Warning),
    }
}

/// Returns one problem for the `count` references of a file that are not reported
/// one by one.
pub fn overflow_problem(count: usize, severity: Severity, file: &Path) -> Option<Problem> {
    let message = format!("{count} more references have problems");
    let problem = Problem::error(Code::MoreProblems, message).in_file(file);
    (count > 0).then_some(Problem {
        severity,
        ..problem
    })
}

/// Returns the problem of an asset whose fingerprinted name leads out of STATIC_ROOT.
pub(super) fn unhashable_problem(asset: &Asset) -> Problem {
    Problem::error(
        Code::UnusableName,
        format!("{} cannot be given a fingerprinted name", asset.key),
    )
    .in_file(asset.source())
    .note("read as a URL, as Django does, the name leads out of STATIC_ROOT")
    .help("rename the file")
}

/// The members of a cycle that a message names.
const MAX_MEMBERS: usize = 8;

/// Returns the problem of files that refer to each other in a circle. `reference`
/// finds the place in its first argument where it names the second.
pub(super) fn cycle_problem(
    assets: &[Asset],
    cycle: &[AssetId],
    reference: impl Fn(AssetId, AssetId) -> Option<SourceSpan>,
) -> Problem {
    let name = |id: &AssetId| assets[id.index()].key.to_text().into_owned();
    let mut names: Vec<String> = cycle.iter().take(MAX_MEMBERS).map(name).collect();
    if cycle.len() > MAX_MEMBERS {
        names.push(format!("… {} more …", cycle.len() - MAX_MEMBERS));
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
    for (number, (&from, &to)) in cycle.iter().zip(next).take(MAX_MEMBERS).enumerate() {
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
