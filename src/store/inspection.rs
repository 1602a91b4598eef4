//! Compares objects with what they should be: their bytes, sizes and headers. Changes nothing,
//! and does not know what objects mean.

use futures_util::TryStreamExt as _;

use super::client::{Store, to_headers};
use super::error::{StoreError, StoreErrorKind, StoreStep};
use super::headers::ObjectHeaders;
use crate::model::Problem;

/// An object as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedObject {
    pub key: String,
    /// The size in bytes.
    pub size: u64,
    /// The BLAKE3 hash of the bytes, in hexadecimal digits.
    pub digest: String,
    pub headers: ObjectHeaders,
}

/// How an object differs from what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectFault {
    Missing,
    /// It has this size, and its bytes were not read.
    Size(u64),
    Content,
    /// It has these headers.
    Headers(ObjectHeaders),
}

impl Store {
    /// Reads each object, `jobs` of them at a time, and calls `done` with all its faults. The
    /// bytes are not kept, and an object of another size is not read.
    pub fn inspect_all(
        &self,
        objects: &[ExpectedObject],
        jobs: usize,
        done: impl FnMut(&ExpectedObject, Vec<ObjectFault>),
    ) -> Result<(), Problem> {
        let request = |object: &ExpectedObject| {
            let request = self.inspection_request(object.clone());
            let asking = request.map_err(|error| error.to_problem(&self.url))?;
            Ok((0, asking))
        };
        self.run_all(objects, jobs, request, done)
    }

    /// Returns the request of an inspection. It does not borrow the store.
    fn inspection_request(
        &self,
        object: ExpectedObject,
    ) -> Result<impl Future<Output = Result<Vec<ObjectFault>, StoreError>> + Send + use<>, StoreError>
    {
        let path = self.path(StoreStep::Read, &object.key)?;
        let client = std::sync::Arc::clone(&self.client);
        let keeps_headers = self.keeps_headers;
        Ok(async move {
            let failed = |error| StoreError::new(StoreStep::Read, &object.key, &error);
            let asked = client.get_opts(&path, object_store::GetOptions::default());
            let got = match asked.await.map_err(failed) {
                Ok(got) => got,
                Err(error) if error.kind == StoreErrorKind::NotFound => {
                    return Ok(vec![ObjectFault::Missing]);
                }
                Err(error) => return Err(error),
            };
            let mut faults = Vec::new();
            let headers = to_headers(&got.attributes);
            if keeps_headers && headers != object.headers {
                faults.push(ObjectFault::Headers(headers));
            }
            if got.meta.size != object.size {
                faults.push(ObjectFault::Size(got.meta.size));
                return Ok(faults);
            }
            let mut hasher = blake3::Hasher::new();
            let mut parts = got.into_stream();
            while let Some(part) = parts.try_next().await.map_err(failed)? {
                hasher.update(&part);
            }
            if hasher.finalize().to_hex().as_str() != object.digest {
                faults.push(ObjectFault::Content);
            }
            Ok(faults)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::client::PutRule;
    use crate::store::samples::upload;

    #[test]
    fn every_difference_is_a_fault() {
        let store = Store::in_memory().unwrap();
        for key in ["right", "size", "content", "headers"] {
            store.put(upload(key, "bytes"), PutRule::Replace).unwrap();
        }
        let expected = |key: &str, bytes: &str| ExpectedObject {
            key: key.to_owned(),
            size: bytes.len() as u64,
            digest: blake3::hash(bytes.as_bytes()).to_hex().to_string(),
            headers: upload("", "").headers,
        };
        let mut objects = vec![
            expected("right", "bytes"),
            expected("size", "byte"),
            expected("content", "other"),
            expected("headers", "bytes"),
            expected("missing", "bytes"),
        ];
        objects[3].headers.content_encoding = None;
        let mut found = Vec::new();
        let done = |object: &ExpectedObject, faults| found.push((object.key.clone(), faults));
        store.inspect_all(&objects, 1, done).unwrap();
        let faults = [
            ("right", vec![]),
            ("size", vec![ObjectFault::Size(5)]),
            ("content", vec![ObjectFault::Content]),
            (
                "headers",
                vec![ObjectFault::Headers(upload("", "").headers)],
            ),
            ("missing", vec![ObjectFault::Missing]),
        ];
        assert_eq!(found, faults.map(|(key, faults)| (key.to_owned(), faults)));
    }
}
