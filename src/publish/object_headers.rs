//! The headers of published objects. Knows no files and no store.

use super::content_type::{content_type, own_encoding};
use super::published_object::ObjectRole;
use crate::model::{Encoding, LogicalPath};
use crate::store::headers::ObjectHeaders;

/// The header of names that never get another content.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// The header of the documents that `staticc publish` keeps for itself.
const NEVER: &str = "no-store";

/// Returns the headers of the file at `path`, whose object has this encoding. `cache_control`
/// is the header of plain names.
pub fn object_headers(
    path: &LogicalPath,
    role: ObjectRole,
    encoding: Option<Encoding>,
    cache_control: &str,
) -> ObjectHeaders {
    let cache_control = match role {
        ObjectRole::Fingerprinted => IMMUTABLE,
        ObjectRole::Plain | ObjectRole::Manifest => cache_control,
    };
    ObjectHeaders {
        content_type: content_type(path),
        content_encoding: encoding
            .or_else(|| own_encoding(path))
            .map(|encoding| encoding.header().to_owned()),
        cache_control: cache_control.to_owned(),
    }
}

/// Returns the headers of a document below `.staticc/`.
pub fn document_headers() -> ObjectHeaders {
    ObjectHeaders {
        content_type: "application/json".to_owned(),
        content_encoding: None,
        cache_control: NEVER.to_owned(),
    }
}

/// Returns the headers of bytes that are kept below `.staticc/`.
pub fn kept_headers() -> ObjectHeaders {
    ObjectHeaders {
        content_type: "application/octet-stream".to_owned(),
        ..document_headers()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_images_have_their_encoding_and_archives_have_none() {
        for (name, expected) in [("a.1.svgz", Some("gzip")), ("a.SVGZ", Some("gzip"))]
            .into_iter()
            .chain([("a.svg", None), ("a.tar.gz", None), ("a.tgz", None)])
        {
            let path = LogicalPath::new(name);
            let headers = object_headers(&path, ObjectRole::Plain, None, "");
            assert_eq!(headers.content_encoding.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn only_fingerprinted_names_are_immutable() {
        let path = LogicalPath::new("a.js");
        let headers = |role, encoding| object_headers(&path, role, encoding, "max-age=9");
        let fingerprinted = headers(ObjectRole::Fingerprinted, Some(Encoding::Gzip));
        assert_eq!(fingerprinted.cache_control, IMMUTABLE);
        assert_eq!(fingerprinted.content_encoding.as_deref(), Some("gzip"));
        for role in [ObjectRole::Plain, ObjectRole::Manifest] {
            let plain = headers(role, None);
            assert_eq!(plain.cache_control, "max-age=9");
            assert_eq!(plain.content_encoding, None);
        }
    }
}
