//! Where a URL leads, as browsers read it: elsewhere, or to a path under STATIC_URL. Knows no
//! assets and no disk.

use std::borrow::Cow;

use crate::pystd::urllib::percent_decode;

/// The parts of STATIC_URL by which other URLs are judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteUrl {
    /// The host with its scheme, as `https://cdn.example` or `//cdn.example`. Empty for a STATIC_URL
    /// without a host.
    origin: Vec<u8>,
    /// The parts of the path.
    path: Vec<Vec<u8>>,
}

/// Where a URL leads.
#[derive(Debug, PartialEq, Eq)]
pub enum Destination {
    /// To another site, another part of this one, or the file itself.
    Elsewhere,
    /// To this path under STATIC_URL.
    Path(Vec<u8>),
    /// To a directory under STATIC_URL.
    Directory,
    /// It is relative, and has so many `..` that it leaves STATIC_URL for this path of the host.
    Outside(Vec<u8>),
}

impl SiteUrl {
    pub fn new(static_url: &str) -> Self {
        let url = static_url.as_bytes();
        let host = memchr::memmem::find(url, b"//").filter(|&at| at == 0 || url[at - 1] == b':');
        let path = host.map_or(0, |at| {
            let after = &url[at + 2..];
            at + 2 + memchr::memchr(b'/', after).unwrap_or(after.len())
        });
        let mut parts = Vec::new();
        push_parts(&mut parts, &url[path..]);
        Self {
            origin: url[..path].to_vec(),
            path: parts,
        }
    }

    /// Returns where a browser arrives that follows a URL from a file in this directory under
    /// STATIC_URL.
    pub fn destination(&self, directory: &[u8], url: &[u8]) -> Destination {
        let url = without_white_space(url);
        let path = &url[..end_of_path(&url)];
        if path.is_empty() {
            return Destination::Elsewhere;
        }
        let Some(path) = self.without_origin(path) else {
            return Destination::Elsewhere;
        };
        let is_absolute = matches!(path.first(), Some(b'/' | b'\\'));
        let mut parts = Vec::new();
        if !is_absolute {
            parts.clone_from(&self.path);
            // The name of a directory may have a percent sign.
            let names = directory.split(|&byte| byte == b'/');
            parts.extend(names.filter(|name| !name.is_empty()).map(<[u8]>::to_vec));
        }
        let is_directory = push_parts(&mut parts, path);
        match parts.strip_prefix(&self.path[..]) {
            Some(_) if is_directory => Destination::Directory,
            Some([]) => Destination::Directory,
            Some(below) => Destination::Path(below.join(&b'/')),
            None if is_absolute => Destination::Elsewhere,
            None => Destination::Outside(parts.join(&b'/')),
        }
    }

    /// Returns the path of a URL on this host, or a relative URL as it is. `None` for another host
    /// or scheme.
    fn without_origin<'u>(&self, url: &'u [u8]) -> Option<&'u [u8]> {
        let is_slash = |byte: Option<&u8>| matches!(byte, Some(b'/' | b'\\'));
        let has_host = is_slash(url.first()) && is_slash(url.get(1));
        if !has_host && !has_scheme(url) {
            return Some(url);
        }
        let (scheme, host) = self.origin_parts()?;
        let after_scheme = if has_host {
            url
        } else {
            let colon = memchr::memchr(b':', url)?;
            let is_same = scheme.is_empty() || url[..colon].eq_ignore_ascii_case(scheme);
            is_same.then(|| &url[colon + 1..])?
        };
        let after_host = after_scheme.get(2..)?.strip_prefix_ignoring_case(host)?;
        is_slash(after_host.first()).then_some(after_host)
    }

    /// Returns the scheme and the host of STATIC_URL, if it has a host.
    fn origin_parts(&self) -> Option<(&[u8], &[u8])> {
        let at = memchr::memmem::find(&self.origin, b"//")?;
        let scheme = &self.origin[..at];
        Some((
            scheme.strip_suffix(b":").unwrap_or(scheme),
            &self.origin[at + 2..],
        ))
    }
}

trait StripIgnoringCase {
    fn strip_prefix_ignoring_case(&self, prefix: &[u8]) -> Option<&Self>;
}

impl StripIgnoringCase for [u8] {
    fn strip_prefix_ignoring_case(&self, prefix: &[u8]) -> Option<&Self> {
        let (start, rest) = self.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then_some(rest)
    }
}

/// Where the query or the fragment of a URL begins.
pub fn end_of_path(url: &[u8]) -> usize {
    memchr::memchr2(b'?', b'#', url).unwrap_or(url.len())
}

/// Where the part after the last slash of a URL's path begins.
pub fn last_segment(path: &[u8]) -> usize {
    memchr::memrchr2(b'/', b'\\', path).map_or(0, |slash| slash + 1)
}

/// Appends the parts of a path, percent-decoded and without `.` and `..`. Returns whether the path
/// names a directory: it ends with a slash or with dots.
fn push_parts(parts: &mut Vec<Vec<u8>>, path: &[u8]) -> bool {
    let mut is_directory = false;
    for segment in path.split(|byte| matches!(byte, b'/' | b'\\')) {
        let segment = percent_decode(segment);
        is_directory = true;
        match &segment[..] {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            _ => {
                is_directory = false;
                parts.push(segment);
            }
        }
    }
    is_directory
}

/// Removes what browsers remove from a URL: line breaks and tabs, and white space around it.
fn without_white_space(url: &[u8]) -> Cow<'_, [u8]> {
    let is_space = |byte: &u8| *byte <= b' ';
    let start = url
        .iter()
        .position(|byte| !is_space(byte))
        .unwrap_or(url.len());
    let end = url
        .iter()
        .rposition(|byte| !is_space(byte))
        .map_or(start, |last| last + 1);
    let trimmed = &url[start..end];
    let is_removed = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r');
    if trimmed.iter().any(is_removed) {
        let kept = trimmed.iter().filter(|byte| !is_removed(byte));
        return Cow::Owned(kept.copied().collect());
    }
    Cow::Borrowed(trimmed)
}

/// Whether a URL begins with a scheme, as in `https:` and `data:`.
fn has_scheme(url: &[u8]) -> bool {
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let end = url.iter().position(|byte| !is_scheme(byte));
    url.first().is_some_and(u8::is_ascii_alphabetic) && end.is_some_and(|end| url[end] == b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(static_url: &str, url: &str) -> Destination {
        SiteUrl::new(static_url).destination(b"css/deep", url.as_bytes())
    }

    fn path(path: &str) -> Destination {
        Destination::Path(path.as_bytes().to_vec())
    }

    #[test]
    fn urls_lead_where_a_browser_goes() {
        for (url, wanted) in [
            ("a.css", "css/deep/a.css"),
            ("./x/../a.css?v=1#f", "css/deep/a.css"),
            ("../../img/b%20c.png", "img/b c.png"),
            ("..\\a.css", "css/a.css"),
            (" a\n.css\t", "css/deep/a.css"),
            ("%2e%2E/a.css", "css/a.css"),
            ("/static/a.css", "a.css"),
            ("/x/../static//a.css", "a.css"),
            ("../../../static/a.css", "a.css"),
            ("b:c.css", ""),
            ("1:c.css", "css/deep/1:c.css"),
        ] {
            let wanted = match wanted {
                "" => Destination::Elsewhere,
                wanted => path(wanted),
            };
            assert_eq!(to("/static/", url), wanted, "{url}");
        }
    }

    #[test]
    fn other_sites_are_elsewhere() {
        for url in [
            "",
            "#a",
            "?a",
            " ",
            "data:image/png,",
            "https://cdn.example/static/a.css",
            "//cdn.example/static/a.css",
            "\\\\cdn.example/static/a.css",
            "/other/a.css",
            "/staticfiles/a.css",
            "HTTPS:a.css",
        ] {
            assert_eq!(to("/static/", url), Destination::Elsewhere, "{url}");
        }
    }

    #[test]
    fn host_of_static_url_is_ours() {
        for static_url in ["https://cdn.example/s/", "//cdn.example/s/"] {
            for url in [
                "https://cdn.example/s/a.css",
                "//CDN.example/s/a.css?x",
                "/s/a.css",
                "../../a.css",
            ] {
                assert_eq!(to(static_url, url), path("a.css"), "{url}");
            }
            for url in [
                "https://cdn.example.org/s/a.css",
                "https://cdn.example/t/a.css",
                "ftp:a.css",
                "https:/",
            ] {
                assert_eq!(to(static_url, url), Destination::Elsewhere, "{url}");
            }
        }
        let other_scheme = to("https://cdn.example/s/", "http://cdn.example/s/a.css");
        assert_eq!(other_scheme, Destination::Elsewhere);
    }

    #[test]
    fn directories_are_no_files() {
        for url in [".", "..", "a/", "a/..", "/static/", "/static", "../.."] {
            assert_eq!(to("/static/", url), Destination::Directory, "{url}");
        }
    }

    #[test]
    fn relative_urls_may_leave_static_url() {
        let outside = |url| to("/static/", url);
        assert_eq!(
            outside("../../../media/a.png"),
            Destination::Outside(b"media/a.png".to_vec())
        );
        assert_eq!(
            outside("../../../../../a"),
            Destination::Outside(b"a".to_vec())
        );
        assert_eq!(to("/", "../../../../a"), path("a"));
    }
}
