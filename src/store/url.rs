//! The URLs of stores and of their servers. Opens no connection, and reads no environment.
//! A problem never shows the URL: a user may have put a password into it.

use std::fmt;

use crate::model::{Code, Problem};
use crate::pystd::urllib::percent_decode;

/// The kind of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// Amazon S3, and every service with its API.
    S3,
    /// Azure Blob Storage.
    Azure,
    /// A bucket of Google Cloud Storage.
    Google,
    /// A local directory.
    Directory,
}

impl StoreKind {
    /// Whether objects have headers.
    pub fn keeps_headers(self) -> bool {
        self != Self::Directory
    }

    /// Whether each object can have an access control list.
    pub fn has_acls(self) -> bool {
        matches!(self, Self::S3 | Self::Google)
    }
}

/// The schemes of URLs, each with its kind of store.
const SCHEMES: [(&str, StoreKind); 4] = [
    ("s3", StoreKind::S3),
    ("az", StoreKind::Azure),
    ("gs", StoreKind::Google),
    ("file", StoreKind::Directory),
];

/// Where objects are: `s3://bucket/prefix`, `az://container/prefix`, `gs://bucket/prefix` or
/// `file:///directory`.
///
/// ```
/// use staticc::store::url::StoreUrl;
/// let url = StoreUrl::parse("s3://bucket/static/").unwrap();
/// assert_eq!((url.bucket.as_str(), url.prefix.as_str()), ("bucket", "static"));
/// assert_eq!(url.to_string(), "s3://bucket/static");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreUrl {
    pub kind: StoreKind,
    /// The bucket or the container. Empty for a directory.
    pub bucket: String,
    /// What the keys of all objects begin with, without slashes around it. Of a directory it is
    /// the path below the root.
    pub prefix: String,
}

const FORMS: &str =
    "write s3://bucket/prefix, az://container/prefix, gs://bucket/prefix or file:///directory";

impl StoreUrl {
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let scheme = text.split_once("://");
        let known = scheme.and_then(|(scheme, rest)| {
            let found = SCHEMES.iter().find(|(name, _)| *name == scheme);
            found.map(|(_, kind)| (*kind, rest))
        });
        let Some((kind, rest)) = known else {
            return Err(refused("has no scheme of a store", FORMS));
        };
        let (bucket, path) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.contains('@') {
            let help = "remove it, and change the password: credentials come from the environment";
            return Err(refused("contains a user or a password", help));
        }
        if rest.contains(['?', '#']) {
            let help = "remove what follows the path: options are settings of [staticc.publish]";
            return Err(refused("has a query or a fragment", help));
        }
        let path = if kind == StoreKind::Directory {
            String::from_utf8(percent_decode(path.as_bytes()))
                .map_err(|_| refused("has a path that is not UTF-8", FORMS))?
        } else {
            path.to_owned()
        };
        let prefix = path.trim_end_matches('/');
        check_bucket(kind, bucket, prefix)?;
        check_prefix(prefix)?;
        Ok(Self {
            kind,
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        })
    }
}

fn check_bucket(kind: StoreKind, bucket: &str, prefix: &str) -> Result<(), Problem> {
    if kind == StoreKind::Directory {
        return match (bucket, prefix) {
            ("", "") => Err(refused("names no directory", "write file:///directory")),
            ("", _) => Ok(()),
            _ => Err(refused(
                "names a host",
                "write three slashes before an absolute path: file:///directory",
            )),
        };
    }
    let is_part =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_');
    match bucket {
        "" => Err(refused("names no bucket", FORMS)),
        _ if bucket.contains(':') => {
            let help = "write only the name of the bucket: `endpoint` is for the server's address";
            Err(refused("has a port", help))
        }
        _ if bucket.chars().all(is_part) && !bucket.starts_with('.') => Ok(()),
        _ => Err(refused("names a bucket that cannot exist", FORMS)),
    }
}

fn check_prefix(prefix: &str) -> Result<(), Problem> {
    if prefix.is_empty() {
        return Ok(());
    }
    for part in prefix.split('/') {
        let fault = match part {
            "" => "has an empty part in its path",
            "." | ".." => "has . or .. in its path",
            _ if part.chars().any(char::is_control) => "has a control character in its path",
            _ => continue,
        };
        return Err(refused(fault, "write the path as it is in the store"));
    }
    Ok(())
}

fn refused(fault: &str, help: &str) -> Problem {
    Problem::error(Code::StoreUrl, format!("the store's URL {fault}")).help(help)
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut schemes = SCHEMES.iter();
        let found = schemes.find(|(_, kind)| *kind == self.kind);
        let scheme = found.map_or("", |(name, _)| name);
        write!(formatter, "{scheme}://{}", self.bucket)?;
        if !self.prefix.is_empty() {
            write!(formatter, "/{}", self.prefix)?;
        }
        Ok(())
    }
}

/// The address of a server that speaks S3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let refused = |fault: &str, help: &str| {
            Err(Problem::error(Code::StoreUrl, format!("the endpoint {fault}")).help(help))
        };
        let form = "write the address as in https://fra1.digitaloceanspaces.com";
        let rest = text.strip_prefix("https://");
        let Some(rest) = rest.or_else(|| text.strip_prefix("http://")) else {
            return refused("is no address of HTTPS", form);
        };
        let host = rest.split('/').next().unwrap_or_default();
        if host.contains('@') {
            let help = "remove it, and change the password: credentials come from the environment";
            return refused("contains a user or a password", help);
        }
        let is_odd =
            |character: char| character.is_control() || matches!(character, '?' | '#' | ' ' | '\\');
        if host.is_empty() || rest.contains(is_odd) {
            return refused("is no address of a server", form);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether requests to it are encrypted.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Whether the server is on this machine.
    pub fn is_loopback(&self) -> bool {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let host = rest.split('/').next().unwrap_or_default();
        let without_port = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        is_loopback_host(without_port)
    }
}

/// Returns whether a host, without its port, is this machine.
pub(super) fn is_loopback_host(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let parsed = address.parse::<std::net::IpAddr>();
    address == "localhost" || parsed.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (StoreKind, String, String) {
        let url = StoreUrl::parse(text).unwrap();
        (url.kind, url.bucket, url.prefix)
    }

    #[test]
    fn urls_of_each_kind_are_parsed() {
        for (text, kind, bucket, prefix) in [
            ("s3://bucket", StoreKind::S3, "bucket", ""),
            ("s3://bucket/", StoreKind::S3, "bucket", ""),
            ("s3://my.bucket/a/b/", StoreKind::S3, "my.bucket", "a/b"),
            ("s3://bucket/100%25", StoreKind::S3, "bucket", "100%25"),
            ("az://static/v1", StoreKind::Azure, "static", "v1"),
            ("gs://my_bucket/x", StoreKind::Google, "my_bucket", "x"),
            ("file:///srv/static", StoreKind::Directory, "", "srv/static"),
            ("file:///my%20dir", StoreKind::Directory, "", "my dir"),
        ] {
            let expected = (kind, bucket.to_owned(), prefix.to_owned());
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn what_names_no_store_is_refused_with_help() {
        for (text, fault) in [
            ("", "no scheme"),
            ("bucket/prefix", "no scheme"),
            ("https://bucket.s3.amazonaws.com/", "no scheme"),
            ("S3://bucket", "no scheme"),
            ("s3://", "no bucket"),
            ("s3:///prefix", "no bucket"),
            ("s3://bucket:9000/prefix", "port"),
            ("s3://buc ket/prefix", "cannot exist"),
            ("s3://../prefix", "cannot exist"),
            ("s3://bucket/prefix?region=x", "query"),
            ("s3://bucket/prefix#x", "fragment"),
            ("s3://bucket/a/../b", ".."),
            ("s3://bucket//a", "empty part"),
            ("s3://bucket/a\nb", "control"),
            ("file://", "no directory"),
            ("file:///", "no directory"),
            ("file://srv/static", "host"),
            ("file:///srv/../etc", ".."),
            ("file:///srv/%2e%2e/etc", ".."),
            ("file:///srv/%ff", "UTF-8"),
        ] {
            let problem = StoreUrl::parse(text).unwrap_err();
            assert!(problem.message.contains(fault), "{text}: {problem:?}");
            assert!(problem.help.is_some(), "{text}");
        }
    }

    #[test]
    fn problems_do_not_show_passwords() {
        let problems = [
            StoreUrl::parse("s3://AKIA:hunter2@bucket/prefix").unwrap_err(),
            StoreUrl::parse("https://AKIA:hunter2@bucket").unwrap_err(),
            Endpoint::parse("https://AKIA:hunter2@example.com").unwrap_err(),
        ];
        for problem in problems {
            assert!(!format!("{problem:?}").contains("hunter2"), "{problem:?}");
        }
    }

    #[test]
    fn endpoints_know_whether_they_are_local() {
        for (text, is_https, is_loopback) in [
            ("https://fra1.digitaloceanspaces.com", true, false),
            ("http://127.0.0.1:9000", false, true),
            ("http://localhost:9000/", false, true),
            ("http://[::1]:9000", false, true),
            ("http://[::1]", false, true),
            ("http://127.0.0.1.example.com", false, false),
            ("http://10.0.0.1:80", false, false),
        ] {
            let endpoint = Endpoint::parse(text).unwrap();
            let facts = (endpoint.is_https(), endpoint.is_loopback());
            assert_eq!(facts, (is_https, is_loopback), "{text}");
        }
        for text in [
            "",
            "example.com",
            "ftp://a",
            "https://",
            "https://a?b",
            "https:///x",
        ] {
            assert!(Endpoint::parse(text).unwrap_err().help.is_some(), "{text}");
        }
    }
}
