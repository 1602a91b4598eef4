//! Words the note about files that are too large for compressed copies. Decides nothing.

use std::collections::BTreeSet;

use bytesize::ByteSize;

use crate::model::{Asset, AssetId, Code, Problem, first_names};

/// How many files the note names.
const MAX_NAMED: usize = 5;

/// Returns the note, if there are such files.
pub fn large_files_note(
    assets: &[Asset],
    too_large: &BTreeSet<AssetId>,
    max_size: u64,
) -> Option<Problem> {
    if too_large.is_empty() {
        return None;
    }
    let names = too_large.iter().map(|id| &assets[id.index()].path);
    let message = format!(
        "files larger than {} get no compressed copies: {}",
        ByteSize(max_size),
        first_names(names, MAX_NAMED)
    );
    let problem = Problem::info(Code::TooLargeToCompress, message);
    Some(
        problem.help(
            "if there is memory for the file and its copies, raise staticc.compression.max_size",
        ),
    )
}
