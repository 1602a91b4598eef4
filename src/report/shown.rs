//! How a file is named to whoever reads: relative to the working directory
//! where it is below that, so that an editor can jump there.

use std::path::Path;

/// The path as it is told.
pub(super) fn shown<'p>(file: &'p Path, directory: &Path) -> &'p Path {
    file.strip_prefix(directory).unwrap_or(file)
}
