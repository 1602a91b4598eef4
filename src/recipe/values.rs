//! What recipes say about a project: its URLs, directories and modules, checked and decoded, as
//! servers compare them. Knows no server.

use globset::Glob;
use serde::Serialize;

use crate::model::{Code, Encoding, Problem};
use crate::pystd::urllib::{unquote, urlsplit};

/// The values that templates use.
#[derive(Clone, Debug, Serialize)]
pub struct RecipeValues {
    /// The value of STATIC_URL, as browsers see it.
    pub static_url: UrlValue,
    /// The value of STATIC_ROOT, absolute.
    pub static_root: String,
    /// Absent if the settings do not name both MEDIA_URL and MEDIA_ROOT, or if another host serves
    /// the uploaded files.
    pub media: Option<MediaValues>,
    /// The dotted name of the storage.
    pub backend: String,
    /// The name of the manifest in STATIC_ROOT.
    pub manifest: String,
    /// Whether STATIC_ROOT has `.br` files.
    pub brotli: bool,
    /// Whether STATIC_ROOT has `.gz` files.
    pub gzip: bool,
    pub keep_only_hashed: bool,
    /// Regular expressions of paths below STATIC_URL that have a fingerprint of their own, made by
    /// a bundler.
    pub prehashed: Vec<String>,
    pub project: ProjectValues,
}

/// A URL that ends with a slash.
#[derive(Clone, Debug, Serialize)]
pub struct UrlValue {
    pub whole: String,
    /// The path, decoded, with a slash at both ends.
    pub path: String,
    /// Absent if the pages are on the same host.
    pub host: Option<String>,
}

/// Where uploaded files are, and their URL.
#[derive(Clone, Debug, Serialize)]
pub struct MediaValues {
    /// The path of MEDIA_URL, decoded, with a slash at both ends.
    pub path: String,
    /// The value of MEDIA_ROOT, absolute.
    pub root: String,
}

/// The modules of a Django project.
#[derive(Clone, Debug, Serialize)]
pub struct ProjectValues {
    /// The directory with manage.py.
    pub directory: String,
    /// The package with wsgi.py and asgi.py, such as `mysite`.
    pub package: String,
    /// The path of the package, below the directory.
    pub package_directory: String,
    /// The settings module, such as `mysite.settings`.
    pub settings_module: String,
    /// Whether the names above are those of the project.
    pub is_known: bool,
}

impl RecipeValues {
    /// Adds files that have a fingerprint of their own, by globs on their paths below STATIC_URL.
    #[must_use]
    pub fn with_prehashed(mut self, globs: &[Glob]) -> Self {
        // Servers know no `(?-u)`, with which globset begins.
        let patterns = globs.iter().map(|glob| {
            let pattern = glob.regex().trim_start_matches("(?-u)");
            pattern
                .trim_start_matches('^')
                .trim_end_matches('$')
                .to_owned()
        });
        self.prehashed.extend(patterns);
        self
    }

    /// Adds the encodings of compressed copies.
    #[must_use]
    pub fn with_encodings(mut self, encodings: &[Encoding]) -> Self {
        self.brotli = encodings.contains(&Encoding::Brotli);
        self.gzip = encodings.contains(&Encoding::Gzip);
        self
    }

    /// Returns the values that a configuration may be unable to express, with their settings.
    pub(super) fn named(&self) -> Vec<(&'static str, &str)> {
        let mut named = vec![
            ("STATIC_URL", &self.static_url.path[..]),
            ("STATIC_ROOT", &self.static_root),
            ("the name of the manifest", &self.manifest),
            ("the path of the project", &self.project.directory),
        ];
        named.extend(
            self.static_url
                .host
                .as_deref()
                .map(|host| ("STATIC_URL", host)),
        );
        if let Some(media) = &self.media {
            named.extend([("MEDIA_URL", &media.path[..]), ("MEDIA_ROOT", &media.root)]);
        }
        named
    }
}

impl UrlValue {
    /// Takes the URL of a setting apart.
    pub fn parse(setting: &str, url: &str) -> Result<Self, Problem> {
        let split = urlsplit(url.as_bytes());
        if !split.query.is_empty() || !split.fragment.is_empty() {
            let message = format!(
                "{setting} has a query or a fragment, which no server can be told to serve"
            );
            let help = format!("end {setting} with a slash");
            return Err(Problem::error(Code::BadValue, message).help(help));
        }
        let decoded = String::from_utf8_lossy(&unquote(&split.path)).into_owned();
        let inner = decoded.trim_matches('/');
        let path = if inner.is_empty() {
            "/".to_owned()
        } else {
            format!("/{inner}/")
        };
        let netloc = String::from_utf8_lossy(&split.netloc).into_owned();
        let host = host_of(&netloc);
        if path == "/" && host.is_none() {
            let message = format!("{setting} is the root of the site, where the pages are");
            let help =
                format!("give the files a path of their own, such as {setting} = \"/static/\"");
            return Err(Problem::error(Code::BadValue, message).help(help));
        }
        Ok(Self {
            whole: url.to_owned(),
            path,
            host,
        })
    }
}

/// Returns the host of `user@host:port`.
fn host_of(netloc: &str) -> Option<String> {
    let host = netloc.rsplit('@').next()?;
    let without_port = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    (!without_port.is_empty()).then(|| without_port.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let parsed = |url: &str| {
            let value = UrlValue::parse("STATIC_URL", url).unwrap();
            (value.path, value.host)
        };
        let here = |path: &str| (path.to_owned(), None);
        let there = |path: &str, host: &str| (path.to_owned(), Some(host.to_owned()));
        assert_eq!(parsed("/static/"), here("/static/"));
        assert_eq!(parsed("static/"), here("/static/"));
        assert_eq!(parsed("/a%20b/%C3%A9/"), here("/a b/é/"));
        assert_eq!(
            parsed("https://cdn.example.com/s/"),
            there("/s/", "cdn.example.com")
        );
        assert_eq!(
            parsed("//cdn.example.com:8443/"),
            there("/", "cdn.example.com")
        );
        assert_eq!(parsed("http://[::1]/s"), there("/s/", "[::1]"));
    }

    #[test]
    fn url_that_no_server_can_serve_is_refused() {
        for url in ["/", "", "/static/?v=1", "/static/#a"] {
            assert!(UrlValue::parse("STATIC_URL", url).is_err(), "{url}");
        }
    }
}
