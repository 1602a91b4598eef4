//! All that is known of a file, as lines for people. Knows no streams.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::explain_json::{LISTED, unlisted};
use super::messages::many;
use super::paint::paint;
use super::render::{advice, at, clean, see, sentence};
use crate::model::{
    CopyOutcome, Explanation, FinderEntry, LogicalPath, NoCompressionReason, NoHashReason, Problem,
    ReferenceLink, Rewriting, ServedFile, SeverityDecision, ShadowedSource, SourceSpan,
};

/// The explanation. Files are shown relative to `directory`.
pub fn say(explanation: &Explanation, directory: &Path, color: bool) -> String {
    let mut text = paint(color, "1", &clean(&explanation.path.to_text()));
    for (label, lines) in rows(explanation, directory) {
        for (number, line) in lines.iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            let label = paint(color, "34", &format!("{label:LABEL$}"));
            let _ = write!(text, "\n  {label}{line}");
        }
    }
    text
}

/// Labels and what is between them and their facts take so many columns.
const LABEL: usize = 15;

/// A label and its facts, a line each; without any it is left out.
type Row = (&'static str, Vec<String>);

fn rows(it: &Explanation, directory: &Path) -> Vec<Row> {
    let file = |file: &Path| at(file, None, directory);
    let asked = it.not_collected.iter();
    let asked = asked.map(|it| format!("{}: another one is found first", file(it)));
    let losers = it.shadowed.iter().map(|it| loser(it, directory));
    let mut rows = vec![
        ("not collected", asked.collect()),
        ("source", vec![file(&it.source)]),
        ("found by", vec![origin(&it.found_by)]),
        ("instead of", losers.collect()),
        ("hashed path", vec![hashed(&it.hashed)]),
    ];
    rows.extend(it.served.iter().flat_map(served));
    rows.push(("rewritten", vec![rewritten(it.rewriting)]));
    if matches!(it.rewriting, Rewriting::Text { .. }) {
        let references = listed(&it.references, reference);
        rows.push(("refers to", or(references, "nothing")));
    }
    let referrers = listed(&it.referrers, |it| referrer(it, directory));
    rows.push(("referrers", or(referrers, "none")));
    let problems = it.problems.iter().flat_map(|it| problem(it, directory));
    rows.push(("problems", or(problems.collect(), "none")));
    let rulings = it.severities.iter();
    let rulings = rulings.map(|it| ruling(it, directory)).collect();
    rows.push(("if missing", table(rulings)));
    rows
}

fn or(lines: Vec<String>, none: &str) -> Vec<String> {
    if lines.is_empty() {
        vec![none.to_owned()]
    } else {
        lines
    }
}

/// The lines of links, as far as they are listed.
fn listed<T>(all: &[T], line: impl Fn(&T) -> (String, String)) -> Vec<String> {
    let more = unlisted(all).map(|more| format!("… and {more} more"));
    let lines = all.iter().take(LISTED).map(line).collect();
    table(lines).into_iter().chain(more).collect()
}

/// Lines whose second halves begin in the same column.
fn table(pairs: Vec<(String, String)>) -> Vec<String> {
    let widths = pairs.iter().map(|(first, _)| first.chars().count());
    let width = widths.max().unwrap_or(0);
    let line = |(first, second): (String, String)| format!("{first:width$}  {second}");
    pairs.into_iter().map(line).collect()
}

fn origin(origin: &FinderEntry) -> String {
    let finder = origin.finder.rsplit('.').next().unwrap_or_default();
    let (entry, setting) = (clean(&origin.entry), origin.setting);
    match clean(&origin.prefix) {
        none if none.is_empty() => format!("{finder}, {entry} in {setting}"),
        prefix => format!("{finder}, {entry} in {setting}, as {prefix}/"),
    }
}

fn loser(loser: &ShadowedSource, directory: &Path) -> String {
    let source = at(&loser.source, None, directory);
    let bytes = if loser.same_bytes {
        "the same"
    } else {
        "other"
    };
    format!("{source} ({bytes} bytes; {})", origin(&loser.found_by))
}

fn hashed(hashed: &Result<LogicalPath, NoHashReason>) -> String {
    let why = match hashed {
        Ok(path) => return clean(&path.to_text()),
        Err(NoHashReason::Backend) => "none: the backend gives no fingerprints",
        Err(NoHashReason::Unreadable) => "unknown: the file cannot be read",
        Err(NoHashReason::Unknown) => {
            "unknown: its references lead into a circle, or to a file that cannot be read"
        }
        Err(NoHashReason::Unusable) => "none: its name cannot take a fingerprint",
    };
    why.to_owned()
}

fn served(served: &ServedFile) -> Vec<Row> {
    let mut rows = vec![("size", vec![format!("{} bytes", served.size)])];
    match &served.copies {
        Ok(copies) => rows.extend(copies.iter().map(|(encoding, copy)| {
            let fact = match copy {
                CopyOutcome::Kept(size) => {
                    let share = size * 100 / served.size.max(1);
                    format!("{size} bytes, {share} %")
                }
                CopyOutcome::TooLarge => "none: it saves too little".to_owned(),
                CopyOutcome::Untried => "none: not tried, since brotli saves too little".to_owned(),
            };
            (encoding.suffix(), vec![fact])
        })),
        Err(why) => {
            let why = match why {
                NoCompressionReason::Backend => "the backend makes no compressed copies".to_owned(),
                NoCompressionReason::Extension(extension) => {
                    format!("{extension} is in WHITENOISE_SKIP_COMPRESS_EXTENSIONS")
                }
                NoCompressionReason::Unwanted => "[staticc.compression] asks for none".to_owned(),
                NoCompressionReason::Unreadable => "the file could not be read".to_owned(),
            };
            rows.push(("compressed", vec![format!("no: {why}")]));
        }
    }
    rows
}

fn rewritten(rewriting: Rewriting) -> String {
    let why = match rewriting {
        Rewriting::NotText => "it is neither css nor js",
        Rewriting::Backend => "the backend gives no fingerprints",
        Rewriting::Unreadable => "the file cannot be read",
        Rewriting::Text {
            rewritten,
            directories,
            foreign,
            has_broken_refs,
        } => {
            let others = [
                (
                    directories,
                    many(directories, "to a directory", "to directories"),
                ),
                (foreign, many(foreign, "elsewhere", "elsewhere")),
                (
                    has_broken_refs,
                    many(has_broken_refs, "to nothing", "to nothing"),
                ),
            ];
            let others = others.into_iter().filter(|(count, _)| *count > 0);
            let others: Vec<String> = others.map(|(_, text)| text).collect();
            return match (rewritten, &others[..]) {
                (0, []) => "no: it has no references".to_owned(),
                (0, _) => format!("no: no reference to a file, but {}", others.join(", ")),
                _ => {
                    let files = many(rewritten, "reference to a file", "references to files");
                    format!("yes: {}", [vec![files], others].concat().join(", "))
                }
            };
        }
    };
    format!("no: {why}")
}

fn reference(link: &ReferenceLink<LogicalPath>) -> (String, String) {
    let SourceSpan { line, column, .. } = link.span;
    let (text, target) = (clean(&link.text), clean(&link.end.to_text()));
    (format!("{line}:{column}"), format!("{text} → {target}"))
}

fn referrer(link: &ReferenceLink<PathBuf>, directory: &Path) -> (String, String) {
    let span = at(&link.end, Some(&link.span), directory);
    (span, clean(&link.text))
}

fn problem(problem: &Problem, directory: &Path) -> Vec<String> {
    let span = problem.span.as_ref();
    let file = problem.file.as_ref();
    let span = file.map(|file| format!("{}: ", at(file, span, directory)));
    let head = format!(
        "{}: {}{} [{}]",
        problem.severity.as_str(),
        span.unwrap_or_default(),
        sentence(problem),
        problem.code
    );
    let rest = see(problem, directory).into_iter().chain(advice(problem));
    let rest = rest.map(|line| format!("  {line}"));
    std::iter::once(head).chain(rest).collect()
}

fn ruling(ruling: &SeverityDecision, directory: &Path) -> (String, String) {
    let level = ruling.level.as_str();
    let why = match &ruling.entry {
        Some((file, span)) => {
            format!("[[staticc.allow]] at {}", at(file, Some(span), directory))
        }
        None => "missing_references".to_owned(),
    };
    (
        ruling.kind.as_str().to_owned(),
        format!("{level}, by {why}"),
    )
}
