//! What was found at a path: `findstatic`'s words with our marks, and the
//! same as JSON. Knows no streams.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::django_messages::Voice;
use super::render::clean;
use crate::model::{Candidate, CandidateStatus, Candidates, FinderEntry};

/// What is said in a voice; a path with nothing at it is a problem.
pub fn say(found: &Candidates, voice: Voice) -> Option<Vec<u8>> {
    if found.list.is_empty() {
        return None;
    }
    let name = |path: &Path| (voice.name)(path.as_os_str().as_bytes());
    let sources = found.list.iter();
    if voice.verbosity == 0 {
        let sources: Vec<Vec<u8>> = sources.map(|it| name(&it.source)).collect();
        return Some(sources.join(&b'\n'));
    }
    let mut text = [b"Found '", &*name(found.path.as_path()), b"' here:"].concat();
    let plain = matches!(&found.list[..], [one] if one.status == CandidateStatus::Collected);
    for candidate in sources {
        text.extend_from_slice(b"\n  ");
        text.extend_from_slice(&name(&candidate.source));
        if !plain {
            text.extend_from_slice(format!(" ({})", mark(&candidate.status)).as_bytes());
        }
    }
    if voice.verbosity >= 2 {
        text.extend_from_slice(b"\nLooking in the following locations:");
        for directory in &found.searched {
            text.extend_from_slice(b"\n  ");
            text.extend_from_slice(&name(directory));
        }
    }
    Some(text)
}

/// How something stands, in a few words.
pub(super) fn mark(status: &CandidateStatus) -> String {
    match status {
        CandidateStatus::Collected => "collected".to_owned(),
        CandidateStatus::Shadowed => "not collected: another one is found first".to_owned(),
        CandidateStatus::Ignored(pattern) => {
            format!("not collected: ignored by '{}'", clean(pattern))
        }
        CandidateStatus::Directory => "a directory".to_owned(),
        CandidateStatus::LeftOut => "not collected".to_owned(),
    }
}

/// The object of the event.
pub fn object(found: &Candidates) -> Value {
    let searched = found.searched.iter();
    let searched: Vec<String> = searched.map(|it| it.display().to_string()).collect();
    let candidates: Vec<Value> = found.list.iter().map(candidate).collect();
    json!({
        "event": "found",
        "path": found.path.to_string(),
        "candidates": candidates,
        "searched": searched,
    })
}

fn candidate(candidate: &Candidate) -> Value {
    let mut object = span(&candidate.found_by);
    let source = candidate.source.display().to_string();
    object.insert("source".into(), source.into());
    let status = match &candidate.status {
        CandidateStatus::Collected => "collected",
        CandidateStatus::Shadowed => "shadowed",
        CandidateStatus::Ignored(pattern) => {
            object.insert("pattern".into(), pattern.as_str().into());
            "ignored"
        }
        CandidateStatus::Directory => "directory",
        CandidateStatus::LeftOut => "left-out",
    };
    object.insert("standing".into(), status.into());
    object.into()
}

/// The keys that say whose a file is.
pub(super) fn span(origin: &FinderEntry) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("finder".into(), origin.finder.as_str().into());
    object.insert("entry".into(), origin.entry.as_str().into());
    if !origin.prefix.is_empty() {
        object.insert("prefix".into(), origin.prefix.as_str().into());
    }
    object
}
