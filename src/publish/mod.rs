//! What a release is and which objects it sends, without sending them. Pure: it reads no
//! file, no clock and no store.

pub mod claim_document;
pub mod content_type;
pub mod current_release;
pub mod object_headers;
pub mod prune_plan;
pub mod publish_plan;
pub mod published_object;
pub mod purge_url;
pub mod release_document;
