//! Our own sentences, for what Django has no words for. Knows no streams,
//! only which of the two a sentence is for.

use bytesize::ByteSize;

use super::render::clean;
use crate::model::{CheckSummary, Event, PruneSummary, VerifySummary};

/// Where a sentence goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// It is what was asked for.
    Output,
    /// It is said besides: standard output is Django's.
    Error,
}

/// What we say of an event, and from which verbosity on.
pub fn say(event: &Event, dry_run: bool) -> Option<(u8, Stream, String)> {
    Some(match event {
        Event::Cached { hits, misses } => {
            let share = hits * 100 / (hits + misses).max(1);
            let text =
                format!("cache: {hits} compressed copies found, {misses} made ({share} % found)");
            (2, Stream::Error, text)
        }
        Event::Waiting(root) => {
            let root = clean(&root.to_string_lossy());
            let text = format!("waiting for another staticc that works on {root}");
            (0, Stream::Error, text)
        }
        Event::Meaning { code, text } => (0, Stream::Output, format!("{code}\n\n{text}")),
        Event::Unlisted(path) => {
            let path = clean(&path.to_text());
            (1, Stream::Output, format!("in no manifest: {path}"))
        }
        Event::Pruned(path) => {
            let path = clean(&path.to_text());
            if dry_run {
                (1, Stream::Output, format!("Pretending to delete '{path}'"))
            } else {
                (2, Stream::Output, format!("Deleting '{path}'"))
            }
        }
        Event::PruningDone(pruning) => (1, Stream::Output, pruned(pruning, dry_run)),
        Event::Verified(counts) => (1, Stream::Output, verified(counts)),
        Event::SettingsWritten(file) => {
            let file = clean(&file.to_string_lossy());
            (1, Stream::Output, format!("{file} written."))
        }
        Event::SettingsAgree(file) => {
            let file = clean(&file.to_string_lossy());
            (1, Stream::Output, format!("{file} says what Django says."))
        }
        Event::Checked(counts) => (1, Stream::Output, checked(*counts)),
        _ => return None,
    })
}

fn checked(counts: CheckSummary) -> String {
    format!(
        "{} looked at, {} and {} read.",
        many(counts.files, "static file", "static files"),
        many(counts.texts, "css or js text", "css and js texts"),
        many(counts.templates, "template", "templates"),
    )
}

fn verified(counts: &VerifySummary) -> String {
    let root = clean(&counts.root.to_string_lossy());
    let looked_at = format!(
        "{}, {}, {} and {} in '{root}'",
        many(counts.files, "file", "files"),
        many(counts.entries, "manifest entry", "manifest entries"),
        many(counts.copies, "compressed copy", "compressed copies"),
        many(counts.references, "reference", "references"),
    );
    let verdict = match counts.errors {
        0 => "whole".to_owned(),
        errors => many(errors, "error", "errors"),
    };
    match counts.unlisted {
        0 => format!("{looked_at}: {verdict}."),
        files => {
            let unlisted = many(files, "file", "files");
            format!("{looked_at}: {verdict}, {unlisted} in no manifest.")
        }
    }
}

fn pruned(pruning: &PruneSummary, dry_run: bool) -> String {
    let root = clean(&pruning.root.to_string_lossy());
    let files = many(pruning.files, "file", "files");
    let releases = many(pruning.releases, "old release", "old releases");
    let would = if dry_run { "would be " } else { "" };
    format!(
        "{files} of {releases} ({}) {would}deleted from '{root}', {} kept.",
        ByteSize(pruning.bytes),
        many(pruning.kept, "release", "releases"),
    )
}

/// `1 file`, `2 files`.
pub(super) fn many(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
