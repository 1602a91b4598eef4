//! Makes the client of a store. Credentials come from the environment, as the tools of each
//! cloud find them. Sends no request.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::local::LocalFileSystem;
use object_store::{BackoffConfig, Certificate, ClientOptions, ObjectStore, RetryConfig};

use super::error::{StoreError, StoreStep};
use super::tls::{self, ALLOW_HTTP};
use super::url::{Endpoint, StoreKind, StoreUrl};
use crate::model::{Code, Problem};

/// How long it may take to connect to a server.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a server may be silent.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Builds the client of a bucket: `build!(builder, key of its address, method that takes the
/// bucket)`. The three builders of the crate have the same methods and no common trait.
macro_rules! build {
    ($url:expr, $builder:expr, $address:expr, $with_bucket:ident) => {{
        let address = $builder.get_config_value(&$address);
        let options = client_options(address.as_deref())?;
        let builder = $builder.$with_bucket(&$url.bucket);
        let configured = builder.with_client_options(options).with_retry(retries());
        configured
            .build()
            .map(|client| Arc::new(client) as Arc<dyn ObjectStore>)
    }};
}

/// Returns the client. `endpoint` is of the settings, and only for S3.
pub fn connect(
    url: &StoreUrl,
    endpoint: Option<&Endpoint>,
) -> Result<Arc<dyn ObjectStore>, Problem> {
    if url.kind != StoreKind::Directory {
        tls::install_provider();
    }
    let client = match url.kind {
        StoreKind::Directory => Ok(Arc::new(LocalFileSystem::new()) as Arc<dyn ObjectStore>),
        StoreKind::S3 => {
            let mut builder = AmazonS3Builder::from_env();
            if let Some(endpoint) = endpoint {
                builder = builder.with_endpoint(endpoint.as_str());
            }
            build!(url, builder, AmazonS3ConfigKey::Endpoint, with_bucket_name)
        }
        StoreKind::Azure => {
            let builder = MicrosoftAzureBuilder::from_env();
            build!(url, builder, AzureConfigKey::Endpoint, with_container_name)
        }
        StoreKind::Google => {
            let builder = GoogleCloudStorageBuilder::from_env();
            build!(url, builder, GoogleConfigKey::BaseUrl, with_bucket_name)
        }
    };
    client.map_err(|error| StoreError::new(StoreStep::Connect, "", &error).to_problem(url))
}

/// Returns the options of a client that sends requests to this address. Without one, it is that
/// of the cloud, over HTTPS.
fn client_options(address: Option<&str>) -> Result<ClientOptions, Problem> {
    let mut options = ClientOptions::new()
        .with_allow_http(allows_http(address, tls::allows_http_to_others())?)
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_timeout_disabled()
        .with_read_timeout(READ_TIMEOUT);
    for certificate in tls::certificates(Certificate::from_pem_bundle)? {
        options = options.with_root_certificate(certificate);
    }
    Ok(options)
}

/// Returns whether requests may go without encryption. Fails if the address needs that, and it
/// is not allowed.
fn allows_http(address: Option<&str>, allowed: bool) -> Result<bool, Problem> {
    let Some(address) = address else {
        return Ok(false);
    };
    let endpoint = Endpoint::parse(address)?;
    if endpoint.is_https() || allowed || endpoint.is_loopback() {
        return Ok(!endpoint.is_https());
    }
    let message = "the endpoint is on another machine, and without encryption";
    let problem = Problem::error(Code::StoreUrl, message);
    Err(problem.help(format!("use https://, or set {ALLOW_HTTP}=1")))
}

/// Retries requests that a server has failed, each after a longer and random time.
fn retries() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(10),
            base: 2.0,
        },
        max_retries: 7,
        retry_timeout: Duration::from_secs(120),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_goes_only_to_this_machine() {
        assert_eq!(allows_http(None, true), Ok(false));
        assert_eq!(allows_http(Some("https://example.com"), false), Ok(false));
        assert_eq!(allows_http(Some("http://127.0.0.1:9000"), false), Ok(true));
        assert_eq!(allows_http(Some("http://example.com"), true), Ok(true));
        let problem = allows_http(Some("http://example.com"), false).unwrap_err();
        assert!(problem.help.unwrap().contains(ALLOW_HTTP));
    }
}
