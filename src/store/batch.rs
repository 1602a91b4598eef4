//! Requests for many objects, several of them at a time. Ends at the first failure. Does not
//! know what objects mean.

use std::ops::ControlFlow;

use futures_util::StreamExt as _;
use futures_util::stream;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};

use super::client::{Body, PutRule, Store, Upload};
use super::error::{StoreError, StoreErrorKind, StoreStep};
use super::headers::ObjectHeaders;
use super::parts::{LargeBody, LargeSource, MAX_WHOLE, WRONG_BYTES, bytes_in_memory};
use super::runtime;
use crate::model::Problem;

/// An object whose bytes come from another object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub from: String,
    pub to: String,
    /// The size in bytes.
    pub size: u64,
    /// The BLAKE3 hash of the bytes, in hexadecimal digits. Others are not sent.
    pub digest: String,
    pub headers: ObjectHeaders,
}

impl Store {
    /// Sends an object for each item, `jobs` of them at a time. `load` reads an item when its
    /// turn comes, so that few are in memory; `done` is called for each that is
    /// sent.
    pub fn put_all<T>(
        &self,
        items: &[T],
        jobs: usize,
        load: impl Fn(&T) -> Result<Upload, Problem>,
        mut done: impl FnMut(&T),
    ) -> Result<(), Problem> {
        let request = |item: &T| {
            let upload = load(item)?;
            let found = self.path(StoreStep::Write, &upload.key);
            let path = found.map_err(|error| error.to_problem(&self.url))?;
            let sender = self.sender();
            let bytes = upload.body.in_memory();
            let sending = async move { sender.put(&path, upload, PutRule::Replace).await };
            Ok((bytes, sending))
        };
        self.run_all(items, jobs, request, |item, ()| done(item))
    }

    /// Sends the bytes of one object as those of another, for each transfer, `jobs` of them at
    /// a time. The bytes pass through here, since a copy in the store has the wrong headers.
    pub fn transfer_all(
        &self,
        transfers: &[Transfer],
        jobs: usize,
        mut done: impl FnMut(&Transfer),
    ) -> Result<(), Problem> {
        let request = |transfer: &Transfer| {
            let request = self.transfer_request(transfer.clone());
            let sending = request.map_err(|error| error.to_problem(&self.url))?;
            Ok((bytes_in_memory(transfer.size), sending))
        };
        self.run_all(transfers, jobs, request, |transfer, ()| done(transfer))
    }

    /// Deletes objects, in as few requests as the store needs for so many. One that is not there
    /// is no error.
    pub fn delete_all(&self, keys: &[String]) -> Result<(), Problem> {
        let failed = |error: StoreError| error.to_problem(&self.url);
        let first = keys.first().map(String::as_str).unwrap_or_default();
        let paths = keys.iter().map(|key| self.path(StoreStep::Delete, key));
        let paths: Vec<_> = paths.collect::<Result<_, _>>().map_err(failed)?;
        let mut answers = self
            .client
            .delete_stream(stream::iter(paths.into_iter().map(Ok)).boxed());
        let deleting = async {
            while let Some(answer) = answers.next().await {
                match answer.map_err(|error| StoreError::new(StoreStep::Delete, first, &error)) {
                    Err(error) if error.kind != StoreErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
            Ok(())
        };
        let answer = self.wait(deleting);
        let stopped = || Err(StoreError::stopped(StoreStep::Delete, first));
        answer.unwrap_or_else(stopped).map_err(failed)
    }

    /// Carries out a request for each item, `jobs` of them at a time, and calls `done` with each
    /// answer.
    pub(super) fn run_all<T, A, F>(
        &self,
        items: &[T],
        jobs: usize,
        request: impl Fn(&T) -> Result<(u64, F), Problem>,
        mut done: impl FnMut(&T, A),
    ) -> Result<(), Problem>
    where
        A: Send + 'static,
        F: Future<Output = Result<A, StoreError>> + Send + 'static,
    {
        let requests = runtime::run_all(items, jobs, request, |item, result| {
            done(item, result.map_err(|error| error.to_problem(&self.url))?);
            Ok(ControlFlow::Continue(()))
        });
        self.wait(requests).unwrap_or_else(|| {
            let error = StoreError::stopped(StoreStep::Connect, "");
            Err(error.to_problem(&self.url))
        })
    }

    /// Returns the requests of a transfer. They do not borrow the store.
    fn transfer_request(
        &self,
        transfer: Transfer,
    ) -> Result<impl Future<Output = Result<(), StoreError>> + Send + use<>, StoreError> {
        let from = self.path(StoreStep::Read, &transfer.from)?;
        let to = self.path(StoreStep::Write, &transfer.to)?;
        let client = std::sync::Arc::clone(&self.client);
        let sender = self.sender();
        Ok(async move {
            let body = if transfer.size > MAX_WHOLE {
                Body::Large(LargeBody {
                    source: LargeSource::Object(from),
                    size: transfer.size,
                    digest: transfer.digest,
                })
            } else {
                Body::Bytes(read(&*client, &from, &transfer).await?)
            };
            let upload = Upload {
                key: transfer.to,
                body,
                headers: transfer.headers,
            };
            sender.put(&to, upload, PutRule::Replace).await
        })
    }
}

/// Reads the bytes of a transfer. Fails if they are not the expected ones.
async fn read(
    client: &dyn ObjectStore,
    path: &Path,
    transfer: &Transfer,
) -> Result<Vec<u8>, StoreError> {
    let (step, key) = (StoreStep::Read, &transfer.from);
    let failed = |error| StoreError::new(step, key, &error);
    let got = client.get(path).await.map_err(failed)?;
    let wrong = || StoreError::other(step, key, StoreErrorKind::Other, WRONG_BYTES);
    if got.meta.size != transfer.size {
        return Err(wrong());
    }
    let bytes = got.bytes().await.map_err(failed)?.to_vec();
    if blake3::hash(&bytes).to_hex().as_str() == transfer.digest {
        Ok(bytes)
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::model::Code;
    use crate::store::samples::upload;

    #[test]
    fn many_objects_are_sent_and_a_failure_ends_it() {
        let store = Store::in_memory().unwrap();
        let items: Vec<usize> = (0..100).collect();
        let mut sent = 0;
        let load = |item: &usize| Ok(upload(&format!("all/{item}"), "x"));
        store.put_all(&items, 7, load, |_| sent += 1).unwrap();
        assert_eq!((sent, store.list("all").unwrap().len()), (100, 100));
        let load = |item: &usize| match item {
            50 => Err(Problem::error(Code::SourceChanged, "changed")),
            _ => load(item),
        };
        let problem = store.put_all(&items, 7, load, |_| ()).unwrap_err();
        assert_eq!(problem.code, Code::SourceChanged);
    }

    #[test]
    fn few_bytes_are_in_flight() {
        let store = Store::in_memory().unwrap();
        let size = |item: &u64| item << 20;
        let items = [1, 5, 9, 3, 16, 1, 1, 7, 8, 2];
        let in_flight = Cell::new(0);
        let load = |item: &u64| {
            // The next one is loaded before there is room for it.
            assert!(in_flight.get() <= runtime::MAX_IN_FLIGHT);
            in_flight.set(in_flight.get() + size(item));
            let body = "x".repeat(usize::try_from(size(item)).unwrap());
            Ok(upload(&format!("all/{item}"), &body))
        };
        let done = |item: &u64| in_flight.set(in_flight.get() - size(item));
        store.put_all(&items, 32, load, done).unwrap();
        assert_eq!(in_flight.get(), 0);
    }

    #[test]
    fn deleting_leaves_all_others() {
        let store = Store::in_memory().unwrap();
        for key in ["all/a", "all/b", "all/c"] {
            store.put(upload(key, "x"), PutRule::Replace).unwrap();
        }
        let keys = ["all/a", "all/none", "all/c"].map(str::to_owned);
        store.delete_all(&keys).unwrap();
        let left = store.list("all").unwrap();
        assert_eq!((left.len(), &left[0].key[..]), (1, "all/b"));
        store.delete_all(&[]).unwrap();
    }

    #[test]
    fn transferred_bytes_are_checked_and_get_their_own_headers() {
        let store = Store::in_memory().unwrap();
        store
            .put(upload("from", "bytes"), PutRule::Replace)
            .unwrap();
        let transfer = |to: &str, bytes: &[u8]| Transfer {
            from: "from".to_owned(),
            to: to.to_owned(),
            size: 5,
            digest: blake3::hash(bytes).to_hex().to_string(),
            headers: ObjectHeaders {
                cache_control: "no-cache".to_owned(),
                ..ObjectHeaders::default()
            },
        };
        let transfers = ["a", "b", "c"].map(|to| transfer(to, b"bytes"));
        let mut done = 0;
        store.transfer_all(&transfers, 2, |_| done += 1).unwrap();
        let (bytes, info) = store.get("b", 9).unwrap().unwrap();
        assert_eq!((done, &bytes[..]), (3, &b"bytes"[..]));
        assert_eq!(info.headers.unwrap().cache_control, "no-cache");
        let problem = store.transfer_all(&[transfer("d", b"other")], 2, |_| ());
        assert!(problem.unwrap_err().message.contains("from"));
        assert_eq!(store.get("d", 9).unwrap(), None);
    }
}
