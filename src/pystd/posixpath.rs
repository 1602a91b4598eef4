//! Does what functions of Python's `posixpath` do, on bytes. Reads no directory.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

/// Does what `posixpath.normpath` does, for a path of the file system.
pub fn normalize(path: &Path) -> PathBuf {
    PathBuf::from(OsString::from_vec(normpath(path.as_os_str().as_bytes())))
}

/// Does what `posixpath.normpath` does.
pub fn normpath(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return b".".to_vec();
    }
    let slashes = match path {
        [b'/', b'/', b'/', ..] => 1,
        [b'/', b'/', ..] => 2,
        [b'/', ..] => 1,
        _ => 0,
    };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                if parts.last().is_some_and(|last| *last != b"..") {
                    parts.pop();
                } else if slashes == 0 {
                    parts.push(part);
                }
            }
            _ => parts.push(part),
        }
    }
    let mut out = vec![b'/'; slashes];
    out.extend_from_slice(&parts.join(&b'/'));
    if out.is_empty() {
        out.push(b'.');
    }
    out
}

/// Does what `posixpath.split` does.
pub fn path_split(path: &[u8]) -> (&[u8], &[u8]) {
    let at = memchr::memrchr(b'/', path).map_or(0, |at| at + 1);
    let (head, tail) = path.split_at(at);
    let end = head.iter().rposition(|&byte| byte != b'/');
    (end.map_or(head, |end| &head[..=end]), tail)
}

/// Does what `posixpath.join` does with two parts.
pub fn path_join(head: &[u8], tail: &[u8]) -> Vec<u8> {
    if tail.starts_with(b"/") || head.is_empty() {
        return tail.to_vec();
    }
    let mut out = head.to_vec();
    if !head.ends_with(b"/") {
        out.push(b'/');
    }
    out.extend_from_slice(tail);
    out
}

/// Does what `posixpath.splitext` does, for a file name without directories.
pub fn splitext(name: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memrchr(b'.', name) {
        Some(dot) if name[..dot].iter().any(|&byte| byte != b'.') => name.split_at(dot),
        _ => (name, b""),
    }
}
