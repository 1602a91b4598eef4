//! A store whose functions block. Owns the one runtime, which works only while a function
//! waits. Does not know what objects mean.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use object_store::path::Path;
use object_store::{
    Attribute, Attributes, Extensions, ObjectStore, ObjectStoreExt as _, PutMode,
    PutMultipartOptions, PutOptions, PutPayload,
};
use tokio::runtime::Runtime;

use super::acl::AclRule;
use super::connect::connect;
use super::error::{StoreError, StoreErrorKind, StoreStep};
use super::headers::ObjectHeaders;
use super::parts::{LargeBody, LargeTarget, bytes_in_memory};
use super::runtime;
use super::stop::StoreStop;
use super::url::{Endpoint, StoreKind, StoreUrl};
use crate::model::{Code, Problem};

pub struct Store {
    pub(super) url: StoreUrl,
    pub(super) client: Arc<dyn ObjectStore>,
    pub(super) runtime: Runtime,
    /// A directory keeps no headers.
    pub(super) keeps_headers: bool,
    /// Who may read the objects. `None` leaves that to the store.
    acl: Option<AclRule>,
    pub(super) stop: StoreStop,
}

/// An object as the store describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    pub key: String,
    /// The size of its bytes as they are stored.
    pub size: u64,
    /// By the clock of the store.
    pub modified: SystemTime,
    /// `None` where the store does not tell.
    pub headers: Option<ObjectHeaders>,
}

/// An object to be sent.
pub struct Upload {
    pub key: String,
    pub body: Body,
    pub headers: ObjectHeaders,
}

/// The bytes of an object to be sent.
pub enum Body {
    Bytes(Vec<u8>),
    /// Read while it is sent. It replaces an object that is there, whatever the rule is.
    Large(LargeBody),
}

impl Body {
    /// Returns how many bytes are in memory while it is sent.
    pub(super) fn in_memory(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Large(large) => bytes_in_memory(large.size),
        }
    }
}

/// What becomes of an object that is at the key already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutRule {
    Replace,
    /// It stays, and sending fails with [`StoreErrorKind::AlreadyExists`].
    Keep,
}

impl Store {
    /// Opens a store. Sends no request.
    pub fn open(url: &StoreUrl, endpoint: Option<&Endpoint>) -> Result<Self, Problem> {
        Self::open_with_acl(url, endpoint, None)
    }

    /// Opens a store whose objects get an access control list.
    pub fn open_with_acl(
        url: &StoreUrl,
        endpoint: Option<&Endpoint>,
        acl: Option<AclRule>,
    ) -> Result<Self, Problem> {
        if endpoint.is_some() && url.kind != StoreKind::S3 {
            let message = format!("{url} has no `endpoint`: only stores of s3:// have one");
            let problem = Problem::error(Code::StoreUrl, message);
            return Err(problem.help("remove `endpoint`, or name a store of s3://"));
        }
        let client = connect(url, endpoint, acl.is_some())?;
        let store = Self::with_client(url, client)?;
        Ok(Self { acl, ..store })
    }

    /// Returns an empty store in memory, for tests.
    pub fn in_memory() -> Result<Self, Problem> {
        let url = StoreUrl::parse("s3://memory/prefix")?;
        Self::with_client(&url, Arc::new(object_store::memory::InMemory::new()))
    }

    /// Returns an empty store in memory that answers after a while, for tests.
    #[cfg(test)]
    pub(crate) fn in_slow_memory(latency: Duration) -> Result<Self, Problem> {
        use object_store::throttle::{ThrottleConfig, ThrottledStore};
        let config = ThrottleConfig {
            wait_get_per_call: latency,
            wait_put_per_call: latency,
            ..ThrottleConfig::default()
        };
        let client = ThrottledStore::new(object_store::memory::InMemory::new(), config);
        let url = StoreUrl::parse("s3://memory/prefix")?;
        Self::with_client(&url, Arc::new(client))
    }

    /// Makes a store of a client, such as one for tests.
    pub fn with_client(url: &StoreUrl, client: Arc<dyn ObjectStore>) -> Result<Self, Problem> {
        Ok(Self {
            keeps_headers: url.kind.keeps_headers(),
            acl: None,
            url: url.clone(),
            client,
            runtime: runtime::start()?,
            stop: StoreStop::default(),
        })
    }

    pub fn url(&self) -> &StoreUrl {
        &self.url
    }

    /// Returns what stops this store.
    pub fn stop_handle(&self) -> StoreStop {
        self.stop.clone()
    }

    /// Waits for requests. Returns `None` if the store is stopped before they are answered.
    pub(super) fn wait<T>(&self, requests: impl Future<Output = T>) -> Option<T> {
        self.runtime.block_on(self.stop.unless_stopped(requests))
    }

    /// Returns the object's bytes, and `None` if there is no object. One of more than `limit`
    /// bytes is an error, and is not read.
    pub fn get(&self, key: &str, limit: u64) -> Result<Option<(Vec<u8>, ObjectInfo)>, StoreError> {
        let path = self.path(StoreStep::Read, key)?;
        let sender = self.sender();
        let answer = self.wait(sender.get(&path, key, limit));
        answer.unwrap_or_else(|| Err(StoreError::stopped(StoreStep::Read, key)))
    }

    /// Sends one object.
    pub fn put(&self, upload: Upload, rule: PutRule) -> Result<(), StoreError> {
        let path = self.path(StoreStep::Write, &upload.key)?;
        let sender = self.sender();
        let key = upload.key.clone();
        let answer = self.wait(sender.put(&path, upload, rule));
        answer.unwrap_or_else(|| Err(StoreError::stopped(StoreStep::Write, &key)))
    }

    /// Sends one object, even if the store is stopped.
    pub fn put_uninterrupted(&self, upload: Upload, rule: PutRule) -> Result<(), StoreError> {
        let path = self.path(StoreStep::Write, &upload.key)?;
        let sender = self.sender();
        self.runtime.block_on(sender.put(&path, upload, rule))
    }

    /// Deletes an object, even if the store is stopped. One that is not there is no error.
    pub fn delete_uninterrupted(&self, key: &str) -> Result<(), StoreError> {
        let path = self.path(StoreStep::Delete, key)?;
        let result = self.runtime.block_on(self.client.delete(&path));
        let result = result.map_err(|error| StoreError::new(StoreStep::Delete, key, &error));
        found(result).map(|_| ())
    }

    /// Lists the objects directly in a directory of keys, sorted.
    pub fn list(&self, directory: &str) -> Result<Vec<ObjectInfo>, StoreError> {
        let path = self.path(StoreStep::List, directory)?;
        let answer = self.wait(self.client.list_with_delimiter(Some(&path)));
        let listing = answer
            .ok_or_else(|| StoreError::stopped(StoreStep::List, directory))?
            .map_err(|error| StoreError::new(StoreStep::List, directory, &error))?;
        let objects = listing.objects.into_iter().filter_map(|object| {
            let name = object.location.filename()?;
            Some(ObjectInfo {
                key: format!("{directory}/{name}"),
                size: object.size,
                modified: object.last_modified.into(),
                headers: None,
            })
        });
        let mut objects: Vec<ObjectInfo> = objects.collect();
        objects.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(objects)
    }

    /// Returns what sends and reads objects. It does not borrow the store.
    pub(super) fn sender(&self) -> Sender {
        Sender {
            client: Arc::clone(&self.client),
            keeps_headers: self.keeps_headers,
            acl: self.acl,
        }
    }

    /// Returns the whole key, with the prefix of the store.
    pub(super) fn path(&self, step: StoreStep, key: &str) -> Result<Path, StoreError> {
        let whole = match &self.url.prefix[..] {
            "" => key.to_owned(),
            prefix => format!("{prefix}/{key}"),
        };
        Path::parse(&whole).map_err(|error| {
            let kind = StoreErrorKind::Other;
            StoreError::other(step, key, kind, &error.to_string())
        })
    }
}

/// Sends and reads single objects, from any task.
pub(super) struct Sender {
    client: Arc<dyn ObjectStore>,
    keeps_headers: bool,
    acl: Option<AclRule>,
}

impl Sender {
    /// Reads an object, as [`Store::get`] does.
    pub async fn get(
        &self,
        path: &Path,
        key: &str,
        limit: u64,
    ) -> Result<Option<(Vec<u8>, ObjectInfo)>, StoreError> {
        let failed = |error: &object_store::Error| StoreError::new(StoreStep::Read, key, error);
        let got = match self.client.get(path).await.map_err(|error| failed(&error)) {
            Ok(got) => got,
            Err(error) => return found(Err(error)),
        };
        if got.meta.size > limit {
            let kind = StoreErrorKind::TooLarge;
            return Err(StoreError::other(StoreStep::Read, key, kind, ""));
        }
        let info = ObjectInfo {
            key: key.to_owned(),
            size: got.meta.size,
            modified: got.meta.last_modified.into(),
            headers: self.keeps_headers.then(|| to_headers(&got.attributes)),
        };
        let bytes = got.bytes().await.map_err(|error| failed(&error))?;
        Ok(Some((bytes.to_vec(), info)))
    }

    pub async fn put(&self, path: &Path, upload: Upload, rule: PutRule) -> Result<(), StoreError> {
        let attributes = if self.keeps_headers {
            to_attributes(&upload.headers)
        } else {
            Attributes::new()
        };
        let mode = match rule {
            PutRule::Replace => PutMode::Overwrite,
            PutRule::Keep => PutMode::Create,
        };
        let Upload { key, body, .. } = upload;
        let mut extensions = Extensions::new();
        if let Some(rule) = self.acl {
            rule.mark(&key, &mut extensions);
        }
        let bytes = match body {
            Body::Bytes(bytes) => bytes,
            Body::Large(large) => {
                let target = LargeTarget {
                    client: &*self.client,
                    path,
                    key: &key,
                };
                let options = PutMultipartOptions {
                    attributes,
                    extensions,
                    ..PutMultipartOptions::default()
                };
                return target.send(&large, options).await;
            }
        };
        let options = PutOptions {
            mode,
            attributes,
            extensions,
            ..PutOptions::default()
        };
        let payload = PutPayload::from(bytes);
        let sent = self.client.put_opts(path, payload, options).await;
        sent.map(|_| ())
            .map_err(|error| StoreError::new(StoreStep::Write, &key, &error))
    }
}

/// Returns whether a moment of the store's clock is longer ago than `age`.
pub fn is_older_than(moment: SystemTime, age: Duration) -> bool {
    SystemTime::now()
        .duration_since(moment)
        .is_ok_and(|passed| passed > age)
}

/// An object that is not there is none.
fn found<T>(result: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind == StoreErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn to_attributes(headers: &ObjectHeaders) -> Attributes {
    let mut attributes = Attributes::new();
    let values = [
        (Attribute::ContentType, Some(&headers.content_type)),
        (
            Attribute::ContentEncoding,
            headers.content_encoding.as_ref(),
        ),
        (Attribute::CacheControl, Some(&headers.cache_control)),
    ];
    for (attribute, value) in values {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            attributes.insert(attribute, value.clone().into());
        }
    }
    attributes
}

pub(super) fn to_headers(attributes: &Attributes) -> ObjectHeaders {
    let value = |attribute: Attribute| attributes.get(&attribute).map(|value| value.to_string());
    ObjectHeaders {
        content_type: value(Attribute::ContentType).unwrap_or_default(),
        content_encoding: value(Attribute::ContentEncoding),
        cache_control: value(Attribute::CacheControl).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::samples::upload;

    fn directory() -> (tempfile::TempDir, Store) {
        let directory = tempfile::tempdir().unwrap();
        let text = format!("file://{}/a b", directory.path().to_str().unwrap());
        let url = StoreUrl::parse(&text).unwrap();
        (directory, Store::open(&url, None).unwrap())
    }

    #[test]
    fn stores_keep_bytes_and_headers() {
        let store = Store::in_memory().unwrap();
        store
            .put(upload("css/a~%.css", "a"), PutRule::Replace)
            .unwrap();
        let (bytes, info) = store.get("css/a~%.css", 1).unwrap().unwrap();
        assert_eq!(bytes, b"a");
        assert_eq!(info.headers, Some(upload("", "").headers));
        assert_eq!(
            store.get("css/a~%.css", 0).unwrap_err().kind,
            StoreErrorKind::TooLarge
        );
        assert_eq!(store.get("css/b.css", 1).unwrap(), None);
        store
            .put(upload("css/b.css", "b"), PutRule::Replace)
            .unwrap();
        let keys = |store: &Store| -> Vec<String> {
            let listed = store.list("css").unwrap();
            listed.into_iter().map(|object| object.key).collect()
        };
        assert_eq!(keys(&store), ["css/a~%.css", "css/b.css"]);
        store.delete_uninterrupted("css/a~%.css").unwrap();
        store.delete_uninterrupted("css/a~%.css").unwrap();
        assert_eq!(keys(&store), ["css/b.css"]);
    }

    #[test]
    fn directories_keep_bytes_below_their_path() {
        let (directory, store) = directory();
        assert_eq!(store.get("css/a.css", 9).unwrap(), None);
        store
            .put(upload("css/a.css", "a"), PutRule::Replace)
            .unwrap();
        let file = directory.path().join("a b/css/a.css");
        assert_eq!(std::fs::read(file).unwrap(), b"a");
        let (bytes, info) = store.get("css/a.css", 9).unwrap().unwrap();
        assert_eq!((bytes, info.headers), (b"a".to_vec(), None));
    }

    #[test]
    fn an_object_that_is_there_can_be_kept() {
        let (_directory, on_disk) = directory();
        for store in [Store::in_memory().unwrap(), on_disk] {
            store.put(upload("claim", "1"), PutRule::Keep).unwrap();
            let error = store.put(upload("claim", "2"), PutRule::Keep).unwrap_err();
            assert_eq!(error.kind, StoreErrorKind::AlreadyExists);
            assert_eq!(store.get("claim", 9).unwrap().unwrap().0, b"1");
        }
    }
}
