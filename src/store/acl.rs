//! Sends the access control list of an object with it. The crate `object_store` knows none, so
//! that the header is added to its requests. Requests to S3 are then signed again: S3 refuses
//! such a header if the signature does not cover it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use object_store::aws::{AwsAuthorizer, AwsCredentialProvider};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
    ReqwestConnector,
};
use object_store::{ClientOptions, Extensions};
use reqwest::header::{HeaderName, HeaderValue};

/// Who may read objects, in the words that S3 and Google Cloud Storage have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectAcl {
    Private,
    PublicRead,
    AuthenticatedRead,
    BucketOwnerRead,
    BucketOwnerFullControl,
}

/// The list of the objects of a store, but for those below a directory of keys.
#[derive(Clone, Copy, Debug)]
pub struct AclRule {
    pub acl: ObjectAcl,
    /// The start of the keys of objects without the list.
    pub except: &'static str,
}

/// Marks a request that gets the header.
#[derive(Clone)]
struct Marked(HeaderValue);

impl ObjectAcl {
    /// Returns the value of the header.
    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Private => "private",
            Self::PublicRead => "public-read",
            Self::AuthenticatedRead => "authenticated-read",
            Self::BucketOwnerRead => "bucket-owner-read",
            Self::BucketOwnerFullControl => "bucket-owner-full-control",
        })
    }
}

impl AclRule {
    /// Marks the request of an object, if it gets the list.
    pub fn mark(self, key: &str, extensions: &mut Extensions) {
        if !key.starts_with(self.except) {
            extensions.insert(Marked(self.acl.header()));
        }
    }
}

/// Makes clients that add the header to marked requests.
#[derive(Clone, Debug)]
pub struct AclConnector {
    header: HeaderName,
    /// What signs requests to S3.
    signer: Option<Arc<Signer>>,
}

struct Signer {
    credentials: AwsCredentialProvider,
    region: String,
}

impl AclConnector {
    pub fn s3(credentials: AwsCredentialProvider, region: String) -> Self {
        Self {
            header: HeaderName::from_static("x-amz-acl"),
            signer: Some(Arc::new(Signer {
                credentials,
                region,
            })),
        }
    }

    pub fn google() -> Self {
        Self {
            header: HeaderName::from_static("x-goog-acl"),
            signer: None,
        }
    }
}

impl HttpConnector for AclConnector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(AclService {
            client: ReqwestConnector::default().connect(options)?,
            connector: self.clone(),
        }))
    }
}

#[derive(Debug)]
struct AclService {
    client: HttpClient,
    connector: AclConnector,
}

#[async_trait]
impl HttpService for AclService {
    async fn call(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if let Some(Marked(acl)) = request.extensions().get().cloned() {
            let AclConnector { header, signer } = &self.connector;
            request.headers_mut().insert(header, acl);
            if let Some(signer) = signer {
                let failed = |error| HttpError::new(HttpErrorKind::Request, error);
                signer.sign(&mut request).await.map_err(failed)?;
            }
        }
        self.client.execute(request).await
    }
}

impl Signer {
    /// Replaces the signature of a request.
    async fn sign(&self, request: &mut HttpRequest) -> object_store::Result<()> {
        let credential = self.credentials.get_credential().await?;
        let digest = content_digest(request);
        let authorizer = AwsAuthorizer::new(&credential, "s3", &self.region);
        // Without a digest, the body was not signed before either.
        let authorizer = authorizer.with_sign_payload(digest.is_some());
        authorizer.try_authorize(request, digest.as_deref())
    }
}

/// Returns the digest of the body, which the first signature has covered.
fn content_digest(request: &HttpRequest) -> Option<Vec<u8>> {
    let text = request
        .headers()
        .get("x-amz-content-sha256")?
        .to_str()
        .ok()?;
    let digits = text.as_bytes().chunks(2);
    let bytes = digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    bytes.collect()
}

impl fmt::Debug for Signer {
    /// Shows no credentials.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Signer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use object_store::aws::{AmazonS3Builder, AwsCredential};
    use object_store::path::Path;
    use object_store::{ObjectStore as _, PutOptions, RetryConfig, StaticCredentialProvider};
    use reqwest::header::HeaderMap;

    use super::*;

    /// Keeps the headers of each request, and answers none.
    #[derive(Clone, Debug, Default)]
    struct Kept(Arc<Mutex<Vec<HeaderMap>>>);

    #[async_trait]
    impl HttpService for Kept {
        async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
            self.0.lock().unwrap().push(request.headers().clone());
            Err(HttpError::new(
                HttpErrorKind::Unknown,
                std::io::Error::other("none"),
            ))
        }
    }

    /// Adds lists in front of a service.
    #[derive(Debug)]
    struct Before(AclConnector, Kept);

    impl HttpConnector for Before {
        fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
            Ok(HttpClient::new(AclService {
                client: HttpClient::new(self.1.clone()),
                connector: self.0.clone(),
            }))
        }
    }

    /// Returns the headers with which an object is sent to S3.
    fn sent(key: &str) -> HeaderMap {
        let credential = AwsCredential {
            key_id: "demo".to_owned(),
            secret_key: "hunter2".to_owned(),
            token: None,
        };
        let credentials = Arc::new(StaticCredentialProvider::new(credential));
        let connector = AclConnector::s3(Arc::clone(&credentials) as _, "us-east-1".to_owned());
        assert!(!format!("{connector:?}").contains("hunter2"));
        let kept = Kept::default();
        let retries = RetryConfig {
            max_retries: 0,
            ..RetryConfig::default()
        };
        let client = AmazonS3Builder::new()
            .with_bucket_name("bucket")
            .with_credentials(credentials)
            .with_http_connector(Before(connector, kept.clone()))
            .with_retry(retries)
            .build()
            .unwrap();
        let mut options = PutOptions::default();
        let rule = AclRule {
            acl: ObjectAcl::PublicRead,
            except: ".staticc/",
        };
        rule.mark(key, &mut options.extensions);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let path = Path::from(key);
        let request = client.put_opts(&path, "body".into(), options);
        runtime.block_on(request).unwrap_err();
        kept.0.lock().unwrap().pop().unwrap()
    }

    #[test]
    fn the_signature_covers_the_list() {
        let headers = sent("a.css");
        let text = |name: &str| headers.get(name).unwrap().to_str().unwrap();
        assert_eq!(text("x-amz-acl"), "public-read");
        let authorization = text("authorization");
        assert!(
            authorization.contains(";x-amz-acl;x-amz-content-sha256;"),
            "{authorization}"
        );
        // The SHA-256 hash of "body".
        let digest = "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5";
        assert_eq!(text("x-amz-content-sha256"), digest);
    }

    #[test]
    fn documents_get_no_list() {
        let headers = sent(".staticc/current");
        assert!(!headers.contains_key("x-amz-acl"));
        assert!(headers.contains_key("authorization"));
    }
}
