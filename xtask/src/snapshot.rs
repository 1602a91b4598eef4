//! What is in a directory, to the last byte and mode, and how two differ.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Everything below a directory, by path.
pub type Tree = BTreeMap<PathBuf, Entry>;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A directory and its mode.
    Directory(u32),
    /// A regular file: its mode and bytes.
    File(u32, Vec<u8>),
    /// A symbolic link and where it leads.
    Link(PathBuf),
}

impl Entry {
    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        matches!(self, Self::Directory(_))
    }

    /// The bytes that who reads `path`, where it is, gets.
    pub fn content(&self, path: &Path) -> Option<Vec<u8>> {
        match self {
            Self::Directory(_) => None,
            Self::File(_, bytes) => Some(bytes.clone()),
            Self::Link(target) => fs::read(path.parent()?.join(target)).ok(),
        }
    }
}

/// Reads a directory; one that is not there is empty.
pub fn take(root: &Path) -> io::Result<Tree> {
    let mut tree = Tree::new();
    if root.exists() {
        read(root, Path::new(""), &mut tree)?;
    }
    Ok(tree)
}

/// How `found` differs from `wanted`.
pub fn differences(found: &Tree, wanted: &Tree) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, entry) in found {
        let shown = path.display();
        match wanted.get(path) {
            None => lines.push(format!("left: {shown} is too much")),
            Some(other) if other != entry => lines.push(format!("differs: {shown}")),
            Some(_) => {}
        }
    }
    let lacking = wanted.keys().filter(|path| !found.contains_key(*path));
    lines.extend(lacking.map(|path| format!("lacks: {}", path.display())));
    lines
}

fn read(root: &Path, below: &Path, tree: &mut Tree) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        let metadata = entry.metadata()?;
        let mode = metadata.permissions().mode() & 0o7777;
        if metadata.is_dir() {
            tree.insert(path.clone(), Entry::Directory(mode));
            read(root, &path, tree)?;
        } else if metadata.is_symlink() {
            tree.insert(path, Entry::Link(fs::read_link(entry.path())?));
        } else {
            tree.insert(path, Entry::File(mode, fs::read(entry.path())?));
        }
    }
    Ok(())
}
