//! staticc's own messages, for events that Django has no message for. Knows no
//! streams, only which of the two a message is for.

use std::path::Path;

use bytesize::ByteSize;

use super::catalogue::section;
use super::text::{clean, counted};
use crate::model::{
    CheckSummary, Event, PruneSummary, PublishSummary, ReleaseSummary, RemoteAccess,
    RemoteCacheSummary, SiteProblems, SiteSummary, StorePruneSummary, StoreVerifySummary,
    VerifySummary,
};

pub(super) struct Message {
    /// The message is printed from this verbosity on.
    pub verbosity: u8,
    pub stream: Stream,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    /// For what the user asks for.
    Output,
    /// For everything else of a verb whose standard output is Django's.
    Error,
}

pub(super) fn message(event: &Event, dry_run: bool) -> Option<Message> {
    let status = |verbosity, text| {
        Some(Message {
            verbosity,
            stream: Stream::Error,
            text,
        })
    };
    let (verbosity, text) = match event {
        Event::CopyKept { path } => {
            let path = clean(&path.to_text());
            return status(2, format!("Skipping '{path}' (compressed already)"));
        }
        Event::CopiesKept { copies } => return status(2, copies_kept(*copies)),
        Event::Cache { found, made } => return status(2, cache(*found, *made)),
        Event::RemoteCache(summary) => return status(1, remote_cache(*summary)),
        Event::Waiting { static_root } => {
            let root = clean(&static_root.to_string_lossy());
            return status(0, format!("waiting for another run of staticc on {root}"));
        }
        Event::CodeExplanation { code } => (0, format!("{code}\n\n{}", section(*code))),
        Event::Unlisted { path } => (1, format!("in no manifest: {}", clean(&path.to_text()))),
        Event::Pruned { path } => {
            let words = ["Pretending to delete", "Deleting"];
            step(dry_run, &path.to_text(), words)
        }
        Event::Published {
            path, lists_names, ..
        } => {
            let words = ["Pretending to publish", "Publishing"];
            return Some(publishing(step(dry_run, path, words), *lists_names));
        }
        Event::Release(release) => (0, release_line(release)),
        Event::ToPurge { url } => (0, clean(url)),
        Event::PublishingDone(summary) => {
            return Some(publishing(
                (1, published(summary, dry_run)),
                summary.lists_names,
            ));
        }
        Event::PruningDone(summary) => (1, pruned(summary, dry_run)),
        Event::StorePruningDone(summary) => (1, store_pruned(summary, dry_run)),
        Event::StoreVerified(summary) => (1, store_verified(summary)),
        Event::Verified(summary) => (1, verified(summary)),
        Event::SiteProblem { code, url } => (2, format!("{code}: {}", clean(url))),
        Event::SiteVerified(summary) => (1, site_verified(summary)),
        Event::Checked(summary) => (1, checked(*summary)),
        Event::SettingsWritten { file } => (1, format!("{} written.", shown(file))),
        Event::RecipesSuggested { recipes } => (1, suggested(recipes)),
        Event::SettingsAgree { file } => (1, format!("{} agrees with Django.", shown(file))),
        _ => return None,
    };
    Some(Message {
        verbosity,
        stream: Stream::Output,
        text,
    })
}

fn shown(file: &Path) -> String {
    clean(&file.to_string_lossy())
}

fn suggested(recipes: &[String]) -> String {
    let commands = recipes.iter().map(|name| format!("staticc recipe {name}"));
    let commands: Vec<String> = commands.collect();
    format!("To serve the files: {}", commands.join(", "))
}

/// Returns the message of a line with this verbosity. Standard output may be for the names to be
/// purged alone.
fn publishing((verbosity, text): (u8, String), lists_names: bool) -> Message {
    let stream = if lists_names {
        Stream::Error
    } else {
        Stream::Output
    };
    Message {
        verbosity,
        stream,
        text,
    }
}

/// Returns the line of a step with a path, and its verbosity. The first words are for a dry run,
/// which has nothing else to show.
fn step(dry_run: bool, path: &str, words: [&str; 2]) -> (u8, String) {
    let [pretended, done] = words;
    let path = clean(path);
    if dry_run {
        (1, format!("{pretended} '{path}'"))
    } else {
        (2, format!("{done} '{path}'"))
    }
}

fn cache(found: u64, made: u64) -> String {
    let share = found * 100 / (found + made).max(1);
    format!("cache: {found} compressed copies found, {made} made ({share} % found)")
}

fn remote_cache(summary: RemoteCacheSummary) -> String {
    let RemoteCacheSummary {
        hits,
        misses,
        written,
        access,
    } = summary;
    let hits = counted(hits, "hit", "hits");
    let misses = counted(misses, "miss", "misses");
    let access = match access {
        RemoteAccess::ReadOnly => " (read-only)",
        RemoteAccess::ReadWrite => "",
    };
    format!("remote cache: {hits}, {misses}, {written} written{access}")
}

fn copies_kept(copies: usize) -> String {
    let kept = counted(
        copies,
        "compressed copy of a fingerprinted file",
        "compressed copies of fingerprinted files",
    );
    format!("{kept} kept as before; --recompress makes them anew")
}

fn checked(summary: CheckSummary) -> String {
    format!(
        "{} checked; {} and {} read.",
        counted(summary.files, "static file", "static files"),
        counted(
            summary.texts,
            "CSS or JavaScript file",
            "CSS and JavaScript files"
        ),
        counted(summary.templates, "template", "templates"),
    )
}

fn verified(summary: &VerifySummary) -> String {
    let root = clean(&summary.static_root.to_string_lossy());
    let verified = format!(
        "{}, {}, {} and {} in '{root}'",
        counted(summary.files, "file", "files"),
        counted(summary.entries, "manifest entry", "manifest entries"),
        counted(summary.copies, "compressed copy", "compressed copies"),
        counted(summary.references, "reference", "references"),
    );
    let verdict = match summary.errors {
        0 => "no errors".to_owned(),
        errors => counted(errors, "error", "errors"),
    };
    match summary.unlisted {
        0 => format!("{verified}: {verdict}."),
        files => {
            let unlisted = counted(files, "file", "files");
            format!("{verified}: {verdict}, {unlisted} in no manifest.")
        }
    }
}

/// Returns a table of the problems, and a sentence.
fn site_verified(summary: &SiteSummary) -> String {
    let row = |problems: &SiteProblems| {
        format!(
            "{:<17} {:<8} {:>5}  {}\n",
            problems.code.as_str(),
            problems.severity.as_str(),
            problems.files,
            clean(&problems.first.to_text())
        )
    };
    let mut text = String::new();
    if !summary.problems.is_empty() {
        text = format!(
            "{:<17} {:<8} {:>5}  first\n",
            "problem", "severity", "files"
        );
        text.extend(summary.problems.iter().map(row));
    }
    let verdict = match summary.errors {
        0 => "no errors".to_owned(),
        errors => counted(errors, "error", "errors"),
    };
    let end = if summary.gave_up {
        "; the site is in trouble, and was not asked for the rest"
    } else {
        ""
    };
    format!(
        "{text}{} at '{}', {}: {verdict}{end}.",
        counted(summary.files, "file", "files"),
        clean(&summary.url),
        counted(summary.requests, "request", "requests"),
    )
}

fn store_verified(summary: &StoreVerifySummary) -> String {
    let verdict = match summary.errors {
        0 => "no errors".to_owned(),
        errors => counted(errors, "error", "errors"),
    };
    format!(
        "{} ({}) and {} of release {} in '{}', {}: {verdict}.",
        counted(summary.objects, "object", "objects"),
        ByteSize(summary.bytes),
        counted(summary.entries, "manifest entry", "manifest entries"),
        summary.number,
        clean(&summary.store),
        counted(summary.requests, "request", "requests"),
    )
}

fn published(summary: &PublishSummary, dry_run: bool) -> String {
    let store = clean(&summary.store);
    let objects = |count| counted(count, "object", "objects");
    let number = summary.number;
    if summary.is_rollback {
        let verb = if dry_run { "would be" } else { "is" };
        let sent = objects(summary.sent);
        return format!(
            "Release {number} {verb} current again in '{store}': {sent} ({}) restored.",
            ByteSize(summary.bytes)
        );
    }
    if summary.release.is_none() && summary.sent == 0 && !dry_run {
        let all = objects(summary.objects);
        return format!("Nothing to publish: release {number} in '{store}' has all {all}.");
    }
    let would = if dry_run { "would be " } else { "" };
    format!(
        "{} ({}) {would}published to '{store}' as release {number}, {} unchanged.",
        objects(summary.sent),
        ByteSize(summary.bytes),
        summary.unchanged,
    )
}

fn release_line(release: &ReleaseSummary) -> String {
    let mark = if release.current { '*' } else { ' ' };
    let publisher = release.publisher.as_deref().map(clean);
    let by = publisher.map(|publisher| format!(", by {publisher}"));
    format!(
        "{mark} {}  {}  {}, {} new{}",
        release.number,
        clean(&release.created),
        counted(release.objects, "object", "objects"),
        ByteSize(release.bytes),
        by.unwrap_or_default()
    )
}

fn pruned(summary: &PruneSummary, dry_run: bool) -> String {
    let root = clean(&summary.static_root.to_string_lossy());
    let files = counted(summary.files, "file", "files");
    let releases = counted(summary.releases, "old release", "old releases");
    let would = if dry_run { "would be " } else { "" };
    format!(
        "{files} of {releases} ({}) {would}deleted from '{root}', {} kept.",
        ByteSize(summary.bytes),
        counted(summary.kept, "release", "releases"),
    )
}

fn store_pruned(summary: &StorePruneSummary, dry_run: bool) -> String {
    let would = if dry_run { "would be " } else { "" };
    format!(
        "{} of {} ({}) {would}deleted from '{}', {} kept.",
        counted(summary.objects, "object", "objects"),
        counted(summary.releases, "old release", "old releases"),
        ByteSize(summary.bytes),
        clean(&summary.store),
        counted(summary.kept, "release", "releases"),
    )
}
