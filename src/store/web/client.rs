//! Sends requests to a site, several at a time, and reads the answers. Everything has a limit:
//! the time, the size of a body and the number of attempts.

use std::error::Error;
use std::ops::ControlFlow;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Method, Response};
use tokio::runtime::Runtime;

use super::answer::{WebAnswer, WebFailure, WebFailureKind, WebHeaders, WebMethod, WebRequest};
use crate::model::{Code, Problem};
use crate::store::connect::CONNECT_TIMEOUT;
use crate::store::error::chain;
use crate::store::{runtime, tls};

/// How often a request is sent again that got no answer, or one of a server in trouble.
const RETRIES: u32 = 2;

/// How long the first retry waits. Each further one waits twice as long.
const PAUSE: Duration = Duration::from_millis(200);

/// The slowest transfer that is waited for, in bytes in a second.
const SLOWEST: u64 = 16 * 1024;

/// Statuses of servers in trouble, which may be better soon.
const TEMPORARY: [u16; 5] = [429, 500, 502, 503, 504];

/// What requests say in `User-Agent`.
const USER_AGENT: &str = concat!("staticc/", env!("CARGO_PKG_VERSION"));

pub struct WebClient {
    client: Client,
    runtime: Runtime,
    timeout: Duration,
}

impl WebClient {
    /// Makes a client that waits this long for an answer. Sends no request. `HTTPS_PROXY`,
    /// `NO_PROXY` and `AWS_CA_BUNDLE` count, as for stores.
    pub fn open(timeout: Duration) -> Result<Self, Problem> {
        tls::install_provider();
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            .read_timeout(timeout)
            .tls_certs_merge(tls::certificates(
                Certificate::from_pem_bundle,
                Certificate::from_der,
            )?);
        let client = builder.build().map_err(|error| {
            let message = format!("the client of sites cannot start: {}", innermost(&error));
            Problem::error(Code::SiteUnreachable, message)
        })?;
        Ok(Self {
            client,
            runtime: runtime::start()?,
            timeout,
        })
    }

    /// Sends a request for each item, `jobs` of them at a time. `done` gets each answer as it
    /// comes, and says whether to go on.
    pub fn send_all<T>(
        &self,
        items: &[T],
        jobs: usize,
        request: impl Fn(&T) -> WebRequest,
        mut done: impl FnMut(&T, Result<WebAnswer, WebFailure>) -> ControlFlow<()>,
    ) -> Result<(), Problem> {
        let send = |item: &T| {
            let client = self.client.clone();
            Ok((0, send_with_retries(client, request(item), self.timeout)))
        };
        let requests = runtime::run_all(items, jobs, send, |item, answer| Ok(done(item, answer)));
        self.runtime.block_on(requests)
    }
}

async fn send_with_retries(
    client: Client,
    request: WebRequest,
    timeout: Duration,
) -> Result<WebAnswer, WebFailure> {
    let mut attempt = 0;
    loop {
        let result = send(&client, &request, timeout).await;
        let may_help = match &result {
            Ok(answer) => TEMPORARY.contains(&answer.status),
            Err(failure) => matches!(
                failure.kind,
                WebFailureKind::Unreachable | WebFailureKind::Broken
            ),
        };
        if !may_help || attempt == RETRIES {
            return result;
        }
        tokio::time::sleep(PAUSE * 2u32.pow(attempt)).await;
        attempt += 1;
    }
}

/// Sends a request once. The whole takes no longer than `timeout`, and the time of a slow
/// transfer.
async fn send(
    client: &Client,
    request: &WebRequest,
    timeout: Duration,
) -> Result<WebAnswer, WebFailure> {
    let method = match request.method {
        WebMethod::Get => Method::GET,
        WebMethod::Head => Method::HEAD,
    };
    let mut builder = client.request(method, &request.url);
    for (name, value) in &request.headers {
        builder = builder.header(*name, value);
    }
    let limit = request.limit;
    let whole = async {
        let response = builder.send().await.map_err(failure)?;
        read(response, limit).await
    };
    // The client ends a silence of `timeout` itself.
    let longest = timeout + Duration::from_secs(1 + limit / SLOWEST);
    tokio::time::timeout(longest, whole)
        .await
        .unwrap_or_else(|_| {
            Err(WebFailure {
                kind: WebFailureKind::Timeout,
                detail: "the answer takes too long".to_owned(),
            })
        })
}

async fn read(mut response: Response, limit: u64) -> Result<WebAnswer, WebFailure> {
    let headers = response.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.as_str().to_owned(), value.into_owned())
    });
    let mut answer = WebAnswer {
        status: response.status().as_u16(),
        headers: WebHeaders(headers.collect()),
        ..WebAnswer::default()
    };
    if answer.status != 200 {
        return Ok(answer);
    }
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if (answer.body.len() + chunk.len()) as u64 > limit {
            answer.is_too_long = true;
            break;
        }
        answer.body.extend_from_slice(&chunk);
    }
    Ok(answer)
}

#[expect(clippy::needless_pass_by_value, reason = "it is mapped over results")]
fn failure(error: reqwest::Error) -> WebFailure {
    let text = chain(&error);
    let kind = if text.contains("invalid peer certificate") {
        WebFailureKind::Certificate
    } else if error.is_timeout() {
        WebFailureKind::Timeout
    } else if error.is_connect() {
        WebFailureKind::Unreachable
    } else {
        WebFailureKind::Broken
    };
    WebFailure {
        kind,
        detail: innermost(&error),
    }
}

/// Returns the text of the first cause of an error. The others may show the whole request.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
