//! What collecting does with the name and the text of a file, as the settings want it. Knows no
//! settings and no rules for references.

use std::path::PathBuf;

use serde::{Serialize, Serializer};

/// What a run does with the name and the text of an asset. It matters only to a backend that
/// makes fingerprints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Treatment {
    /// The name gets a fingerprint, and references in the text are rewritten.
    #[default]
    Rewrite,
    /// `no_rewrite`: the name gets a fingerprint, and the text stays.
    NoRewrite,
    /// `no_hash`: the file has its plain name only, and the text stays.
    NoHash,
    /// The name has a hash already: it stays, and so does the text.
    Prehashed(PrehashedBy),
}

/// What says that a file's name has a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrehashedBy {
    /// A glob of the setting `prehashed`.
    Setting,
    /// The manifest that a bundler has written.
    Manifest(PathBuf),
}

impl Treatment {
    /// Returns whether references in the text are rewritten.
    pub fn rewrites(&self) -> bool {
        *self == Self::Rewrite
    }

    /// Returns whether references in the text are followed, whether they are rewritten or not.
    pub fn follows_references(&self) -> bool {
        !matches!(self, Self::NoRewrite | Self::NoHash)
    }

    /// Returns whether the file has one name, which gets no fingerprint. The manifest maps it to
    /// itself.
    pub fn keeps_name(&self) -> bool {
        matches!(self, Self::NoHash | Self::Prehashed(_))
    }

    /// Returns whether the content of a name never changes, although it gets no fingerprint.
    pub fn is_prehashed(&self) -> bool {
        matches!(self, Self::Prehashed(_))
    }
}

/// Serializes the keys `treatment` and `prehashed_by`. The usual treatment has none.
impl Serialize for Treatment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct TreatmentKeys<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            treatment: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            prehashed_by: Option<std::borrow::Cow<'a, str>>,
        }
        let manifest = match self {
            Self::Prehashed(PrehashedBy::Manifest(path)) => Some(path.to_string_lossy()),
            _ => None,
        };
        let view = TreatmentKeys {
            treatment: match self {
                Self::Rewrite => None,
                Self::NoRewrite => Some("no-rewrite"),
                Self::NoHash => Some("no-hash"),
                Self::Prehashed(_) => Some("prehashed"),
            },
            prehashed_by: manifest,
        };
        view.serialize(serializer)
    }
}
