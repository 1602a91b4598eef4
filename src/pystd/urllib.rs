//! Does what functions of Python's `urllib.parse` do, on bytes. Where Python has a
//! lone surrogate, there is a byte that is not UTF-8.

use std::borrow::Cow;

/// The result of `urllib.parse.urlsplit`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SplitUrl {
    /// In lower case, without the colon.
    pub scheme: Vec<u8>,
    /// The network location, without the `//`.
    pub netloc: Vec<u8>,
    pub path: Vec<u8>,
    /// The query, without the `?`.
    pub query: Vec<u8>,
    /// The fragment, without the `#`.
    pub fragment: Vec<u8>,
}

/// Does what `urllib.parse.urlsplit` does, without its checks of host names.
pub fn urlsplit(url: &[u8]) -> SplitUrl {
    let start = url
        .iter()
        .position(|&byte| byte > b' ')
        .unwrap_or(url.len());
    let mut rest: Vec<u8> = url[start..]
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\t' | b'\r' | b'\n'))
        .collect();
    let mut split = SplitUrl::default();
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

/// Does what `urllib.parse.urlunsplit` of Python 3.12 and later does.
pub fn urlunsplit(split: &SplitUrl) -> Vec<u8> {
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

/// The schemes for which `urlunsplit` writes an empty host.
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

/// The schemes whose last path segment may have `;parameters`.
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

/// Does what `urllib.parse.urldefrag` does: returns the URL without its fragment, and
/// the fragment.
pub fn urldefrag(url: &[u8]) -> (Cow<'_, [u8]>, Vec<u8>) {
    if memchr::memchr(b'#', url).is_none() {
        return (Cow::Borrowed(url), Vec::new());
    }
    let mut split = urlsplit(url);
    let fragment = std::mem::take(&mut split.fragment);
    // urlparse cuts parameters off, and urlunparse puts them back unless they are
    // empty: a lone `;` is lost.
    if USES_PARAMS.contains(&split.scheme.as_slice()) {
        let segment = memchr::memrchr(b'/', &split.path).map_or(0, |at| at + 1);
        let empty = (split.path.len() - segment).checked_sub(1);
        if empty.is_some() && memchr::memchr(b';', &split.path[segment..]) == empty {
            split.path.pop();
        }
    }
    (Cow::Owned(urlunsplit(&split)), fragment)
}

/// Does what `urllib.parse.unquote` does: decodes the `%xx` of each run of ASCII as
/// UTF-8. Bytes that are not UTF-8 become U+FFFD.
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

/// Does what `urllib.parse.unquote_to_bytes` does.
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

/// Returns the byte of a `%xx` at the start of `text`.
fn percent_escape(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = *text else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}
