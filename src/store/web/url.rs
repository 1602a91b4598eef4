//! The URL of the directory in which a site serves its static files. A problem never shows the
//! URL: a user may have put a password into it.

use reqwest::Url;

use crate::model::{Code, Problem};
use crate::store::tls::{ALLOW_HTTP, allows_http_to_others};
use crate::store::url::is_loopback_host;

/// A URL that ends with a slash, without user, password, query and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebUrl(Url);

const FORM: &str = "write the URL of STATIC_URL, such as https://example.com/static/";

impl WebUrl {
    pub fn parse(text: &str) -> Result<Self, Problem> {
        Self::parse_for(text, allows_http_to_others())
    }

    fn parse_for(text: &str, allows_http: bool) -> Result<Self, Problem> {
        let mut url = Url::parse(text).map_err(|error| {
            let help = format!("{FORM}; for another directory, set --static-root");
            refused(&format!("cannot be read: {error}"), &help)
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("is no URL of a site", FORM));
        }
        if !url.username().is_empty() || url.password().is_some() {
            let help = "remove it: staticc asks for what every visitor may read";
            return Err(refused("contains a user or a password", help));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused("has a query or a fragment", FORM));
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        let web_url = Self(url);
        let host = web_url.0.host_str().unwrap_or_default();
        if web_url.0.scheme() == "http" && !allows_http && !is_loopback_host(host) {
            let fault = "is on another machine, and without encryption";
            let help = format!("use https://, or set {ALLOW_HTTP}=1");
            return Err(refused(fault, &help));
        }
        Ok(web_url)
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns the path of the directory.
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// Returns the scheme, host and port.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

/// Returns the origin of the pages of a site, as browsers write it in the header `Origin`.
pub fn parse_origin(text: &str) -> Result<String, Problem> {
    let url = Url::parse(text).ok();
    let found = url.filter(|url| {
        let is_site = matches!(url.scheme(), "http" | "https");
        is_site && url.path() == "/" && url.username().is_empty()
    });
    found
        .map(|url| url.origin().ascii_serialization())
        .ok_or_else(|| {
            let message = "the origin of the pages cannot be read";
            Problem::error(Code::SiteUrl, message)
                .in_file("--origin")
                .help("write scheme and host, such as https://www.example.com")
        })
}

fn refused(fault: &str, help: &str) -> Problem {
    Problem::error(Code::SiteUrl, format!("the URL {fault}")).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_sites_end_with_a_slash() {
        for (text, expected) in [
            ("https://example.com", "https://example.com/"),
            ("https://example.com/static", "https://example.com/static/"),
            ("https://example.com/static/", "https://example.com/static/"),
            ("HTTPS://Example.com:443/s/", "https://example.com/s/"),
            (
                "http://127.0.0.1:8000/static/",
                "http://127.0.0.1:8000/static/",
            ),
            ("http://[::1]:80/", "http://[::1]/"),
            ("http://localhost/static", "http://localhost/static/"),
        ] {
            assert_eq!(WebUrl::parse_for(text, false).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn other_urls_are_refused_with_help_and_without_the_password() {
        for (text, fault) in [
            ("staticfiles", "cannot be read"),
            ("/srv/static/", "cannot be read"),
            ("s3://bucket/static", "no URL of a site"),
            ("file:///srv/static", "no URL of a site"),
            ("https://", "cannot be read"),
            ("https://me:hunter2@example.com/", "password"),
            ("https://example.com/static/?v=1", "query"),
            ("https://example.com/static/#a", "fragment"),
            ("http://example.com/static/", "without encryption"),
            ("http://127.0.0.1.example.com/", "without encryption"),
        ] {
            let problem = WebUrl::parse_for(text, false).unwrap_err();
            assert!(problem.message.contains(fault), "{text}: {problem:?}");
            assert!(problem.help.is_some(), "{text}");
            assert!(!format!("{problem:?}").contains("hunter2"), "{problem:?}");
        }
        assert!(WebUrl::parse_for("http://example.com/static/", true).is_ok());
    }

    #[test]
    fn origins_have_no_path() {
        assert_eq!(
            parse_origin("https://www.example.com:443/").unwrap(),
            "https://www.example.com"
        );
        for text in ["www.example.com", "https://example.com/shop/", "null"] {
            assert!(parse_origin(text).unwrap_err().help.is_some(), "{text}");
        }
    }
}
