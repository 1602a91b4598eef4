//! One thing that may be wrong with the answers of a site. Equal findings of several files are
//! one problem, so that a finding holds what these have in common. Knows no text.

use crate::model::{Code, Encoding, Severity};
use crate::store::web::answer::{WebFailure, WebFailureKind};

use super::site_request::Accept;

/// In the order in which they are reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SiteFinding {
    NoAnswer(WebFailure),
    OtherStatus(u16),
    Redirect {
        /// The URL without the path of the file, if it ends with that.
        target: String,
    },
    OtherContent {
        encoding: Option<Encoding>,
    },
    /// An encoding that the reader does not accept.
    UnwantedEncoding {
        encoding: String,
        accept: Accept,
    },
    WrongType {
        extension: String,
        found: String,
        expected: String,
    },
    PoorType {
        extension: String,
        found: String,
        expected: String,
    },
    NoVary,
    /// Of a plain name.
    Lasting {
        cache_control: String,
    },
    /// Of a fingerprinted name.
    NotLasting {
        cache_control: String,
        /// WhiteNoise takes no name without an extension for a fingerprinted one.
        has_extension: bool,
    },
    NoPermission {
        /// What the answer allows, if anything.
        allowed: Option<String>,
        is_origin_known: bool,
    },
    NotRevalidated {
        condition: &'static str,
        status: u16,
    },
    HeadDiffers {
        header: &'static str,
    },
    /// The same encoding for all readers, as object stores have it.
    OneEncoding {
        encoding: Encoding,
    },
    NotCompressed {
        encoding: Encoding,
    },
    PublicManifest,
}

impl SiteFinding {
    pub fn code(&self) -> Code {
        match self {
            Self::NoAnswer(_) => Code::SiteUnreachable,
            Self::OtherStatus(_) => Code::SiteMissing,
            Self::Redirect { .. } => Code::SiteRedirect,
            Self::OtherContent { .. } => Code::SiteContent,
            Self::UnwantedEncoding { .. }
            | Self::OneEncoding { .. }
            | Self::NotCompressed { .. } => Code::SiteEncoding,
            Self::WrongType { .. } | Self::PoorType { .. } => Code::SiteContentType,
            Self::NoVary => Code::SiteVary,
            Self::Lasting { .. } | Self::NotLasting { .. } => Code::SiteCaching,
            Self::NoPermission { .. } => Code::SiteCors,
            Self::NotRevalidated { .. } => Code::SiteRevalidation,
            Self::HeadDiffers { .. } => Code::SiteHead,
            Self::PublicManifest => Code::SiteManifest,
        }
    }

    pub fn severity(&self) -> Severity {
        match self {
            Self::NoPermission {
                is_origin_known, ..
            } => error_if(*is_origin_known),
            Self::NotLasting { has_extension, .. } => error_if(*has_extension),
            Self::NoAnswer(_)
            | Self::OtherStatus(_)
            | Self::Redirect { .. }
            | Self::OtherContent { .. }
            | Self::UnwantedEncoding { .. }
            | Self::WrongType { .. }
            | Self::NoVary
            | Self::Lasting { .. } => Severity::Error,
            Self::PoorType { .. } | Self::NotRevalidated { .. } | Self::HeadDiffers { .. } => {
                Severity::Warning
            }
            // All browsers know gzip.
            Self::OneEncoding { encoding } => match encoding {
                Encoding::Gzip => Severity::Note,
                Encoding::Brotli | Encoding::Zstd => Severity::Warning,
            },
            Self::NotCompressed { .. } | Self::PublicManifest => Severity::Note,
        }
    }

    /// Whether the site itself is in trouble: it gave no answer, or that of a failing server.
    pub fn is_trouble(&self) -> bool {
        match self {
            Self::NoAnswer(failure) => failure.kind != WebFailureKind::Broken,
            Self::OtherStatus(status) => *status >= 500 || *status == 429,
            _ => false,
        }
    }
}

fn error_if(is_error: bool) -> Severity {
    if is_error {
        Severity::Error
    } else {
        Severity::Warning
    }
}
