//! The requests that a site is asked: which there are, and their headers. Sends nothing.

use super::expected::{ExpectedFile, ExpectedFiles, PageOrigin};
use crate::model::Encoding;
use crate::publish::published_object::ObjectRole;
use crate::publish::purge_url::purge_url;
use crate::store::web::answer::{WebMethod, WebRequest};
use crate::store::web::url::WebUrl;

/// What a reader accepts. Each is asked for alone, so that a server cannot choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Accept {
    Identity,
    Gzip,
    Brotli,
}

impl Accept {
    pub const ALL: [Self; 3] = [Self::Identity, Self::Gzip, Self::Brotli];

    /// Returns the value of the header `Accept-Encoding`.
    pub fn header(self) -> &'static str {
        self.encoding().map_or("identity", Encoding::header)
    }

    pub fn encoding(self) -> Option<Encoding> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some(Encoding::Gzip),
            Self::Brotli => Some(Encoding::Brotli),
        }
    }
}

/// What is asked of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestKind {
    Get(Accept),
    Head,
    /// With the `ETag` of an earlier answer.
    IfNoneMatch(String),
    /// With the `Last-Modified` of an earlier answer.
    IfModifiedSince(String),
}

/// A request for one of the expected files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteRequest {
    /// The index of the file.
    pub file: usize,
    pub kind: RequestKind,
}

/// What HEAD and conditional requests accept: what most browsers are sent.
pub const LATER_ACCEPT: Accept = Accept::Gzip;

/// Returns the requests for the contents of all files.
pub fn first_requests(files: &[ExpectedFile]) -> Vec<SiteRequest> {
    let requests = files.iter().enumerate().flat_map(|(index, file)| {
        // Of the manifest, only the status counts.
        let accepts = match file.role {
            ObjectRole::Manifest => &Accept::ALL[..1],
            ObjectRole::Fingerprinted | ObjectRole::Plain => &Accept::ALL[..],
        };
        accepts.iter().map(move |&accept| SiteRequest {
            file: index,
            kind: RequestKind::Get(accept),
        })
    });
    requests.collect()
}

impl SiteRequest {
    /// Returns the request for the site at `url`.
    pub fn to_web(&self, expected: &ExpectedFiles, url: &WebUrl) -> WebRequest {
        let file = &expected.files[self.file];
        let accept = match self.kind {
            RequestKind::Get(accept) => accept,
            _ => LATER_ACCEPT,
        };
        let mut headers = vec![("accept-encoding", accept.header().to_owned())];
        match &self.kind {
            RequestKind::Get(_) | RequestKind::Head => {}
            RequestKind::IfNoneMatch(etag) => headers.push(("if-none-match", etag.clone())),
            RequestKind::IfModifiedSince(date) => {
                headers.push(("if-modified-since", date.clone()));
            }
        }
        match &expected.pages {
            PageOrigin::Same => {}
            PageOrigin::Other(origin) => headers.push(("origin", origin.clone())),
            PageOrigin::Unknown => headers.push(("origin", url.origin())),
        }
        WebRequest {
            url: purge_url(url.as_str(), file.path.as_bytes()),
            method: match self.kind {
                RequestKind::Head => WebMethod::Head,
                _ => WebMethod::Get,
            },
            headers,
            limit: match self.kind {
                RequestKind::Get(_) => longest_body(file.size),
                _ => 0,
            },
        }
    }
}

/// Returns how long a body may be. What does not compress becomes a little longer.
fn longest_body(size: u64) -> u64 {
    size.saturating_add(size / 8).saturating_add(1024)
}
