//! Makes the client of a store. Credentials come from the environment, as the tools of each
//! cloud find them. Sends no request.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GcpCredential, GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::local::LocalFileSystem;
use object_store::{
    BackoffConfig, Certificate, ClientOptions, ObjectStore, RetryConfig, StaticCredentialProvider,
};

use super::acl::AclConnector;
use super::aws_profile;
use super::error::{StoreError, StoreStep};
use super::tls::{self, ALLOW_HTTP};
use super::url::{Endpoint, StoreKind, StoreUrl};
use crate::model::{Code, Problem};

/// How long it may take to connect to a server.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a server may be silent.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// The variable with an access token of Google.
const GOOGLE_TOKEN: &str = "GOOGLE_OAUTH_ACCESS_TOKEN";

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

/// Returns the client. `endpoint` is of the settings, and only for S3. `has_acl` says whether
/// objects get an access control list.
pub fn connect(
    url: &StoreUrl,
    endpoint: Option<&Endpoint>,
    has_acl: bool,
) -> Result<Arc<dyn ObjectStore>, Problem> {
    if url.kind != StoreKind::Directory {
        tls::install_provider();
    }
    if has_acl && !url.kind.has_acls() {
        let message = format!("{url} has no access control lists");
        let problem = Problem::error(Code::StoreUrl, message);
        return Err(problem.help("remove `acl` from [staticc.publish]"));
    }
    let client = match url.kind {
        StoreKind::Directory => Ok(Arc::new(LocalFileSystem::new()) as Arc<dyn ObjectStore>),
        StoreKind::S3 => {
            let mut builder = s3_builder()?;
            if let Some(endpoint) = endpoint {
                builder = builder.with_endpoint(endpoint.as_str());
            }
            if has_acl {
                builder = with_signed_acl(url, builder)?;
            }
            build!(url, builder, AmazonS3ConfigKey::Endpoint, with_bucket_name)
        }
        StoreKind::Azure => {
            let builder = MicrosoftAzureBuilder::from_env();
            build!(url, builder, AzureConfigKey::Endpoint, with_container_name)
        }
        StoreKind::Google => {
            let mut builder = google_builder();
            if has_acl {
                builder = builder.with_http_connector(AclConnector::google());
            }
            build!(url, builder, GoogleConfigKey::BaseUrl, with_bucket_name)
        }
    };
    client.map_err(|error| StoreError::new(StoreStep::Connect, "", &error).to_problem(url))
}

/// Returns what the environment says of S3, with the credentials of a profile if there is one.
fn s3_builder() -> Result<AmazonS3Builder, Problem> {
    let builder = AmazonS3Builder::from_env();
    let Some(profile) = aws_profile::credentials()? else {
        return Ok(builder);
    };
    let has_region = builder.get_config_value(&AmazonS3ConfigKey::Region);
    let mut builder = builder
        .with_access_key_id(profile.access_key)
        .with_secret_access_key(profile.secret_key);
    if let Some(token) = profile.session_token {
        builder = builder.with_token(token);
    }
    if let (None, Some(region)) = (has_region, profile.region) {
        builder = builder.with_region(region);
    }
    Ok(builder)
}

/// Returns the builder of a client that signs access control lists, with the credentials of a
/// client that does not.
fn with_signed_acl(url: &StoreUrl, builder: AmazonS3Builder) -> Result<AmazonS3Builder, Problem> {
    let address = builder.get_config_value(&AmazonS3ConfigKey::Endpoint);
    let options = client_options(address.as_deref())?;
    let unsigned = builder.clone().with_bucket_name(&url.bucket);
    let built = unsigned.with_client_options(options).build();
    let client =
        built.map_err(|error| StoreError::new(StoreStep::Connect, "", &error).to_problem(url))?;
    let credentials = Arc::clone(client.credentials());
    let region = builder.get_config_value(&AmazonS3ConfigKey::Region);
    let region = region.unwrap_or_else(|| "us-east-1".to_owned());
    let connector = AclConnector::s3(Arc::clone(&credentials), region);
    Ok(builder
        .with_credentials(credentials)
        .with_http_connector(connector))
}

/// Returns what the environment says of Google Cloud Storage, with the token of a CI or a tool.
fn google_builder() -> GoogleCloudStorageBuilder {
    let builder = GoogleCloudStorageBuilder::from_env();
    match env::var(GOOGLE_TOKEN) {
        Ok(bearer) if !bearer.is_empty() => {
            let credential = GcpCredential { bearer };
            builder.with_credentials(Arc::new(StaticCredentialProvider::new(credential)))
        }
        _ => builder,
    }
}

/// Returns the options of a client that sends requests to this address. Without one, it is that
/// of the cloud, over HTTPS.
fn client_options(address: Option<&str>) -> Result<ClientOptions, Problem> {
    let mut options = ClientOptions::new()
        .with_allow_http(allows_http(address, tls::allows_http_to_others())?)
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_timeout_disabled()
        .with_read_timeout(READ_TIMEOUT);
    for certificate in tls::certificates(Certificate::from_pem_bundle, Certificate::from_der)? {
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
