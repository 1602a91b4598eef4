//! Claims: documents below `.staticc/claims/` that say who works on the next release of a
//! store. Their bytes, written and read; sends nothing.

use serde::{Deserialize, Serialize};

use super::release_document::{VERSION, check_version, read_json};

/// The directory of claims.
pub const CLAIMS: &str = ".staticc/claims";

/// How the content of a claim begins that is made to prune.
pub const PRUNING: &str = "prune";

/// The largest claim that is read, in bytes.
pub const MAX_CLAIM_SIZE: u64 = 16 << 10;

/// Says who publishes a release, before any plain name changes, or who prunes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    version: u32,
    /// The digest of what is published, without time and publisher; or what else is done.
    pub content: String,
    /// When the run claimed the number, in RFC 3339.
    pub claimed: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Whether the run has given up.
    #[serde(default)]
    pub abandoned: bool,
}

impl Claim {
    pub fn new(content: String, claimed: String, publisher: Option<String>) -> Self {
        Self {
            version: VERSION,
            content,
            claimed,
            publisher,
            abandoned: false,
        }
    }

    /// Returns whether the run deletes objects, and sends none.
    pub fn is_pruning(&self) -> bool {
        self.content.starts_with(PRUNING)
    }

    /// Returns the claim of a run that has given up.
    #[must_use]
    pub fn abandoned(&self) -> Self {
        Self {
            abandoned: true,
            ..self.clone()
        }
    }

    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a claim. The error says what is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let claim: Self = read_json(bytes)?;
        check_version(claim.version)?;
        Ok(claim)
    }
}

/// Returns the key of a claim. The first attempt to publish a release is 1.
pub fn claim_key(number: u64, attempt: u32) -> String {
    format!("{CLAIMS}/{number:08}-{attempt}.json")
}

/// Returns the number in the key of a claim.
///
/// ```
/// use staticc::publish::claim_document::{claim_key, claim_number};
/// assert_eq!(claim_number(&claim_key(7, 2)), Some(7));
/// assert_eq!(claim_number("staticfiles.json"), None);
/// ```
pub fn claim_number(key: &str) -> Option<u64> {
    let name = key.strip_prefix(CLAIMS)?.strip_prefix('/')?;
    name.split_once('-')?.0.parse().ok()
}
