//! Stores and objects for tests.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use super::client::{Body, Store, Upload};
use super::headers::ObjectHeaders;
use super::url::StoreUrl;

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

/// Objects in memory that several stores have.
#[derive(Clone, Debug, Default)]
pub struct SharedMemory(Arc<InMemory>);

/// When the runs of a store are killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// Before the server carries out the request of this number, from 1.
    Before(isize),
    /// After that, and before the answer.
    After(isize),
}

impl SharedMemory {
    /// Returns the same objects, which then change by themselves.
    pub fn fork(&self) -> Self {
        Self(Arc::new(self.0.fork()))
    }

    pub fn store(&self) -> Store {
        Store::with_client(&url(), self.0.clone()).unwrap()
    }

    /// Returns a store in which no request succeeds after this one, and how many are left.
    pub fn mortal_store(&self, death: Death) -> (Store, Arc<AtomicIsize>) {
        let (Death::Before(number) | Death::After(number)) = death;
        let left = Arc::new(AtomicIsize::new(number));
        let client = MortalStore {
            objects: Arc::clone(&self.0),
            left: Arc::clone(&left),
            dies_after: matches!(death, Death::After(_)),
        };
        let store = Store::with_client(&url(), Arc::new(client)).unwrap();
        (store, left)
    }
}

fn url() -> StoreUrl {
    StoreUrl::parse("s3://memory/prefix").unwrap()
}

/// A store whose requests fail from one on, as if the run were killed there.
#[derive(Clone, Debug)]
struct MortalStore {
    objects: Arc<InMemory>,
    left: Arc<AtomicIsize>,
    dies_after: bool,
}

impl MortalStore {
    /// Carries out a request, or not.
    async fn request<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let left = self.left.fetch_sub(1, Ordering::SeqCst) - 1;
        let killed = || object_store::Error::Generic {
            store: "mortal",
            source: "killed".into(),
        };
        match left {
            1.. => work.await,
            0 if self.dies_after => {
                let _ = work.await;
                Err(killed())
            }
            _ => Err(killed()),
        }
    }
}

impl fmt::Display for MortalStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a mortal store")
    }
}

#[async_trait::async_trait]
impl ObjectStore for MortalStore {
    async fn put_opts(
        &self,
        path: &Path,
        body: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.request(self.objects.put_opts(path, body, options))
            .await
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.request(self.objects.put_multipart_opts(path, options))
            .await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.request(self.objects.get_opts(path, options)).await
    }

    /// One request for each object, so that the run can die between them.
    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        let deleted = paths.then(move |path| {
            let store = store.clone();
            async move {
                let path = path?;
                store.request(store.objects.delete(&path)).await?;
                Ok(path)
            }
        });
        deleted.boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.objects.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.request(self.objects.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.request(self.objects.copy_opts(from, to, options))
            .await
    }
}
