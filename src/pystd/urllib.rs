//! The pieces of Python's `urllib.parse` and `posixpath` that Django names
//! files with, on bytes (Python's lone surrogates are our bytes that are
//! not UTF-8). Knows nothing of assets or rules.

use std::borrow::Cow;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

/// `urllib.parse.urlsplit`'s result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Lower-cased scheme, or empty.
    pub scheme: Vec<u8>,
    /// What stands after `//`.
    pub netloc: Vec<u8>,
    /// The path.
    pub path: Vec<u8>,
    /// What stands after `?`.
    pub query: Vec<u8>,
    /// What stands after `#`.
    pub fragment: Vec<u8>,
}

/// `urllib.parse.urlsplit`, without its checks of host names.
pub fn urlsplit(url: &[u8]) -> Split {
    let start = url
        .iter()
        .position(|&byte| byte > b' ')
        .unwrap_or(url.len());
    let mut rest: Vec<u8> = url[start..]
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\t' | b'\r' | b'\n'))
        .collect();
    let mut split = Split::default();
    if let Some(colon) = memchr::memchr(b':', &rest) {
        let scheme = &rest[..colon];
        if scheme.first().is_some_and(u8::is_ascii_alphabetic)
            && scheme
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        {
            split.scheme = scheme.to_ascii_lowercase();
            rest.drain(..=colon);
        }
    }
    if rest.starts_with(b"//") {
        let end = rest[2..]
            .iter()
            .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
            .map_or(rest.len(), |at| at + 2);
        split.netloc = rest[2..end].to_vec();
        rest.drain(..end);
    }
    if let Some(at) = memchr::memchr(b'#', &rest) {
        split.fragment = rest[at + 1..].to_vec();
        rest.truncate(at);
    }
    if let Some(at) = memchr::memchr(b'?', &rest) {
        split.query = rest[at + 1..].to_vec();
        rest.truncate(at);
    }
    split.path = rest;
    split
}

/// `urllib.parse.urlunsplit` as Python 3.12 and later have it.
pub fn urlunsplit(split: &Split) -> Vec<u8> {
    let mut url = Vec::new();
    if !split.scheme.is_empty() {
        url.extend_from_slice(&split.scheme);
        url.push(b':');
    }
    if split.netloc.is_empty() {
        let scheme_has_host = USES_NETLOC.contains(&split.scheme.as_slice())
            && (split.path.is_empty() || split.path.starts_with(b"/"));
        if split.path.starts_with(b"//") || scheme_has_host {
            url.extend_from_slice(b"//");
        }
    } else {
        url.extend_from_slice(b"//");
        url.extend_from_slice(&split.netloc);
        if !split.path.is_empty() && !split.path.starts_with(b"/") {
            url.push(b'/');
        }
    }
    url.extend_from_slice(&split.path);
    if !split.query.is_empty() {
        url.push(b'?');
        url.extend_from_slice(&split.query);
    }
    if !split.fragment.is_empty() {
        url.push(b'#');
        url.extend_from_slice(&split.fragment);
    }
    url
}

/// Schemes that `urlunsplit` gives an empty host.
const USES_NETLOC: &[&[u8]] = &[
    b"ftp",
    b"http",
    b"gopher",
    b"nntp",
    b"telnet",
    b"imap",
    b"wais",
    b"file",
    b"mms",
    b"https",
    b"shttp",
    b"snews",
    b"prospero",
    b"rtsp",
    b"rtsps",
    b"rtspu",
    b"rsync",
    b"svn",
    b"svn+ssh",
    b"sftp",
    b"nfs",
    b"git",
    b"git+ssh",
    b"ws",
    b"wss",
];

/// Schemes whose last path segment may have `;parameters`.
const USES_PARAMS: &[&[u8]] = &[
    b"",
    b"ftp",
    b"hdl",
    b"prospero",
    b"http",
    b"https",
    b"shttp",
    b"rtsp",
    b"sip",
    b"sips",
    b"mms",
    b"sftp",
    b"tel",
];

/// `urllib.parse.urldefrag`: the URL without its fragment, the fragment.
pub fn urldefrag(url: &[u8]) -> (Cow<'_, [u8]>, Vec<u8>) {
    if memchr::memchr(b'#', url).is_none() {
        return (Cow::Borrowed(url), Vec::new());
    }
    let mut split = urlsplit(url);
    let fragment = std::mem::take(&mut split.fragment);
    // urlparse cuts parameters off and urlunparse puts them back unless
    // they are empty, so that a lone `;` is lost.
    if USES_PARAMS.contains(&split.scheme.as_slice()) {
        let segment = memchr::memrchr(b'/', &split.path).map_or(0, |at| at + 1);
        let empty = (split.path.len() - segment).checked_sub(1);
        if empty.is_some() && memchr::memchr(b';', &split.path[segment..]) == empty {
            split.path.pop();
        }
    }
    (Cow::Owned(urlunsplit(&split)), fragment)
}

/// `urllib.parse.unquote`: runs of ASCII have their `%xx` decoded as UTF-8,
/// what is not UTF-8 then becomes U+FFFD.
pub fn unquote(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'%', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let other = rest.iter().take_while(|byte| !byte.is_ascii()).count();
        out.extend_from_slice(&rest[..other]);
        rest = &rest[other..];
        let ascii = rest.iter().take_while(|byte| byte.is_ascii()).count();
        let decoded = percent_decode(&rest[..ascii]);
        out.extend_from_slice(String::from_utf8_lossy(&decoded).as_bytes());
        rest = &rest[ascii..];
    }
    Cow::Owned(out)
}

/// `%xx` to bytes; anything else stays.
pub fn percent_decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let escape = percent_escape(&text[at..]);
        out.push(escape.unwrap_or(text[at]));
        at += if escape.is_some() { 3 } else { 1 };
    }
    out
}

/// The byte that `%xx` at the start of `text` stands for.
fn percent_escape(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = *text else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// `posixpath.normpath` of a path of the file system.
pub fn normal(path: &Path) -> PathBuf {
    PathBuf::from(OsString::from_vec(normpath(path.as_os_str().as_bytes())))
}

/// `posixpath.normpath`.
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

/// `posixpath.split`.
pub fn path_split(path: &[u8]) -> (&[u8], &[u8]) {
    let at = memchr::memrchr(b'/', path).map_or(0, |at| at + 1);
    let (head, tail) = path.split_at(at);
    let end = head.iter().rposition(|&byte| byte != b'/');
    (end.map_or(head, |end| &head[..=end]), tail)
}

/// `posixpath.join` of two parts.
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

/// `posixpath.splitext` of a file name without directories.
fn splitext(name: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memrchr(b'.', name) {
        Some(dot) if name[..dot].iter().any(|&byte| byte != b'.') => name.split_at(dot),
        _ => (name, b""),
    }
}

/// Whether Python's `str.isspace` holds of the character.
pub fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

/// `str.strip`. Bytes that are not UTF-8 are no white space.
pub fn strip(text: &[u8]) -> &[u8] {
    let chunks = || text.utf8_chunks();
    let (Some(first), Some(last)) = (chunks().next(), chunks().last()) else {
        return text;
    };
    let start = first.valid().len() - first.valid().trim_start_matches(is_space).len();
    let end = if last.invalid().is_empty() {
        let rest = last.valid().trim_end_matches(is_space).len();
        text.len() - last.valid().len() + rest
    } else {
        text.len()
    };
    text.get(start..end).unwrap_or_default()
}

/// The file that Django's `hashed_name` reads for a name: the name's path
/// part, unquoted and stripped.
pub fn clean_name(name: &[u8]) -> Vec<u8> {
    strip(&urlsplit(&unquote(name)).path).to_vec()
}

/// Django's `HashedFilesMixin.hashed_name`: the fingerprint put before the
/// last extension of the name's path part.
///
/// ```
/// use staticc::pystd::urllib::hashed_name;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected texts were made by Python's `str.strip`, of names of
    /// files.
    #[test]
    fn names_that_are_not_utf8_are_stripped_of_all_white_space() {
        for (text, expected) in [
            (&b"\xff"[..], &b"\xff"[..]),
            (b"\xc2\xa0 \xff\x1c\xe2\x80\xa8", b"\xff"),
            (b"\xe3\x80\x80\xc3", b"\xc3"),
            (b"\xc2", b"\xc2"),
            (b" a \xff b ", b"a \xff b"),
            (b" \xc2\xa0\t", b""),
            (b"", b""),
        ] {
            assert_eq!(strip(text), expected, "{text:?}");
        }
    }
}
