//! The answer of `staticc find` as text: the words of Django's `findstatic`, and
//! whether each file is collected. Knows no streams.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::text::clean;
use super::treatment_text::treatment_text;
use crate::model::{CandidateStatus, Candidates};

/// Returns the text. Without candidates there is none, but a problem.
pub(super) fn find_text(
    found: &Candidates,
    verbosity: u8,
    display_path: fn(&[u8]) -> Vec<u8>,
) -> Option<Vec<u8>> {
    if found.list.is_empty() {
        return None;
    }
    let display = |path: &Path| display_path(path.as_os_str().as_bytes());
    let candidates = found.list.iter();
    if verbosity == 0 {
        let sources: Vec<Vec<u8>> = candidates
            .map(|candidate| display(&candidate.source))
            .collect();
        return Some(sources.join(&b'\n'));
    }
    let mut text = [b"Found '", &*display(found.path.as_path()), b"' here:"].concat();
    let is_obvious = matches!(&found.list[..], [only] if only.status == CandidateStatus::Collected && only.treatment.rewrites());
    for candidate in candidates {
        text.extend_from_slice(b"\n  ");
        text.extend_from_slice(&display(&candidate.source));
        if !is_obvious {
            let mut reasons = vec![status(&candidate.status)];
            reasons.extend(treatment_text(&candidate.treatment, Path::new("")));
            text.extend_from_slice(format!(" ({})", reasons.join("; ")).as_bytes());
        }
    }
    if verbosity >= 2 {
        text.extend_from_slice(b"\nLooking in the following locations:");
        for directory in &found.searched {
            text.extend_from_slice(b"\n  ");
            text.extend_from_slice(&display(directory));
        }
    }
    Some(text)
}

fn status(status: &CandidateStatus) -> String {
    match status {
        CandidateStatus::Collected => "collected".to_owned(),
        CandidateStatus::Shadowed => "not collected: another one is found first".to_owned(),
        CandidateStatus::Ignored { pattern } => {
            format!("not collected: ignored by '{}'", clean(pattern))
        }
        CandidateStatus::Directory => "a directory".to_owned(),
        CandidateStatus::LeftOut => "not collected".to_owned(),
    }
}
