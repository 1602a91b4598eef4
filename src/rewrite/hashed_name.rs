//! Names fingerprinted files as Django's `HashedFilesMixin` does. Knows names only.

use crate::pystd::posixpath::{path_join, path_split, splitext};
use crate::pystd::str::strip;
use crate::pystd::urllib::{unquote, urlsplit, urlunsplit};

/// Returns the name of the file whose content `hashed_name` hashes: the path of the
/// name read as a URL, unquoted and stripped.
pub fn clean_name(name: &[u8]) -> Vec<u8> {
    strip(&urlsplit(&unquote(name)).path).to_vec()
}

/// Does what `HashedFilesMixin.hashed_name` does: puts the fingerprint before the last
/// extension of the path of the name.
///
/// ```
/// use staticc::rewrite::hashed_name::hashed_name;
/// assert_eq!(hashed_name(b"css/a.tar.gz", b"0123456789ab"), b"css/a.tar.0123456789ab.gz");
/// ```
pub fn hashed_name(name: &[u8], fingerprint: &[u8]) -> Vec<u8> {
    let unquoted = unquote(name);
    let mut split = urlsplit(&unquoted);
    let clean = strip(&split.path).to_vec();
    let (directory, file) = path_split(&clean);
    let (root, extension) = splitext(file);
    let hashed = [root, b".", fingerprint, extension].concat();
    split.path = path_join(directory, &hashed);
    if memchr::memmem::find(name, b"?#").is_some() && split.query.is_empty() {
        split.path.push(b'?');
    }
    urlunsplit(&split)
}
