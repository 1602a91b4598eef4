//! Objects for the tests of stores.

use super::client::{Body, Upload};
use super::headers::ObjectHeaders;

/// Returns an object that has all headers.
pub fn upload(key: &str, body: &str) -> Upload {
    Upload {
        key: key.to_owned(),
        body: Body::Bytes(body.into()),
        headers: ObjectHeaders {
            content_type: "text/css; charset=utf-8".to_owned(),
            content_encoding: Some("gzip".to_owned()),
            cache_control: "no-store".to_owned(),
        },
    }
}
