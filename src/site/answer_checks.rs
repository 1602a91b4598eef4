//! Checks the answer to a request for the content of a file. Knows one answer at a time.

use super::cache_control::{carries_hash, is_lasting};
use super::expected::{ExpectedFile, PageOrigin};
use super::finding::SiteFinding;
use super::media_type::{TypeVerdict, expected_type, judge};
use super::site_request::Accept;
use crate::encode::decode::is_copy_of;
use crate::model::Encoding;
use crate::publish::published_object::ObjectRole;
use crate::publish::purge_url::purge_url;
use crate::store::web::answer::{WebAnswer, WebHeaders};

/// What the answers to different readers are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentForm {
    pub encoding: Option<Encoding>,
    /// Whether `Vary` names `Accept-Encoding`.
    pub varies: bool,
}

/// Checks an answer. Returns its form if the file came.
pub fn check_answer(
    file: &ExpectedFile,
    accept: Accept,
    answer: &WebAnswer,
    pages: &PageOrigin,
    mut find: impl FnMut(SiteFinding),
) -> Option<SentForm> {
    if file.role == ObjectRole::Manifest {
        if answer.status == 200 {
            find(SiteFinding::PublicManifest);
        }
        return None;
    }
    if answer.status != 200 {
        find(other_status(file, answer));
        return None;
    }
    check_type(file, &answer.headers, &mut find);
    check_caching(file, &answer.headers, &mut find);
    check_permission(file, &answer.headers, pages, &mut find);
    let encoding = match sent_encoding(&answer.headers) {
        Ok(encoding) => encoding,
        Err(encoding) => {
            find(SiteFinding::UnwantedEncoding { encoding, accept });
            return None;
        }
    };
    if !has_content(file, encoding, answer) {
        find(SiteFinding::OtherContent { encoding });
        return None;
    }
    let vary = answer.headers.get("vary").unwrap_or_default();
    let mut names = vary.split(',').map(|name| name.trim().to_lowercase());
    Some(SentForm {
        encoding,
        varies: names.any(|name| name == "accept-encoding" || name == "*"),
    })
}

/// Returns the finding of an answer that is not the file.
fn other_status(file: &ExpectedFile, answer: &WebAnswer) -> SiteFinding {
    let location = answer.headers.get("location");
    match location.filter(|_| (300..400).contains(&answer.status)) {
        Some(location) => {
            let path = purge_url("", file.path.as_bytes());
            let target = location.strip_suffix(&path).unwrap_or(&location);
            SiteFinding::Redirect {
                target: target.to_owned(),
            }
        }
        None => SiteFinding::OtherStatus(answer.status),
    }
}

fn check_type(file: &ExpectedFile, headers: &WebHeaders, find: &mut impl FnMut(SiteFinding)) {
    let found = headers.get("content-type").unwrap_or_default();
    let extension = file.extension();
    let expected = expected_type(file);
    match judge(file, &found) {
        TypeVerdict::Good => {}
        TypeVerdict::Poor => find(SiteFinding::PoorType {
            extension,
            found,
            expected,
        }),
        TypeVerdict::Wrong => find(SiteFinding::WrongType {
            extension,
            found,
            expected,
        }),
    }
}

fn check_caching(file: &ExpectedFile, headers: &WebHeaders, find: &mut impl FnMut(SiteFinding)) {
    let cache_control = headers.get("cache-control").unwrap_or_default();
    let is_kept = is_lasting(&cache_control);
    let is_fingerprinted = file.role == ObjectRole::Fingerprinted;
    if is_fingerprinted && !is_kept {
        find(SiteFinding::NotLasting {
            cache_control,
            has_extension: !file.extension().is_empty(),
        });
    } else if !is_fingerprinted && is_kept && !carries_hash(&file.path) {
        find(SiteFinding::Lasting { cache_control });
    }
}

fn check_permission(
    file: &ExpectedFile,
    headers: &WebHeaders,
    pages: &PageOrigin,
    find: &mut impl FnMut(SiteFinding),
) {
    let allowed = headers.get("access-control-allow-origin");
    let is_allowed = match pages {
        PageOrigin::Same => true,
        PageOrigin::Unknown => allowed.is_some(),
        PageOrigin::Other(origin) => allowed
            .as_ref()
            .is_some_and(|allowed| allowed == "*" || allowed == origin),
    };
    if !is_allowed && file.needs_permission() {
        find(SiteFinding::NoPermission {
            allowed,
            is_origin_known: *pages != PageOrigin::Unknown,
        });
    }
}

/// Returns the encoding of an answer; the error is an encoding that no request accepts.
fn sent_encoding(headers: &WebHeaders) -> Result<Option<Encoding>, String> {
    let header = headers.get("content-encoding").unwrap_or_default();
    match &header.trim().to_lowercase()[..] {
        "" | "identity" => Ok(None),
        "gzip" | "x-gzip" => Ok(Some(Encoding::Gzip)),
        "br" => Ok(Some(Encoding::Brotli)),
        _ => Err(header),
    }
}

/// Returns whether the body is the content of the file.
fn has_content(file: &ExpectedFile, encoding: Option<Encoding>, answer: &WebAnswer) -> bool {
    let body = &answer.body[..];
    if answer.is_too_long {
        return false;
    }
    match encoding {
        None => body.len() as u64 == file.size && blake3::hash(body) == file.content,
        Some(encoding) => is_copy_of(encoding, body, file.content, file.size).unwrap_or(false),
    }
}

/// Checks the forms of a file that went to different readers, in the order of [`Accept::ALL`].
pub fn check_forms(
    file: &ExpectedFile,
    forms: &[Option<SentForm>; Accept::ALL.len()],
    mut find: impl FnMut(SiteFinding),
) {
    let sent: Vec<SentForm> = forms.iter().copied().flatten().collect();
    let is_same = |form: &SentForm| Some(form.encoding) == sent.first().map(|one| one.encoding);
    let is_negotiated = !sent.iter().all(is_same);
    if is_negotiated && sent.iter().any(|form| !form.varies) {
        find(SiteFinding::NoVary);
    }
    let is_whole = sent.len() == forms.len();
    for (accept, form) in Accept::ALL.into_iter().zip(forms) {
        let Some(form) = form else { continue };
        match (accept.encoding(), form.encoding) {
            // The same for all readers: one of them says it.
            (None, Some(encoding)) if is_whole && !is_negotiated => {
                find(SiteFinding::OneEncoding { encoding });
            }
            (Some(_), Some(_)) if is_whole && !is_negotiated => {}
            (wanted, Some(encoding)) if wanted != Some(encoding) => {
                find(SiteFinding::UnwantedEncoding {
                    encoding: encoding.header().to_owned(),
                    accept,
                });
            }
            (Some(encoding), None) if file.copies.contains(encoding) => {
                find(SiteFinding::NotCompressed { encoding });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::encode::encoder::encode;
    use crate::encode::spec::CompressionSpec;
    use crate::site::expected::sample_file;

    const CONTENT: &str = "a { color: red } a { color: red } a { color: red }";

    fn answer(headers: &[(&str, &str)], body: &[u8]) -> WebAnswer {
        let pairs = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        WebAnswer {
            status: 200,
            headers: WebHeaders(pairs.collect()),
            body: body.to_vec(),
            is_too_long: false,
        }
    }

    fn findings(path: &str, answer: &WebAnswer, pages: &PageOrigin) -> Vec<SiteFinding> {
        let mut found = Vec::new();
        let file = sample_file(path, CONTENT);
        check_answer(&file, Accept::Gzip, answer, pages, |finding| {
            found.push(finding);
        });
        found
    }

    const GOOD: [(&str, &str); 2] = [
        ("content-type", "text/css"),
        ("cache-control", "max-age=31536000"),
    ];

    fn gzip(content: &[u8]) -> Vec<u8> {
        let spec = CompressionSpec {
            encodings: [Encoding::Gzip].into_iter().collect(),
            brotli_quality: 5,
            limit: 1_000_000,
        };
        encode(content, &spec, Encoding::Gzip).unwrap()
    }

    #[test]
    fn good_answers_have_no_findings() {
        let plain = answer(&GOOD, CONTENT.as_bytes());
        let name = "a.d41d8cd98f00.css";
        assert_eq!(findings(name, &plain, &PageOrigin::Same), []);
        let mut headers = GOOD.to_vec();
        headers.push(("content-encoding", "gzip"));
        let compressed = answer(&headers, &gzip(CONTENT.as_bytes()));
        assert_eq!(findings(name, &compressed, &PageOrigin::Unknown), []);
    }

    #[test]
    fn each_fault_of_an_answer_is_found() {
        let name = "a.d41d8cd98f00.css";
        let found = |answer: &WebAnswer| findings(name, answer, &PageOrigin::Same);
        for body in [&b"a { color: blue }"[..], b"", &gzip(CONTENT.as_bytes())] {
            let other = SiteFinding::OtherContent { encoding: None };
            assert_eq!(found(&answer(&GOOD, body)), [other]);
        }
        let mut headers = GOOD.to_vec();
        headers.push(("content-encoding", "gzip, gzip"));
        let twice = answer(&headers, CONTENT.as_bytes());
        let unwanted = SiteFinding::UnwantedEncoding {
            encoding: "gzip, gzip".to_owned(),
            accept: Accept::Gzip,
        };
        assert_eq!(found(&twice), [unwanted]);
        let without_headers = answer(&[], CONTENT.as_bytes());
        let codes: Vec<_> = found(&without_headers)
            .iter()
            .map(SiteFinding::code)
            .collect();
        assert_eq!(
            codes,
            [
                crate::model::Code::SiteContentType,
                crate::model::Code::SiteCaching
            ]
        );
        let elsewhere = WebAnswer {
            status: 301,
            headers: WebHeaders(vec![(
                "location".to_owned(),
                "https://example.com/s/a.d41d8cd98f00.css".to_owned(),
            )]),
            ..WebAnswer::default()
        };
        let target = "https://example.com/s/".to_owned();
        assert_eq!(found(&elsewhere), [SiteFinding::Redirect { target }]);
        let missing = WebAnswer {
            status: 404,
            ..WebAnswer::default()
        };
        assert_eq!(found(&missing), [SiteFinding::OtherStatus(404)]);
    }

    #[test]
    fn plain_names_are_not_kept_for_a_year() {
        let kept = answer(&GOOD, CONTENT.as_bytes());
        let codes = |name: &str| findings(name, &kept, &PageOrigin::Same).len();
        assert_eq!((codes("a.css"), codes("assets/main-CJEESRZT.css")), (1, 0));
    }

    #[test]
    fn fonts_need_the_permission_of_their_host() {
        let pages = PageOrigin::Other("https://www.example.com".to_owned());
        let findings_with = |allowed: &[(&str, &str)], pages: &PageOrigin| {
            let kept = [("cache-control", "immutable")];
            let headers = [&kept[..], allowed].concat();
            findings(
                "a.d41d8cd98f00.woff2",
                &answer(&headers, CONTENT.as_bytes()),
                pages,
            )
            .len()
        };
        let header = "access-control-allow-origin";
        assert_eq!(findings_with(&[], &PageOrigin::Same), 0);
        assert_eq!(findings_with(&[], &PageOrigin::Unknown), 1);
        assert_eq!(
            findings_with(&[(header, "https://a.example")], &PageOrigin::Unknown),
            0
        );
        assert_eq!(findings_with(&[(header, "https://a.example")], &pages), 1);
        assert_eq!(
            findings_with(&[(header, "https://www.example.com")], &pages),
            0
        );
        assert_eq!(findings_with(&[(header, "*")], &pages), 0);
    }

    #[test]
    fn forms_are_compared() {
        let mut file = sample_file("a.css", CONTENT);
        file.copies.insert(Encoding::Gzip);
        file.copies.insert(Encoding::Brotli);
        let form = |encoding, varies| Some(SentForm { encoding, varies });
        let (gz, br) = (Some(Encoding::Gzip), Some(Encoding::Brotli));
        let found = |forms: [Option<SentForm>; 3]| {
            let mut found = Vec::new();
            check_forms(&file, &forms, |finding| found.push(finding));
            found
        };
        let negotiated = [form(None, true), form(gz, true), form(br, true)];
        assert_eq!(found(negotiated), []);
        let without_vary = [form(None, false), form(gz, true), form(br, true)];
        assert_eq!(found(without_vary), [SiteFinding::NoVary]);
        let as_in_a_store = [form(gz, false); 3];
        let one = SiteFinding::OneEncoding {
            encoding: Encoding::Gzip,
        };
        assert_eq!(found(as_in_a_store), [one]);
        let never = [Encoding::Gzip, Encoding::Brotli]
            .map(|encoding| SiteFinding::NotCompressed { encoding });
        assert_eq!(found([form(None, false); 3]), never);
        let unwanted = SiteFinding::UnwantedEncoding {
            encoding: "br".to_owned(),
            accept: Accept::Gzip,
        };
        assert_eq!(
            found([form(None, true), form(br, true), form(br, true)]),
            [unwanted]
        );
        // Of what did not come whole, nothing is said twice.
        assert_eq!(found([None; 3]), []);
    }

    proptest! {
        #[test]
        fn only_the_content_is_good(
            bytes in proptest::collection::vec(any::<u8>(), 0..80),
            encoding in prop_oneof!["", "gzip", "br", "zstd", ".*"],
        ) {
            let mut headers = GOOD.to_vec();
            headers.push(("content-encoding", &encoding));
            let found = findings("a.d41d8cd98f00.css", &answer(&headers, &bytes), &PageOrigin::Same);
            prop_assert_eq!(found.is_empty(), bytes == CONTENT.as_bytes() && encoding.is_empty());
        }

        #[test]
        fn any_answer_is_checked(
            status in any::<u16>(),
            headers in proptest::collection::vec(("[a-z-]{0,20}", ".*"), 0..5),
            is_too_long in any::<bool>(),
        ) {
            let answer = WebAnswer {
                status,
                headers: WebHeaders(headers),
                body: Vec::new(),
                is_too_long,
            };
            prop_assert!(!findings("a.d41d8cd98f00.css", &answer, &PageOrigin::Same).is_empty());
        }
    }
}
