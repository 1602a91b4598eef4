//! The HTTP headers that a store keeps with an object. Knows no rules about them.

use serde::{Deserialize, Serialize};

/// The headers of an object. What is empty or absent is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObjectHeaders {
    #[serde(rename = "content-type")]
    pub content_type: String,
    #[serde(
        rename = "content-encoding",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub content_encoding: Option<String>,
    #[serde(rename = "cache-control")]
    pub cache_control: String,
}
