//! The answer of `staticc explain` for a file, as lines for people. Knows no
//! streams.

use std::fmt::Write as _;
use std::path::Path;

use bytesize::ByteSize;

use super::render::{advice, at, see, sentence};
use super::text::{clean, counted, paint};
use super::treatment_text::treatment_text;
use crate::model::{
    CompressedCopy, CopyOutcome, Explanation, FinderEntry, IncomingReference, LogicalPath,
    NoCompressionReason, NoHashReason, NoRewritingReason, OutgoingReference, Problem,
    ReferenceCounts, Rewriting, ServedFile, SeverityDecision, ShadowedSource, SourceSpan,
};

/// References beyond this number are only counted.
pub(super) const MAX_REFERENCES: usize = 1000;

/// Columns of the labels, with the space after them.
const LABEL_WIDTH: usize = 15;

/// Returns the explanation. Paths are shown relative to `directory`.
pub(super) fn explain_text(explanation: &Explanation, directory: &Path, color: bool) -> String {
    let mut text = paint(color, "1", &clean(&explanation.path.to_text()));
    for row in rows(explanation, directory) {
        for (number, line) in row.lines.iter().enumerate() {
            let label = if number == 0 { row.label } else { "" };
            let label = paint(color, "34", &format!("{label:LABEL_WIDTH$}"));
            let _ = write!(text, "\n  {label}{line}");
        }
    }
    text
}

/// A label and its facts. A row without lines is not shown.
struct Row {
    label: &'static str,
    lines: Vec<String>,
}

impl Row {
    fn new(label: &'static str, lines: impl IntoIterator<Item = String>) -> Self {
        Self {
            label,
            lines: lines.into_iter().collect(),
        }
    }

    /// Shows `none` if there are no lines.
    fn or(mut self, none: &str) -> Self {
        if self.lines.is_empty() {
            self.lines.push(none.to_owned());
        }
        self
    }
}

fn rows(explanation: &Explanation, directory: &Path) -> Vec<Row> {
    let file = |file: &Path| at(file, None, directory);
    let not_collected = explanation.not_collected.iter();
    let shadowed = explanation.shadowed.iter();
    let mut rows = vec![
        Row::new(
            "not collected",
            not_collected.map(|source| format!("{}: another one is found first", file(source))),
        ),
        Row::new("source", [file(&explanation.source)]),
        Row::new("found by", [finder_entry(&explanation.found_by)]),
        Row::new(
            "instead of",
            shadowed.map(|source| shadowed_source(source, directory)),
        ),
        Row::new(
            "treatment",
            treatment_text(&explanation.treatment, directory),
        ),
        Row::new("hashed path", [hashed(&explanation.hashed)]),
    ];
    rows.extend(explanation.served.iter().flat_map(served));
    rows.push(Row::new("rewritten", [rewriting(explanation.rewriting)]));
    if matches!(explanation.rewriting, Rewriting::Text(_)) {
        let references = reference_lines(&explanation.references, outgoing);
        rows.push(Row::new("refers to", references).or("nothing"));
    }
    let referrers = reference_lines(&explanation.referrers, |reference| {
        incoming(reference, directory)
    });
    let problems = explanation.problems.iter();
    let decisions = explanation.severities.iter();
    rows.extend([
        Row::new("referrers", referrers).or("none"),
        Row::new(
            "problems",
            problems.flat_map(|problem| problem_lines(problem, directory)),
        )
        .or("none"),
        Row::new(
            "if missing",
            table(
                decisions
                    .map(|decision| severity_decision(decision, directory))
                    .collect(),
            ),
        ),
    ]);
    rows
}

fn reference_lines<T>(references: &[T], line: impl Fn(&T) -> TableRow) -> Vec<String> {
    let more = references.len().saturating_sub(MAX_REFERENCES);
    let more = (more > 0).then(|| format!("… and {more} more"));
    let rows = references.iter().take(MAX_REFERENCES).map(line).collect();
    table(rows).into_iter().chain(more).collect()
}

/// The two cells of a row.
type TableRow = [String; 2];

/// Returns lines whose second cells begin in the same column.
fn table(rows: Vec<TableRow>) -> Vec<String> {
    let widths = rows.iter().map(|[first, _]| first.chars().count());
    let width = widths.max().unwrap_or(0);
    let line = |[first, second]: TableRow| format!("{first:width$}  {second}");
    rows.into_iter().map(line).collect()
}

fn finder_entry(found_by: &FinderEntry) -> String {
    let finder = found_by.finder.rsplit('.').next().unwrap_or_default();
    let (entry, setting) = (clean(&found_by.entry), found_by.setting);
    match clean(&found_by.prefix) {
        none if none.is_empty() => format!("{finder}, {entry} in {setting}"),
        prefix => format!("{finder}, {entry} in {setting}, as {prefix}/"),
    }
}

fn shadowed_source(shadowed: &ShadowedSource, directory: &Path) -> String {
    let source = at(&shadowed.source, None, directory);
    let bytes = if shadowed.same_bytes {
        "the same"
    } else {
        "other"
    };
    let found_by = finder_entry(&shadowed.found_by);
    format!("{source} ({bytes} bytes; {found_by})")
}

fn hashed(hashed: &Result<LogicalPath, NoHashReason>) -> String {
    let reason = match hashed {
        Ok(path) => return clean(&path.to_text()),
        Err(NoHashReason::Treatment) => "none: it keeps its name",
        Err(NoHashReason::Backend) => "none: the backend makes no fingerprints",
        Err(NoHashReason::Unreadable) => "unknown: the file cannot be read",
        Err(NoHashReason::Unknown) => {
            "unknown: its references lead into a circle, or to a file that cannot be read"
        }
        Err(NoHashReason::UnusableName) => "none: its name cannot get a fingerprint",
    };
    reason.to_owned()
}

fn served(served: &ServedFile) -> Vec<Row> {
    let mut rows = vec![Row::new("size", [format!("{} bytes", served.size)])];
    match &served.copies {
        Ok(copies) => rows.extend(copies.iter().map(|copy| compressed_copy(copy, served.size))),
        Err(reason) => {
            let reason = match reason {
                NoCompressionReason::Backend => "the backend makes no compressed copies".to_owned(),
                NoCompressionReason::Extension(extension) => {
                    format!("{extension} is in WHITENOISE_SKIP_COMPRESS_EXTENSIONS")
                }
                NoCompressionReason::Settings => "[staticc.compression] asks for none".to_owned(),
                NoCompressionReason::Size(max_size) => format!(
                    "it is larger than staticc.compression.max_size, {}",
                    ByteSize(*max_size)
                ),
                NoCompressionReason::Unreadable => "the file could not be read".to_owned(),
            };
            rows.push(Row::new("compressed", [format!("no: {reason}")]));
        }
    }
    rows
}

fn compressed_copy(copy: &CompressedCopy, original_size: u64) -> Row {
    let fact = match copy.outcome {
        CopyOutcome::Kept(size) => {
            let share = size * 100 / original_size.max(1);
            format!("{size} bytes, {share} %")
        }
        CopyOutcome::TooLarge => "none: it saves too little".to_owned(),
        CopyOutcome::Untried => "none: not tried, because brotli saves too little".to_owned(),
    };
    Row::new(copy.encoding.suffix(), [fact])
}

fn rewriting(rewriting: Rewriting) -> String {
    let reason = match rewriting {
        Rewriting::Text(counts) => return reference_counts(counts),
        Rewriting::None(NoRewritingReason::NotText) => "it is neither CSS nor JavaScript",
        Rewriting::None(NoRewritingReason::Treatment) => "its text stays",
        Rewriting::None(NoRewritingReason::Backend) => "the backend makes no fingerprints",
        Rewriting::None(NoRewritingReason::Unreadable) => "the file cannot be read",
    };
    format!("no: {reason}")
}

fn reference_counts(counts: ReferenceCounts) -> String {
    let kinds = [
        (counts.directories, "to a directory", "to directories"),
        (counts.foreign, "elsewhere", "elsewhere"),
        (counts.broken, "to nothing", "to nothing"),
    ];
    let others = kinds.into_iter().filter(|(count, ..)| *count > 0);
    let others: Vec<String> = others
        .map(|(count, one, several)| counted(count, one, several))
        .collect();
    match (counts.rewritten, &others[..]) {
        (0, []) => "no: it has no references".to_owned(),
        (0, _) => format!("no: no reference to a file, but {}", others.join(", ")),
        (rewritten, _) => {
            let files = counted(rewritten, "reference to a file", "references to files");
            format!("yes: {}", [vec![files], others].concat().join(", "))
        }
    }
}

fn outgoing(reference: &OutgoingReference) -> TableRow {
    let SourceSpan { line, column, .. } = reference.span;
    let (text, path) = (clean(&reference.text), clean(&reference.path.to_text()));
    [format!("{line}:{column}"), format!("{text} → {path}")]
}

fn incoming(reference: &IncomingReference, directory: &Path) -> TableRow {
    let location = at(&reference.file, Some(&reference.span), directory);
    [location, clean(&reference.text)]
}

fn problem_lines(problem: &Problem, directory: &Path) -> Vec<String> {
    let file = problem.file.as_ref();
    let location = file.map(|file| format!("{}: ", at(file, problem.span.as_ref(), directory)));
    let first = format!(
        "{}: {}{} [{}]",
        problem.severity.as_str(),
        location.unwrap_or_default(),
        sentence(problem),
        problem.code
    );
    let details = see(problem, directory).into_iter().chain(advice(problem));
    let indented = details.map(|line| format!("  {line}"));
    std::iter::once(first).chain(indented).collect()
}

fn severity_decision(decision: &SeverityDecision, directory: &Path) -> TableRow {
    let level = decision.level.as_str();
    let reason = match &decision.allow {
        Some(allow) => {
            let location = at(&allow.file, Some(&allow.span), directory);
            format!("[[staticc.allow]] at {location}")
        }
        None => "missing_references".to_owned(),
    };
    let kind = decision.kind.as_str().to_owned();
    [kind, format!("{level}, by {reason}")]
}
