//! Checks the answers to HEAD and to conditional requests, against the answer to GET that the
//! same reader was sent before. Asks nothing.

use super::finding::SiteFinding;
use super::site_request::{RequestKind, SiteRequest};
use crate::store::web::answer::{WebAnswer, WebHeaders};

/// Headers that HEAD must have as GET has them.
const SAME: &[(&str, &str)] = &[
    ("content-type", "Content-Type"),
    ("content-encoding", "Content-Encoding"),
    ("cache-control", "Cache-Control"),
    ("etag", "ETag"),
    ("vary", "Vary"),
];

/// Returns the requests that follow the answer to GET for a file.
pub fn later_requests(file: usize, got: &WebHeaders) -> Vec<SiteRequest> {
    let conditions = [
        got.get("etag").map(RequestKind::IfNoneMatch),
        got.get("last-modified").map(RequestKind::IfModifiedSince),
    ];
    let kinds = std::iter::once(RequestKind::Head).chain(conditions.into_iter().flatten());
    kinds.map(|kind| SiteRequest { file, kind }).collect()
}

/// Checks the answer to one of these requests.
pub fn check_later(
    kind: &RequestKind,
    got: &WebHeaders,
    answer: &WebAnswer,
    mut find: impl FnMut(SiteFinding),
) {
    let status = answer.status;
    match kind {
        RequestKind::Head if status != 200 => find(SiteFinding::HeadDiffers { header: "status" }),
        RequestKind::Head => {
            let same = SAME.iter();
            let different = same.filter(|(name, _)| answer.headers.get(name) != got.get(name));
            different.for_each(|(_, header)| find(SiteFinding::HeadDiffers { header }));
            // A server may leave it out, but must not say another one.
            let length = |headers: &WebHeaders| headers.get("content-length");
            if let (Some(one), Some(other)) = (length(&answer.headers), length(got))
                && one != other
            {
                find(SiteFinding::HeadDiffers {
                    header: "Content-Length",
                });
            }
        }
        RequestKind::IfNoneMatch(_) if status != 304 => find(SiteFinding::NotRevalidated {
            condition: "If-None-Match",
            status,
        }),
        RequestKind::IfModifiedSince(_) if status != 304 => find(SiteFinding::NotRevalidated {
            condition: "If-Modified-Since",
            status,
        }),
        RequestKind::Get(_) | RequestKind::IfNoneMatch(_) | RequestKind::IfModifiedSince(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> WebHeaders {
        let pairs = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        WebHeaders(pairs.collect())
    }

    #[test]
    fn conditions_are_those_of_the_answer() {
        let kinds = |pairs: &[(&str, &str)]| later_requests(7, &headers(pairs)).len();
        assert_eq!(kinds(&[]), 1);
        assert_eq!(kinds(&[("etag", "\"a\"")]), 2);
        assert_eq!(kinds(&[("etag", "\"a\""), ("last-modified", "today")]), 3);
    }

    #[test]
    fn head_has_the_headers_of_get() {
        let got = headers(&[("etag", "\"a\""), ("content-length", "5")]);
        let found = |pairs: &[(&str, &str)], status| {
            let answer = WebAnswer {
                status,
                headers: headers(pairs),
                ..WebAnswer::default()
            };
            let mut found = Vec::new();
            check_later(&RequestKind::Head, &got, &answer, |finding| {
                found.push(finding);
            });
            found
        };
        assert_eq!(found(&[("etag", "\"a\"")], 200), []);
        let differs = |header| SiteFinding::HeadDiffers { header };
        assert_eq!(found(&[], 405), [differs("status")]);
        let both = [differs("ETag"), differs("Content-Length")];
        assert_eq!(found(&[("content-length", "0")], 200), both);
    }

    #[test]
    fn what_has_not_changed_is_not_sent_again() {
        let kinds = [
            RequestKind::IfNoneMatch("\"a\"".to_owned()),
            RequestKind::IfModifiedSince("today".to_owned()),
        ];
        for kind in kinds {
            for (status, expected) in [(304, 0), (200, 1), (500, 1)] {
                let answer = WebAnswer {
                    status,
                    ..WebAnswer::default()
                };
                let mut found = 0;
                check_later(&kind, &WebHeaders::default(), &answer, |_| found += 1);
                assert_eq!(found, expected);
            }
        }
    }
}
