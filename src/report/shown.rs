//! How a file is named to whoever reads: relative to a directory where it is
//! below that, so that an editor can jump there. Looks at no disk.

use std::path::Path;

use crate::nouns::Problem;

/// The path as it is told.
pub(super) fn shown<'p>(file: &'p Path, directory: &Path) -> &'p Path {
    match file.strip_prefix(directory) {
        Ok(below) if below.as_os_str().is_empty() => Path::new("."),
        Ok(below) => below,
        Err(_) => file,
    }
}

/// The file that a problem is in, unless that is a flag: the text of `--set`
/// has places too.
pub(super) fn file(problem: &Problem) -> Option<&Path> {
    let file = problem.file.as_deref()?;
    (!file.as_os_str().as_encoded_bytes().starts_with(b"--")).then_some(file)
}
