//! Django's messages, by version and verbosity, as `collectstatic.Command` and
//! `findstatic.Command` print them. Knows no streams.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::find_text::find_text;
use crate::model::{CollectSummary, DjangoVersion, Event, LogicalPath};

/// What Django's messages depend on.
#[derive(Clone, Copy)]
pub(super) struct MessageOptions {
    pub django: DjangoVersion,
    pub verbosity: u8,
    pub dry_run: bool,
    /// Turns a path into what is printed of it.
    pub display_path: fn(&[u8]) -> Vec<u8>,
}

/// Returns what Django prints on standard output for an event, and from which
/// verbosity on. Bytes, since paths need not be UTF-8.
pub(super) fn message(event: &Event, options: MessageOptions) -> Option<(u8, Vec<u8>)> {
    // Django 6.0 prints these two only in a verbose run.
    let quiet = if options.django >= DjangoVersion::V6_0 {
        2
    } else {
        1
    };
    let line = |before: &str, path: &[u8], after: &str| {
        let path = (options.display_path)(path);
        [before.as_bytes(), &path, after.as_bytes()].concat()
    };
    let delete = |path: &LogicalPath| {
        let action = if options.dry_run {
            "Pretending to delete '"
        } else {
            "Deleting '"
        };
        line(action, path.as_bytes(), "'")
    };
    let place = |pretending: &str, doing: &str, source: &Path| {
        let (verbosity, action) = if options.dry_run {
            (1, pretending)
        } else {
            (2, doing)
        };
        (verbosity, line(action, source.as_os_str().as_bytes(), "'"))
    };
    Some(match event {
        Event::Deleted { path } => (quiet, delete(path)),
        Event::Replaced { found_path, .. } => (2, delete(found_path)),
        Event::Unmodified { found_path, .. } => (
            2,
            line("Skipping '", found_path.as_bytes(), "' (not modified)"),
        ),
        Event::Copied { source, .. } => place("Pretending to copy '", "Copying '", source),
        Event::Linked { source, .. } => place("Pretending to link '", "Linking '", source),
        Event::Conflict { path } => {
            let before = "Found another file with the destination path '";
            (quiet, line(before, path.as_bytes(), AFTER_CONFLICT))
        }
        Event::PostProcessed { path, copy } => {
            let mut text = line("Post-processed '", path.as_bytes(), "' as '");
            text.extend_from_slice(&line("", copy.as_bytes(), "'"));
            (2, text)
        }
        Event::PostProcessSkipped { path } => {
            (2, line("Skipped post-processing '", path.as_bytes(), "'"))
        }
        Event::Found(candidates) => {
            let text = find_text(candidates, options.verbosity, options.display_path);
            (0, text?)
        }
        Event::Done(summary) => (1, done(summary, options)),
        _ => return None,
    })
}

const AFTER_CONFLICT: &str = "'. It will be ignored since only the first encountered file is \
    collected. If this is not what you want, make sure every static file has a unique path.";

/// Returns the sentence that ends a run.
fn done(summary: &CollectSummary, options: MessageOptions) -> Vec<u8> {
    let files = |count: usize| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} static file{plural}")
    };
    // Django 6.0 added these two numbers.
    let (deleted, skipped) = if options.django >= DjangoVersion::V6_0 {
        (summary.deleted, summary.skipped)
    } else {
        (0, 0)
    };
    let deleted = match deleted {
        0 => String::new(),
        count => format!("{} deleted, ", files(count)),
    };
    let copied = if summary.makes_links {
        format!("{} symlinked", files(summary.linked))
    } else {
        format!("{} copied", files(summary.copied))
    };
    let counts = [
        (summary.unmodified, "unmodified"),
        (summary.post_processed, "post-processed"),
        (skipped, "skipped due to conflict"),
    ];
    let others = counts.into_iter().filter(|(count, _)| *count > 0);
    let others: Vec<String> = others
        .map(|(count, what)| format!(", {count} {what}"))
        .collect();
    let root = (options.display_path)(summary.static_root.as_os_str().as_bytes());
    let before = format!("\n{deleted}{copied} to '");
    let after = format!("'{}.", others.concat());
    [before.as_bytes(), &root, after.as_bytes()].concat()
}
