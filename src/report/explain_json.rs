//! All that is known of a file, as JSON. Knows no streams. The keys are
//! documented in `docs/json.md`.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::find_text::span as origin;
use super::json::{locate, path, problem_object};
use crate::model::{
    CopyOutcome, Encoding, Explanation, NoCompressionReason, NoHashReason, ReferenceLink,
    Rewriting, ServedFile, SeverityDecision, ShadowedSource,
};

/// A file that everything refers to is explained in so many lines all the same.
pub(super) const LISTED: usize = 1000;

/// How many of these are not listed.
pub(super) fn unlisted<T>(all: &[T]) -> Option<usize> {
    let more = all.len().saturating_sub(LISTED);
    (more > 0).then_some(more)
}

/// The object of the event. Files are told relative to `directory`.
pub fn object(it: &Explanation, directory: &Path) -> Value {
    let mut object = origin(&it.found_by);
    let mut put = |key: &str, value: Value| object.insert(key.into(), value);
    put("event", "explanation".into());
    put("path", it.path.to_string().into());
    put("source", path(&it.source, directory));
    if let Some(loser) = &it.not_collected {
        put("not_collected", path(loser, directory));
    }
    let losers = it.shadowed.iter().map(|it| loser(it, directory));
    put("instead_of", losers.collect());
    put(
        "hashed",
        match &it.hashed {
            Ok(path) => path.to_string().into(),
            Err(_) => Value::Null,
        },
    );
    if let Err(why) = it.hashed {
        put("no_hash", nameless(why).into());
    }
    if let Some(served) = &it.served {
        put("served", self::served(served));
    }
    put("rewriting", rewriting(it.rewriting));
    let references = it.references.iter().take(LISTED).map(|it| {
        let mut object = link(it);
        object.insert("path".into(), it.end.to_string().into());
        Value::from(object)
    });
    put("references", references.collect());
    if let Some(more) = unlisted(&it.references) {
        put("more_references", more.into());
    }
    let referrers = it.referrers.iter().take(LISTED).map(|it| {
        let mut object = link(it);
        object.insert("file".into(), path(&it.end, directory));
        Value::from(object)
    });
    put("referrers", referrers.collect());
    if let Some(more) = unlisted(&it.referrers) {
        put("more_referrers", more.into());
    }
    let problems = it.problems.iter().map(|it| problem_object(it, directory));
    put("problems", problems.collect());
    let severities = it.severities.iter().map(|it| ruling(it, directory));
    put("severities", severities.collect());
    object.into()
}

/// The object of a problem's meaning.
pub fn meaning(code: &str, text: &str) -> Value {
    json!({"event": "explanation", "code": code, "text": text})
}

fn loser(loser: &ShadowedSource, directory: &Path) -> Value {
    let mut object = origin(&loser.found_by);
    object.insert("source".into(), path(&loser.source, directory));
    object.insert("same_bytes".into(), loser.same_bytes.into());
    object.into()
}

fn nameless(why: NoHashReason) -> &'static str {
    match why {
        NoHashReason::Backend => "backend",
        NoHashReason::Unreadable => "unreadable",
        NoHashReason::Unknown => "unknown",
        NoHashReason::Unusable => "unusable-name",
    }
}

fn served(served: &ServedFile) -> Value {
    let mut object = Map::new();
    object.insert("path".into(), served.path.to_string().into());
    object.insert("size".into(), served.size.into());
    match &served.copies {
        Ok(copies) => {
            let copies = copies
                .iter()
                .map(|(encoding, copy)| self::copy(*encoding, *copy));
            object.insert("copies".into(), copies.collect());
        }
        Err(why) => {
            let why = match why {
                NoCompressionReason::Backend => "backend",
                NoCompressionReason::Extension(_) => "extension",
                NoCompressionReason::Unwanted => "settings",
                NoCompressionReason::Unreadable => "unreadable",
            };
            object.insert("no_copies".into(), why.into());
        }
    }
    object.into()
}

fn copy(encoding: Encoding, copy: CopyOutcome) -> Value {
    let suffix = encoding.suffix();
    match copy {
        CopyOutcome::Kept(size) => json!({"suffix": suffix, "kept": true, "size": size}),
        CopyOutcome::TooLarge => json!({"suffix": suffix, "kept": false, "why": "too-large"}),
        CopyOutcome::Untried => json!({"suffix": suffix, "kept": false, "why": "untried"}),
    }
}

fn rewriting(rewriting: Rewriting) -> Value {
    match rewriting {
        Rewriting::NotText => json!({"why_not": "not-text"}),
        Rewriting::Backend => json!({"why_not": "backend"}),
        Rewriting::Unreadable => json!({"why_not": "unreadable"}),
        Rewriting::Text {
            rewritten,
            directories,
            foreign,
            has_broken_refs,
        } => json!({
            "rewritten": rewritten,
            "directories": directories,
            "foreign": foreign,
            "faulty": has_broken_refs,
        }),
    }
}

fn link<End>(link: &ReferenceLink<End>) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("kind".into(), link.kind.as_str().into());
    object.insert("text".into(), link.text.as_str().into());
    locate(&mut object, &link.span);
    object
}

fn ruling(ruling: &SeverityDecision, directory: &Path) -> Value {
    let mut object = Map::new();
    object.insert("kind".into(), ruling.kind.as_str().into());
    object.insert("level".into(), ruling.level.as_str().into());
    if let Some((file, span)) = &ruling.entry {
        object.insert("file".into(), path(file, directory));
        locate(&mut object, span);
    }
    object.into()
}
