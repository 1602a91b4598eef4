//! The message of a finding, as a sentence about its files. What a site has sent is shortened.
//! Knows no cure.

use super::finding::SiteFinding;
use crate::model::Encoding;
use crate::store::web::answer::WebFailureKind;

/// The longest text of a site that a message shows, in characters.
const LONGEST: usize = 120;

/// Returns the message of a finding in as many files.
pub fn message(finding: &SiteFinding, files: usize) -> String {
    let one = files == 1;
    let subject = if one {
        "1 file".to_owned()
    } else {
        format!("{files} files")
    };
    let is = if one { "is" } else { "are" };
    let has = if one { "has" } else { "have" };
    match finding {
        SiteFinding::NoAnswer(failure) => {
            let detail = shorten(&failure.detail);
            let fault = match failure.kind {
                WebFailureKind::Unreachable => "the site cannot be reached",
                WebFailureKind::Certificate => "the certificate of the site cannot be verified",
                WebFailureKind::Timeout => "the site takes too long",
                WebFailureKind::Broken => "the answer breaks off or is not HTTP",
            };
            format!("{subject} {is} not answered: {fault} ({detail})")
        }
        SiteFinding::OtherStatus(status) => {
            format!("{subject} {is} answered with the status {status}")
        }
        SiteFinding::Redirect { target } => {
            format!("{subject} {is} redirected to {}", shorten(target))
        }
        SiteFinding::OtherContent { encoding } => {
            let form = encoding.map_or(String::new(), |encoding| {
                format!(" when decoded from {}", encoding.header())
            });
            format!("{subject} {has} another content than in STATIC_ROOT{form}")
        }
        SiteFinding::UnwantedEncoding { encoding, accept } => format!(
            "{subject} {is} sent as {} to a reader that accepts {}",
            shorten(encoding),
            accept.header()
        ),
        SiteFinding::WrongType {
            extension, found, ..
        } => format!(
            "{subject} named *.{extension} {has} {}, and browsers refuse {}",
            content_type(found),
            if one { "it" } else { "them" }
        ),
        SiteFinding::PoorType {
            extension,
            found,
            expected,
        } => format!(
            "{subject} named *.{extension} {has} {} in place of {expected}",
            content_type(found)
        ),
        other => caching_message(other, &subject, one),
    }
}

/// Returns the message of a finding about what is kept, repeated or allowed.
fn caching_message(finding: &SiteFinding, subject: &str, one: bool) -> String {
    let is = if one { "is" } else { "are" };
    let has = if one { "has" } else { "have" };
    match finding {
        SiteFinding::NoVary => {
            format!("{subject} {is} sent in several encodings without Vary: Accept-Encoding")
        }
        SiteFinding::Lasting { cache_control } => format!(
            "{subject} without a fingerprint {is} kept for a year: Cache-Control: {}",
            shorten(cache_control)
        ),
        SiteFinding::NotLasting { cache_control, .. } => {
            let found = header("Cache-Control", cache_control);
            format!("{subject} with a fingerprint {is} not kept for a year: {found}")
        }
        SiteFinding::NoPermission { allowed, .. } => {
            let allowed = allowed.as_deref().unwrap_or_default();
            let found = header("Access-Control-Allow-Origin", allowed);
            format!("{subject} may not be used by pages of another host: {found}")
        }
        SiteFinding::NotRevalidated { condition, status } => format!(
            "{subject} {is} sent again although nothing changed: {condition} is answered with \
             the status {status}, and not 304"
        ),
        SiteFinding::HeadDiffers { header } => {
            format!("{subject} {has} another {header} in the answer to HEAD than in that to GET")
        }
        SiteFinding::OneEncoding { encoding } => format!(
            "{subject} {is} sent as {} whatever the reader accepts{}",
            encoding.header(),
            if *encoding == Encoding::Gzip {
                ", which all browsers can read"
            } else {
                ""
            }
        ),
        SiteFinding::NotCompressed { encoding } => format!(
            "{subject} with a {} copy in STATIC_ROOT {is} sent without compression to a reader \
             that accepts {}",
            encoding.suffix(),
            encoding.header()
        ),
        _ => "the manifest is public: everybody can list the static files".to_owned(),
    }
}

fn content_type(found: &str) -> String {
    header("Content-Type", found)
}

/// Returns a header as it is in the answer.
fn header(name: &str, value: &str) -> String {
    match value {
        "" => format!("no {name}"),
        value => format!("{name}: {}", shorten(value)),
    }
}

/// Cuts a text of the site.
fn shorten(text: &str) -> String {
    let mut characters = text.chars();
    let mut short: String = characters.by_ref().take(LONGEST).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    short
}
