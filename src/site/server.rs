//! What kind of server answers, by its own header. Only chooses among texts: whatever a site
//! says of itself, it changes no verdict.

use crate::store::web::answer::WebHeaders;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerKind {
    Nginx,
    Apache,
    /// A Python server, in which WhiteNoise serves the files.
    WhiteNoise,
    /// An object store, or a CDN in front of one.
    Store,
    #[default]
    Unknown,
}

/// Beginnings of the header `Server`, in lower case.
const SIGNS: &[(&str, ServerKind)] = &[
    ("nginx", ServerKind::Nginx),
    ("openresty", ServerKind::Nginx),
    ("apache", ServerKind::Apache),
    ("gunicorn", ServerKind::WhiteNoise),
    ("uvicorn", ServerKind::WhiteNoise),
    ("daphne", ServerKind::WhiteNoise),
    ("hypercorn", ServerKind::WhiteNoise),
    ("waitress", ServerKind::WhiteNoise),
    ("wsgiserver", ServerKind::WhiteNoise),
    ("amazons3", ServerKind::Store),
    ("cloudfront", ServerKind::Store),
    ("uploadserver", ServerKind::Store),
    ("windows-azure-blob", ServerKind::Store),
];

impl ServerKind {
    pub fn of(headers: &WebHeaders) -> Self {
        let server = headers.get("server").unwrap_or_default().to_lowercase();
        let mut signs = SIGNS.iter();
        let found = signs.find(|(sign, _)| server.starts_with(sign));
        found.map_or(Self::Unknown, |(_, kind)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_say_what_they_are() {
        let of = |server: &str| {
            ServerKind::of(&WebHeaders(vec![("server".to_owned(), server.to_owned())]))
        };
        assert_eq!(of("nginx/1.22.1"), ServerKind::Nginx);
        assert_eq!(of("Apache/2.4.71 (Debian)"), ServerKind::Apache);
        assert_eq!(of("gunicorn"), ServerKind::WhiteNoise);
        assert_eq!(of("AmazonS3"), ServerKind::Store);
        assert_eq!(of("Caddy"), ServerKind::Unknown);
        assert_eq!(ServerKind::of(&WebHeaders::default()), ServerKind::Unknown);
    }
}
