//! Events as JSON, one object a line, for programs. Knows no streams. The
//! keys are documented in `docs/json.md`; new ones may come, none goes.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::explain_json as explained;
use super::find_text as found;
use super::paths::shown;
use crate::model::{
    CheckSummary, CollectSummary, Event, LogicalPath, Problem, PruneSummary, Related, SourceSpan,
    VerifySummary,
};

/// The object of an event, and from which verbosity on it is told. Files with
/// problems are told relative to `directory`.
pub fn object(event: &Event, directory: &Path) -> (u8, Value) {
    let one = |event: &str, path: String| json!({"event": event, "path": path});
    match event {
        Event::Cleared(path) => (2, one("deleted", path.to_string())),
        Event::Replaced(_, path) => (2, one("replaced", path.to_string())),
        Event::Unmodified(_, path) => (2, one("unmodified", path.to_string())),
        Event::Copied(source, to) => (2, taken("copied", source, to)),
        Event::Linked(source, to) => (2, taken("linked", source, to)),
        Event::Conflict(path) => (2, one("conflict", path.to_string())),
        Event::PostProcessed(path, copy) => (
            2,
            json!({"event": "post-processed", "path": path.to_string(), "copy": copy.to_string()}),
        ),
        Event::PostProcessSkipped(path) => (2, one("post-process-skipped", path.to_string())),
        Event::Cached { hits, misses } => {
            let cache = json!({"event": "cache", "found": hits, "made": misses});
            (0, cache)
        }
        Event::Waiting(root) => {
            let root = root.display().to_string();
            (0, json!({"event": "waiting", "static_root": root}))
        }
        Event::Problem(problem) => (0, problem_object(problem, directory)),
        Event::Found(candidates) => (0, found::object(candidates)),
        Event::Explanation(explanation) => (0, explained::object(explanation, directory)),
        Event::Meaning { code, text } => (0, explained::meaning(code, text)),
        Event::Unlisted(path) => (0, one("unlisted", path.to_string())),
        Event::Verified(counts) => (0, verified(counts)),
        Event::Checked(counts) => {
            let CheckSummary {
                files,
                texts,
                templates,
            } = counts;
            let checked =
                json!({"event": "checked", "files": files, "texts": texts, "templates": templates});
            (0, checked)
        }
        Event::SettingsWritten(file) => (0, file_event("settings-written", file, directory)),
        Event::SettingsAgree(file) => (0, file_event("settings-agree", file, directory)),
        Event::Pruned(path) => (2, one("pruned", path.to_string())),
        Event::PruningDone(pruning) => (0, pruned(pruning)),
        Event::Done(summary) => (0, done(summary)),
    }
}

/// An object with more keys.
pub fn with<const N: usize>(mut object: Value, more: [(&str, Value); N]) -> Value {
    if let Value::Object(object) = &mut object {
        object.extend(more.map(|(key, value)| (key.to_owned(), value)));
    }
    object
}

pub(super) fn problem_object(problem: &Problem, directory: &Path) -> Value {
    let mut object = Map::new();
    object.insert("event".into(), "problem".into());
    object.insert("code".into(), problem.code.as_str().into());
    object.insert("severity".into(), problem.severity.as_str().into());
    object.insert("message".into(), problem.message.as_str().into());
    if let Some(file) = &problem.file {
        object.insert("file".into(), path(file, directory));
    }
    if let Some(span) = &problem.span {
        locate(&mut object, span);
        object.insert("width".into(), span.width.into());
    }
    if !problem.related.is_empty() {
        let related = problem.related.iter();
        let related = related.map(|related| related_object(related, directory));
        object.insert("related".into(), related.collect());
    }
    if !problem.notes.is_empty() {
        object.insert("notes".into(), problem.notes.clone().into());
    }
    if let Some(help) = &problem.help {
        object.insert("cure".into(), help.as_str().into());
    }
    object.into()
}

fn related_object(related: &Related, directory: &Path) -> Value {
    let mut object = Map::new();
    object.insert("file".into(), path(&related.file, directory));
    if let Some(span) = &related.span {
        locate(&mut object, span);
    }
    object.insert("message".into(), related.message.as_str().into());
    object.into()
}

pub(super) fn locate(object: &mut Map<String, Value>, span: &SourceSpan) {
    object.insert("line".into(), span.line.into());
    object.insert("column".into(), span.column.into());
    object.insert("end_line".into(), span.end_line.into());
    object.insert("end_column".into(), span.end_column.into());
}

/// A path as text; bytes that are not UTF-8 become U+FFFD.
pub(super) fn path(file: &Path, directory: &Path) -> Value {
    shown(file, directory).to_string_lossy().into()
}

fn taken(event: &str, source: &Path, to: &LogicalPath) -> Value {
    json!({"event": event, "path": source.display().to_string(), "to": to.to_string()})
}

fn file_event(event: &str, file: &Path, directory: &Path) -> Value {
    json!({"event": event, "file": path(file, directory)})
}

fn verified(counts: &VerifySummary) -> Value {
    json!({
        "event": "verified",
        "static_root": counts.root.display().to_string(),
        "files": counts.files,
        "entries": counts.entries,
        "copies": counts.copies,
        "references": counts.references,
        "unlisted": counts.unlisted,
        "errors": counts.errors,
    })
}

fn pruned(pruning: &PruneSummary) -> Value {
    json!({
        "event": "pruning-done",
        "static_root": pruning.root.display().to_string(),
        "files": pruning.files,
        "bytes": pruning.bytes,
        "releases": pruning.releases,
        "kept": pruning.kept,
    })
}

fn done(summary: &CollectSummary) -> Value {
    json!({
        "event": "done",
        "static_root": summary.destination.display().to_string(),
        "copied": if summary.linked { 0 } else { summary.modified },
        "linked": if summary.linked { summary.modified } else { 0 },
        "unmodified": summary.unmodified,
        "post_processed": summary.post_processed,
        "deleted": summary.deleted,
        "skipped": summary.skipped,
    })
}
