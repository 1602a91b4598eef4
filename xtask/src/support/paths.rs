//! Where the repository has its files, and where verbs put theirs.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn repository() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

/// The directory of everything that verbs download or make.
pub fn work_dir() -> PathBuf {
    repository().join("target/xtask")
}

/// A file of `xtask/python`.
pub fn script(name: &str) -> PathBuf {
    repository().join("xtask/python").join(name)
}
