//! Sends a large object in parts, one after the other, so that only one part is in memory. The
//! object is in the store when all parts are there, and their digest is the expected one. Does
//! not know what objects mean.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use object_store::path::Path;
use object_store::{
    MultipartUpload, ObjectStore, ObjectStoreExt as _, PutMultipartOptions, PutPayload,
};

use super::error::{StoreError, StoreErrorKind, StoreStep};

/// Larger objects are sent in parts, in bytes.
pub const MAX_WHOLE: u64 = 16 << 20;

/// The size of a part in bytes. S3 takes no smaller ones than 5 MiB.
const PART_SIZE: u64 = 8 << 20;

/// How many parts an object may have in S3. Other stores take more.
const MAX_PARTS: u64 = 10_000;

/// The bytes of a large object.
#[derive(Clone)]
pub struct LargeBody {
    pub source: LargeSource,
    /// The size in bytes.
    pub size: u64,
    /// The BLAKE3 hash of the bytes, in hexadecimal digits. Others are not sent.
    pub digest: String,
}

#[derive(Clone)]
pub enum LargeSource {
    File(Arc<File>),
    /// Another object of the store.
    Object(Path),
}

/// Where a large object goes.
pub(super) struct LargeTarget<'a> {
    pub client: &'a dyn ObjectStore,
    pub path: &'a Path,
    pub key: &'a str,
}

impl LargeTarget<'_> {
    /// Sends an object, which replaces one that is there.
    pub async fn send(
        &self,
        body: &LargeBody,
        options: PutMultipartOptions,
    ) -> Result<(), StoreError> {
        let begun = self.client.put_multipart_opts(self.path, options).await;
        let mut upload = begun.map_err(|error| self.failed(&error))?;
        let sent = self.send_parts(&mut *upload, body).await;
        if let Err(error) = sent {
            // Parts that stay cost money. The first error counts.
            let _ = upload.abort().await;
            return Err(error);
        }
        let completed = upload.complete().await;
        completed.map(|_| ()).map_err(|error| self.failed(&error))
    }

    /// Sends all parts. Fails if they are not the expected bytes.
    async fn send_parts(
        &self,
        upload: &mut dyn MultipartUpload,
        body: &LargeBody,
    ) -> Result<(), StoreError> {
        let part_size = part_size(body.size);
        let mut hasher = blake3::Hasher::new();
        let mut start = 0;
        while start < body.size {
            let end = body.size.min(start + part_size);
            let part = self.read(body, start, end).await?;
            hasher.update(&part);
            let sent = upload.put_part(PutPayload::from(part)).await;
            sent.map_err(|error| self.failed(&error))?;
            start = end;
        }
        if hasher.finalize().to_hex().as_str() == body.digest {
            Ok(())
        } else {
            Err(self.changed(body))
        }
    }

    async fn read(&self, body: &LargeBody, start: u64, end: u64) -> Result<Vec<u8>, StoreError> {
        match &body.source {
            LargeSource::File(file) => {
                let length = usize::try_from(end - start).unwrap_or(usize::MAX);
                let mut part = vec![0; length];
                // Fails if the file has become shorter.
                let read = file.read_exact_at(&mut part, start);
                read.map_err(|_| self.changed(body))?;
                Ok(part)
            }
            LargeSource::Object(path) => {
                let got = self.client.get_range(path, start..end).await;
                let failed = |error| StoreError::new(StoreStep::Read, path.as_ref(), &error);
                Ok(got.map_err(failed)?.to_vec())
            }
        }
    }

    /// Returns the error of a source that has other bytes than expected.
    fn changed(&self, body: &LargeBody) -> StoreError {
        let (kind, detail) = match body.source {
            LargeSource::File(_) => (StoreErrorKind::SourceChanged, ""),
            LargeSource::Object(_) => (StoreErrorKind::Other, WRONG_BYTES),
        };
        StoreError::other(StoreStep::Write, self.key, kind, detail)
    }

    fn failed(&self, error: &object_store::Error) -> StoreError {
        StoreError::new(StoreStep::Write, self.key, error)
    }
}

/// What is wrong with an object that is not the one of a release.
pub(super) const WRONG_BYTES: &str = "its bytes are not those of the release";

/// Returns how much of an object of this size is in memory while it is sent.
pub(super) fn bytes_in_memory(size: u64) -> u64 {
    if size > MAX_WHOLE {
        part_size(size)
    } else {
        size
    }
}

/// Returns the size of all parts but the last one.
fn part_size(size: u64) -> u64 {
    PART_SIZE.max(size.div_ceil(MAX_PARTS))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::store::client::{Body, PutRule, Store, Upload};
    use crate::store::samples::upload;

    const SIZE: usize = (2 << 23) + 5;

    fn bytes() -> Vec<u8> {
        let numbers = (0..=250_u8).flat_map(|number| [number; 1000]);
        numbers.cycle().take(SIZE).collect()
    }

    /// An upload of a file that has these bytes.
    fn large_upload(bytes: &[u8], digest: &str) -> Upload {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Upload {
            body: Body::Large(LargeBody {
                source: LargeSource::File(Arc::new(file)),
                size: SIZE as u64,
                digest: digest.to_owned(),
            }),
            ..upload("large.wasm", "")
        }
    }

    #[test]
    fn parts_become_one_object_with_headers() {
        let store = Store::in_memory().unwrap();
        let bytes = bytes();
        let digest = blake3::hash(&bytes).to_hex();
        store
            .put(large_upload(&bytes, &digest), PutRule::Replace)
            .unwrap();
        let (found, info) = store.get("large.wasm", u64::MAX).unwrap().unwrap();
        assert!(found == bytes);
        assert_eq!(info.headers, Some(upload("", "").headers));
    }

    #[test]
    fn changed_files_do_not_become_objects() {
        let store = Store::in_memory().unwrap();
        let bytes = bytes();
        let digest = blake3::hash(&bytes).to_hex();
        let mut other = bytes.clone();
        other[SIZE - 1] ^= 1;
        for changed in [&other[..], &bytes[..SIZE - 1]] {
            let sent = store.put(large_upload(changed, &digest), PutRule::Replace);
            assert_eq!(sent.unwrap_err().kind, StoreErrorKind::SourceChanged);
            assert_eq!(store.get("large.wasm", u64::MAX).unwrap(), None);
        }
    }

    #[test]
    fn the_largest_objects_have_no_more_parts_than_s3_takes() {
        for size in [1_u64, 5 << 30, 6 << 30, 5 << 40] {
            let parts = size.div_ceil(part_size(size));
            assert!((1..=MAX_PARTS).contains(&parts), "{size}: {parts}");
        }
        assert_eq!(part_size(6 << 30), PART_SIZE);
    }
}
