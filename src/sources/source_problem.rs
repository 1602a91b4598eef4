//! Words the problems of single sources. Opens nothing.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use crate::model::{Code, FileStep, Problem, ReferenceRules, span_at};

/// A source changed while the run read it.
pub fn changed(source: &Path) -> Problem {
    Problem::error(Code::SourceChanged, "changed while it was being collected")
        .in_file(source)
        .help("run again when nothing writes to the sources")
}

pub fn unreadable(source: &Path, error: &io::Error) -> Problem {
    Problem::failed(FileStep::Read, source, error)
        .help("make it readable, or ignore it with `-i NAME`")
}

/// Fails if a text is not UTF-8. By Django's rules, CSS and JavaScript must be.
pub fn check_text(source: &Path, text: &[u8], rules: ReferenceRules) -> Result<(), Problem> {
    match std::str::from_utf8(text) {
        Err(error) if rules == ReferenceRules::Django => {
            Err(not_utf8(source, text, error.valid_up_to()))
        }
        _ => Ok(()),
    }
}

fn not_utf8(source: &Path, text: &[u8], at: usize) -> Problem {
    let byte = text.get(at).copied().unwrap_or_default();
    // Up to the faulty byte, offsets in the lossy text are those in the file.
    let shown = String::from_utf8_lossy(text);
    let end = at + char::REPLACEMENT_CHARACTER.len_utf8();
    let message = format!("is not UTF-8: byte 0x{byte:02x} at offset {at}");
    Problem::error(Code::NotUtf8, message)
        .in_file(source)
        .at(span_at(&shown, at, end))
        .note("css and js are rewritten as text, which must be UTF-8")
        .help("save the file as UTF-8")
}

/// A source that was listed has no metadata: it is a broken link, or cannot be read.
pub fn no_metadata(source: &Path, error: &io::Error) -> Problem {
    match std::fs::read_link(source) {
        Ok(target) => Problem::error(
            Code::BrokenLink,
            format!(
                "symbolic link to {}, which cannot be followed: {error}",
                target.display()
            ),
        )
        .in_file(source)
        .help("repair or remove the link, or ignore it with `-i NAME`"),
        Err(_) => unreadable(source, error),
    }
}

/// Returns the problem of a pipe, a socket or a device.
pub fn not_a_file(source: &Path, metadata: &Metadata) -> Option<Problem> {
    let file_type = metadata.file_type();
    let kind = if file_type.is_fifo() {
        "named pipe"
    } else if file_type.is_socket() {
        "socket"
    } else if file_type.is_block_device() || file_type.is_char_device() {
        "device"
    } else {
        return None;
    };
    let problem = Problem::error(Code::NotAFile, format!("is a {kind}, not a file"));
    Some(
        problem
            .in_file(source)
            .help("remove it, or ignore it with `-i NAME`"),
    )
}
