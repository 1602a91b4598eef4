//! Django's own sentences, by version and verbosity, as
//! `collectstatic.Command` and [`found`] say them. Knows no streams.

use super::find_text as found;
use crate::model::{CollectSummary, DjangoVersion, Event};

/// How Django speaks.
#[derive(Clone, Copy)]
pub struct Voice {
    /// In whose words.
    pub django: DjangoVersion,
    /// How much is said.
    pub verbosity: u8,
    /// Whether nothing is really done.
    pub dry_run: bool,
    /// A name, as it may be said.
    pub name: fn(&[u8]) -> Vec<u8>,
}

/// What Django prints on standard output for an event, and from which
/// verbosity on. Bytes, since paths are.
pub fn say(event: &Event, voice: Voice) -> Option<(u8, Vec<u8>)> {
    use std::os::unix::ffi::OsStrExt as _;
    let Voice {
        django,
        dry_run,
        name,
        ..
    } = voice;
    // Django 6.0 made these two less loud.
    let quieter = if django >= DjangoVersion::V6_0 { 2 } else { 1 };
    let line = |before: &str, path: &[u8], after: &str| {
        [before.as_bytes(), &name(path), after.as_bytes()].concat()
    };
    Some(match event {
        Event::Cleared(path) if dry_run => (
            quieter,
            line("Pretending to delete '", path.as_bytes(), "'"),
        ),
        Event::Cleared(path) => (quieter, line("Deleting '", path.as_bytes(), "'")),
        Event::Replaced(path, _) if dry_run => {
            (2, line("Pretending to delete '", path.as_bytes(), "'"))
        }
        Event::Replaced(path, _) => (2, line("Deleting '", path.as_bytes(), "'")),
        Event::Unmodified(path, _) => (2, line("Skipping '", path.as_bytes(), "' (not modified)")),
        Event::Copied(source, _) => {
            let source = source.as_os_str().as_bytes();
            if dry_run {
                (1, line("Pretending to copy '", source, "'"))
            } else {
                (2, line("Copying '", source, "'"))
            }
        }
        Event::Linked(source, _) => {
            let source = source.as_os_str().as_bytes();
            if dry_run {
                (1, line("Pretending to link '", source, "'"))
            } else {
                (2, line("Linking '", source, "'"))
            }
        }
        Event::Conflict(path) => (
            quieter,
            line(
                "Found another file with the destination path '",
                path.as_bytes(),
                "'. It will be ignored since only the first encountered file is collected. \
                 If this is not what you want, make sure every static file has a unique path.",
            ),
        ),
        Event::PostProcessed(path, copy) => {
            let mut text = line("Post-processed '", path.as_bytes(), "' as '");
            text.extend_from_slice(&name(copy.as_bytes()));
            text.push(b'\'');
            (2, text)
        }
        Event::PostProcessSkipped(path) => {
            (2, line("Skipped post-processing '", path.as_bytes(), "'"))
        }
        Event::Found(candidates) => (0, found::say(candidates, voice)?),
        Event::Done(summary) => (1, close(summary, voice)),
        _ => return None,
    })
}

/// The closing sentence.
fn close(summary: &CollectSummary, voice: Voice) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    let files = |count: usize| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} static file{plural}")
    };
    let counts = voice.django >= DjangoVersion::V6_0;
    let mut text = b"\n".to_vec();
    if counts && summary.deleted > 0 {
        text.extend_from_slice(format!("{} deleted, ", files(summary.deleted)).as_bytes());
    }
    let action = if summary.linked {
        "symlinked"
    } else {
        "copied"
    };
    text.extend_from_slice(format!("{} {action} to '", files(summary.modified)).as_bytes());
    let destination = summary.destination.as_os_str().as_bytes();
    text.extend_from_slice(&(voice.name)(destination));
    text.push(b'\'');
    if summary.unmodified > 0 {
        text.extend_from_slice(format!(", {} unmodified", summary.unmodified).as_bytes());
    }
    if summary.post_processed > 0 {
        text.extend_from_slice(format!(", {} post-processed", summary.post_processed).as_bytes());
    }
    if counts && summary.skipped > 0 {
        let skipped = format!(", {} skipped due to conflict", summary.skipped);
        text.extend_from_slice(skipped.as_bytes());
    }
    text.push(b'.');
    text
}
