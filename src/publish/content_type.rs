//! The header `Content-Type` of a file, and the encoding that it has itself, by its name. Knows
//! no content.

use mime_guess::from_ext;

use crate::model::{Encoding, LogicalPath};
use crate::pystd::posixpath::{path_split, splitext};

/// Types of names that WhiteNoise and `mime_guess` do not know, or know as others. The types of
/// [`WHITENOISE`] come next, then those of the crate `mime_guess`.
const FIRST: &[(&str, &str)] = &[
    ("map", "application/json"),
    ("otf", "font/otf"),
    ("tgz", "application/gzip"),
    ("ttf", "font/ttf"),
    ("webmanifest", "application/manifest+json"),
    ("woff", "font/woff"),
];

/// Whole names that WhiteNoise 6.12 knows.
const WHITENOISE_NAMES: &[(&str, &str)] = &[
    ("apple-app-site-association", "application/pkc7-mime"),
    ("crossdomain.xml", "text/x-cross-domain-policy"),
];

/// The types of WhiteNoise 6.12, by extension.
const WHITENOISE: &[(&str, &str)] = &[
    ("3gp", "video/3gpp"),
    ("3gpp", "video/3gpp"),
    ("7z", "application/x-7z-compressed"),
    ("ai", "application/postscript"),
    ("asf", "video/x-ms-asf"),
    ("asx", "video/x-ms-asf"),
    ("atom", "application/atom+xml"),
    ("avi", "video/x-msvideo"),
    ("avif", "image/avif"),
    ("bmp", "image/x-ms-bmp"),
    ("cco", "application/x-cocoa"),
    ("crt", "application/x-x509-ca-cert"),
    ("css", "text/css"),
    ("der", "application/x-x509-ca-cert"),
    ("doc", "application/msword"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("ear", "application/java-archive"),
    ("eot", "application/vnd.ms-fontobject"),
    ("eps", "application/postscript"),
    ("flv", "video/x-flv"),
    ("gif", "image/gif"),
    ("hqx", "application/mac-binhex40"),
    ("htc", "text/x-component"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ico", "image/x-icon"),
    ("jad", "text/vnd.sun.j2me.app-descriptor"),
    ("jar", "application/java-archive"),
    ("jardiff", "application/x-java-archive-diff"),
    ("jng", "image/x-jng"),
    ("jnlp", "application/x-java-jnlp-file"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("kar", "audio/midi"),
    ("kml", "application/vnd.google-earth.kml+xml"),
    ("kmz", "application/vnd.google-earth.kmz"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("m4a", "audio/x-m4a"),
    ("m4v", "video/x-m4v"),
    ("md", "text/markdown"),
    ("mid", "audio/midi"),
    ("midi", "audio/midi"),
    ("mjs", "text/javascript"),
    ("mml", "text/mathml"),
    ("mng", "video/x-mng"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("mpeg", "video/mpeg"),
    ("mpg", "video/mpeg"),
    ("odg", "application/vnd.oasis.opendocument.graphics"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ogg", "audio/ogg"),
    ("pdb", "application/x-pilot"),
    ("pdf", "application/pdf"),
    ("pem", "application/x-x509-ca-cert"),
    ("pl", "application/x-perl"),
    ("pm", "application/x-perl"),
    ("png", "image/png"),
    ("ppt", "application/vnd.ms-powerpoint"),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("prc", "application/x-pilot"),
    ("ps", "application/postscript"),
    ("ra", "audio/x-realaudio"),
    ("rar", "application/x-rar-compressed"),
    ("rpm", "application/x-redhat-package-manager"),
    ("rss", "application/rss+xml"),
    ("rtf", "application/rtf"),
    ("run", "application/x-makeself"),
    ("sea", "application/x-sea"),
    ("shtml", "text/html"),
    ("sit", "application/x-stuffit"),
    ("svg", "image/svg+xml"),
    ("svgz", "image/svg+xml"),
    ("swf", "application/x-shockwave-flash"),
    ("tcl", "application/x-tcl"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("tk", "application/x-tcl"),
    ("ts", "video/mp2t"),
    ("txt", "text/plain"),
    ("war", "application/java-archive"),
    ("wasm", "application/wasm"),
    ("wbmp", "image/vnd.wap.wbmp"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("wml", "text/vnd.wap.wml"),
    ("wmlc", "application/vnd.wap.wmlc"),
    ("wmv", "video/x-ms-wmv"),
    ("woff", "application/font-woff"),
    ("woff2", "font/woff2"),
    ("xhtml", "application/xhtml+xml"),
    ("xls", "application/vnd.ms-excel"),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("xml", "text/xml"),
    ("xpi", "application/x-xpinstall"),
    ("xspf", "application/xspf+xml"),
    ("zip", "application/zip"),
];

const UNKNOWN: &str = "application/octet-stream";

/// Returns the header of a file. Upper case in its name does not count.
///
/// ```
/// use staticc::model::LogicalPath;
/// use staticc::publish::content_type::content_type;
/// let header = |path: &str| content_type(&LogicalPath::new(path));
/// assert_eq!(header("css/site.1197094a631e.CSS"), "text/css; charset=utf-8");
/// assert_eq!(header("fonts/a.ttf"), "font/ttf");
/// assert_eq!(header("LICENSE"), "application/octet-stream");
/// ```
pub fn content_type(path: &LogicalPath) -> String {
    let (_, name) = path_split(path.as_bytes());
    let name = String::from_utf8_lossy(name).to_lowercase();
    let (_, suffix) = splitext(name.as_bytes());
    let suffix = String::from_utf8_lossy(suffix);
    let extension = suffix.trim_start_matches('.');
    let media_type = find(WHITENOISE_NAMES, &name)
        .or_else(|| find(FIRST, extension))
        .or_else(|| find(WHITENOISE, extension))
        .or_else(|| from_ext(extension).first_raw())
        .unwrap_or(UNKNOWN);
    // Python and the browsers' own files are UTF-8.
    if media_type.starts_with("text/") {
        format!("{media_type}; charset=utf-8")
    } else {
        media_type.to_owned()
    }
}

/// Returns the encoding of a file that is compressed itself, and whose type is that of what is
/// in it. Browsers show a compressed SVG image only with its encoding. Archives such as `.tar.gz`
/// are to stay as they are: with an encoding, browsers would save them decompressed.
pub fn own_encoding(path: &LogicalPath) -> Option<Encoding> {
    let (_, suffix) = splitext(path.as_bytes());
    suffix
        .eq_ignore_ascii_case(b".svgz")
        .then_some(Encoding::Gzip)
}

fn find(types: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    let mut found = types.iter().filter(|(known, _)| *known == name);
    found.next().map(|(_, media_type)| *media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_types_that_browsers_need() {
        for (name, expected) in [
            ("a.js", "text/javascript; charset=utf-8"),
            ("a.mjs", "text/javascript; charset=utf-8"),
            ("a.css.map", "application/json"),
            ("a.1234.webmanifest", "application/manifest+json"),
            ("a.ttf", "font/ttf"),
            ("a.woff", "font/woff"),
            ("a.woff2", "font/woff2"),
            ("a.wasm", "application/wasm"),
            ("a.svg", "image/svg+xml"),
            ("a.svgz", "image/svg+xml"),
            ("a.tar.gz", "application/gzip"),
            ("a.gz", "application/gzip"),
            ("a.tgz", "application/gzip"),
            ("A.PNG", "image/png"),
            ("a.csv", "text/csv; charset=utf-8"),
            (
                ".well-known/apple-app-site-association",
                "application/pkc7-mime",
            ),
            ("LICENSE.d41d8cd98f00", "application/octet-stream"),
            (".htaccess", "application/octet-stream"),
        ] {
            assert_eq!(content_type(&LogicalPath::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn tables_are_sorted() {
        for table in [FIRST, WHITENOISE_NAMES, WHITENOISE] {
            assert!(table.is_sorted());
        }
    }
}
