//! The contents of a directory, with bytes and modes, and how two differ.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Everything below a directory, by path.
pub type Tree = BTreeMap<PathBuf, Entry>;

/// The mode is the lowest twelve bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Directory { mode: u32 },
    File { mode: u32, bytes: Vec<u8> },
    Link { target: PathBuf },
}

impl Entry {
    pub fn is_directory(&self) -> bool {
        matches!(self, Self::Directory { .. })
    }

    /// The bytes of the file that `path`, where the entry is, leads to.
    pub fn content(&self, path: &Path) -> Option<Vec<u8>> {
        match self {
            Self::Directory { .. } => None,
            Self::File { bytes, .. } => Some(bytes.clone()),
            Self::Link { target } => fs::read(path.parent()?.join(target)).ok(),
        }
    }
}

/// Reads a directory. One that does not exist is empty.
pub fn read(root: &Path) -> io::Result<Tree> {
    let mut tree = Tree::new();
    if root.exists() {
        read_below(root, Path::new(""), &mut tree)?;
    }
    Ok(tree)
}

/// How `actual` differs from `expected`, a line for each path.
pub fn differences(actual: &Tree, expected: &Tree) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, entry) in actual {
        let shown = path.display();
        match expected.get(path) {
            None => lines.push(format!("unexpected: {shown}")),
            Some(expected) if expected != entry => lines.push(format!("differs: {shown}")),
            Some(_) => {}
        }
    }
    let missing = expected.keys().filter(|path| !actual.contains_key(*path));
    lines.extend(missing.map(|path| format!("missing: {}", path.display())));
    lines
}

fn read_below(root: &Path, directory: &Path, tree: &mut Tree) -> io::Result<()> {
    for entry in fs::read_dir(root.join(directory))? {
        let entry = entry?;
        let path = directory.join(entry.file_name());
        let metadata = entry.metadata()?;
        let mode = metadata.permissions().mode() & 0o7777;
        if metadata.is_dir() {
            tree.insert(path.clone(), Entry::Directory { mode });
            read_below(root, &path, tree)?;
        } else if metadata.is_symlink() {
            let target = fs::read_link(entry.path())?;
            tree.insert(path, Entry::Link { target });
        } else {
            let bytes = fs::read(entry.path())?;
            tree.insert(path, Entry::File { mode, bytes });
        }
    }
    Ok(())
}
