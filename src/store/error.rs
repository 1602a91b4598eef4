//! Errors of stores, by kind, each with a message and a help. Shows no request and no answer
//! whole: they may contain credentials.

use std::error::Error;

use super::url::{StoreKind, StoreUrl};
use crate::model::{Code, Problem};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    NoSuchBucket,
    /// No credentials were found, or the store does not know them.
    NoCredentials,
    NoPermission,
    WrongRegion,
    /// The bucket does not allow access control lists.
    NoAcls,
    /// The clock of this machine and that of the store differ too much.
    ClockSkew,
    Certificate,
    /// There is no object at the key.
    NotFound,
    /// An object is at the key already.
    AlreadyExists,
    /// The store cannot do what was asked for.
    NotSupported,
    Unreachable,
    /// The object is larger than it can be.
    TooLarge,
    /// A file had other bytes when it was sent.
    SourceChanged,
    /// The run was interrupted.
    Stopped,
    Other,
}

/// What was done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreStep {
    Connect,
    Read,
    Write,
    Delete,
    List,
}

/// A step that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    pub kind: StoreErrorKind,
    pub step: StoreStep,
    /// The key of the object; that of the store itself is empty.
    pub key: String,
    /// What the store or the system says, in a few words.
    pub detail: String,
}

impl StoreError {
    pub fn new(step: StoreStep, key: &str, error: &object_store::Error) -> Self {
        let text = chain(error);
        Self {
            kind: kind_of(error, &text),
            step,
            key: key.to_owned(),
            detail: detail(error, &text),
        }
    }

    /// Makes the error of a step that no answer of the store is about.
    pub fn other(step: StoreStep, key: &str, kind: StoreErrorKind, detail: &str) -> Self {
        Self {
            kind,
            step,
            key: key.to_owned(),
            detail: detail.to_owned(),
        }
    }

    /// Makes the error of a step that an interrupted run did not finish.
    pub fn stopped(step: StoreStep, key: &str) -> Self {
        Self::other(step, key, StoreErrorKind::Stopped, "")
    }

    /// Returns the problem of this error in a store.
    pub fn to_problem(&self, url: &StoreUrl) -> Problem {
        let bucket = &url.bucket;
        let what = self.what();
        let message = match self.kind {
            StoreErrorKind::NoSuchBucket => format!("there is no bucket {bucket}"),
            StoreErrorKind::NoCredentials => {
                format!("{url} accepts no credentials of the environment")
            }
            StoreErrorKind::NoPermission => format!("no permission to {what}"),
            StoreErrorKind::WrongRegion => format!("the bucket {bucket} is in another region"),
            StoreErrorKind::NoAcls => {
                format!("the bucket {bucket} allows no access control lists")
            }
            StoreErrorKind::ClockSkew => {
                "the clock of this machine differs from that of the store".to_owned()
            }
            StoreErrorKind::Certificate => {
                format!("the certificate of the server of {url} cannot be verified")
            }
            StoreErrorKind::Unreachable => format!("the server of {url} does not answer"),
            StoreErrorKind::NotFound => format!("cannot {what}: it is not there"),
            StoreErrorKind::AlreadyExists => format!("cannot {what}: it is there already"),
            StoreErrorKind::TooLarge => format!("cannot {what}: it is too large"),
            StoreErrorKind::SourceChanged => {
                format!("{} changed while it was being published", self.key)
            }
            StoreErrorKind::Stopped => format!("cannot {what}: the run was interrupted"),
            StoreErrorKind::Other if self.step == StoreStep::Connect => {
                format!("the environment has values that do not fit {url}")
            }
            StoreErrorKind::NotSupported | StoreErrorKind::Other => {
                format!("cannot {what} in {url}")
            }
        };
        let code = match self.kind {
            StoreErrorKind::SourceChanged => Code::SourceChanged,
            _ => Code::StoreUnusable,
        };
        let mut problem = Problem::error(code, message);
        // What cannot be decoded may be a key, and the text may show a part of it.
        let may_show_a_key = self.step == StoreStep::Connect && self.kind == StoreErrorKind::Other;
        if !self.detail.is_empty() && !may_show_a_key {
            problem = problem.note(format!("it says: {}", self.detail));
        }
        match self.help(url.kind) {
            Some(help) => problem.help(help),
            None => problem,
        }
    }

    fn what(&self) -> String {
        let key = &self.key;
        match self.step {
            StoreStep::Connect => "connect".to_owned(),
            StoreStep::Read => format!("read {key}"),
            StoreStep::Write => format!("write {key}"),
            StoreStep::Delete => format!("delete {key}"),
            StoreStep::List => format!("list {key}"),
        }
    }

    fn help(&self, kind: StoreKind) -> Option<String> {
        let help = match (self.kind, kind) {
            (StoreErrorKind::NoSuchBucket, StoreKind::S3) => {
                "make it, or correct the store's URL; set `endpoint` for another service than S3"
            }
            (StoreErrorKind::NoSuchBucket, _) => "make it, or correct the store's URL",
            (StoreErrorKind::NoCredentials, StoreKind::S3) => {
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where a role is attached"
            }
            (StoreErrorKind::NoCredentials, StoreKind::Azure) => {
                "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY, or another credential of Azure"
            }
            (StoreErrorKind::NoCredentials, StoreKind::Google) => {
                "set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`"
            }
            (StoreErrorKind::NoPermission, StoreKind::S3) if self.step == StoreStep::Delete => {
                "allow s3:DeleteObject, which `staticc prune --store` needs"
            }
            (StoreErrorKind::NoPermission, StoreKind::S3) => {
                "allow s3:PutObject, s3:GetObject and s3:ListBucket, and s3:PutObjectAcl for `acl`; without s3:ListBucket, \
                 S3 answers so for an object that is not there"
            }
            (StoreErrorKind::NoPermission, StoreKind::Directory) => {
                "let this user write in the directory"
            }
            (StoreErrorKind::NoPermission, _) => {
                "give the account the right to read, write, delete and list objects"
            }
            (StoreErrorKind::WrongRegion, _) => "set AWS_REGION to the region of the bucket",
            (StoreErrorKind::NoAcls, _) => {
                "remove `acl` or `default_acl`, and let the bucket's policy say who may read"
            }
            (StoreErrorKind::ClockSkew, _) => "set the clock of this machine",
            (StoreErrorKind::Certificate, _) => {
                "name the certificates of your organisation with AWS_CA_BUNDLE or SSL_CERT_FILE"
            }
            (StoreErrorKind::Other, StoreKind::S3) if self.step == StoreStep::Connect => {
                "correct the variables whose names begin with AWS_"
            }
            (StoreErrorKind::Other, StoreKind::Azure) if self.step == StoreStep::Connect => {
                "correct the variables whose names begin with AZURE_"
            }
            (StoreErrorKind::Other, StoreKind::Google) if self.step == StoreStep::Connect => {
                "correct the variables whose names begin with GOOGLE_, and the file they name"
            }
            (StoreErrorKind::SourceChanged, _) => "run again when nothing writes to STATIC_ROOT",
            (StoreErrorKind::Unreachable, _) => {
                "correct the address, or set HTTPS_PROXY if a proxy is between"
            }
            _ => return None,
        };
        Some(help.to_owned())
    }
}

/// Returns the texts of an error and of its causes. Each is only matched, and not shown.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push('\n');
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Texts of S3 and its relatives, of Azure, of TLS and of the system, with what they mean. The
/// first one that is in the error counts.
const SIGNS: &[(&str, StoreErrorKind)] = &[
    ("NoSuchBucket", StoreErrorKind::NoSuchBucket),
    ("ContainerNotFound", StoreErrorKind::NoSuchBucket),
    (
        "The specified bucket does not exist",
        StoreErrorKind::NoSuchBucket,
    ),
    ("RequestTimeTooSkewed", StoreErrorKind::ClockSkew),
    ("AccessControlListNotSupported", StoreErrorKind::NoAcls),
    ("uniform bucket-level access", StoreErrorKind::NoAcls),
    ("PermanentRedirect", StoreErrorKind::WrongRegion),
    ("AuthorizationHeaderMalformed", StoreErrorKind::WrongRegion),
    ("IllegalLocationConstraint", StoreErrorKind::WrongRegion),
    (
        "Received redirect without LOCATION",
        StoreErrorKind::WrongRegion,
    ),
    ("InvalidAccessKeyId", StoreErrorKind::NoCredentials),
    ("SignatureDoesNotMatch", StoreErrorKind::NoCredentials),
    ("ExpiredToken", StoreErrorKind::NoCredentials),
    ("InvalidToken", StoreErrorKind::NoCredentials),
    (
        "Server failed to authenticate",
        StoreErrorKind::NoCredentials,
    ),
    ("Account must be specified", StoreErrorKind::NoCredentials),
    ("AuthenticationFailed", StoreErrorKind::NoCredentials),
    ("Missing AccessKeyId", StoreErrorKind::NoCredentials),
    ("Missing SecretAccessKey", StoreErrorKind::NoCredentials),
    ("169.254.169.254", StoreErrorKind::NoCredentials),
    ("metadata.google.internal", StoreErrorKind::NoCredentials),
    ("invalid peer certificate", StoreErrorKind::Certificate),
    ("UnknownIssuer", StoreErrorKind::Certificate),
];

/// Texts that say that a server was not reached.
const UNREACHED: &[&str] = &[
    "error trying to connect",
    "dns error",
    "Connection refused",
    "error sending request",
    "operation timed out",
    "HTTP error: request or response body error",
];

fn kind_of(error: &object_store::Error, text: &str) -> StoreErrorKind {
    let sign = SIGNS.iter().find(|(sign, _)| text.contains(sign));
    if let Some((_, kind)) = sign {
        return *kind;
    }
    match error {
        object_store::Error::NotFound { .. } => StoreErrorKind::NotFound,
        object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. } => {
            StoreErrorKind::AlreadyExists
        }
        object_store::Error::PermissionDenied { .. } => StoreErrorKind::NoPermission,
        object_store::Error::Unauthenticated { .. } => StoreErrorKind::NoCredentials,
        object_store::Error::NotImplemented { .. } | object_store::Error::NotSupported { .. } => {
            StoreErrorKind::NotSupported
        }
        _ if text.contains("501 Not Implemented") => StoreErrorKind::NotSupported,
        _ if text.contains("Permission denied (os error 13)") => StoreErrorKind::NoPermission,
        _ if UNREACHED.iter().any(|sign| text.contains(sign)) => StoreErrorKind::Unreachable,
        _ => StoreErrorKind::Other,
    }
}

/// Returns the message in an answer of the store, or else the last cause.
fn detail(error: &object_store::Error, text: &str) -> String {
    let between = |start: &str, end: &str| {
        let (_, rest) = text.split_once(start)?;
        Some(rest.split_once(end)?.0.trim().to_owned())
    };
    let answered = between("<Message>", "</Message>").or_else(|| between("<Code>", "</Code>"));
    if let Some(answered) = answered.filter(|answered| !answered.is_empty()) {
        return first_line(&answered);
    }
    let mut last: &dyn Error = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    // A text of the crate with the request: its end says what went wrong.
    let text = last.to_string();
    let end = text.rsplit(" - ").next().unwrap_or_default();
    first_line(end)
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> object_store::Error {
        object_store::Error::Generic {
            store: "S3",
            source: text.to_owned().into(),
        }
    }

    fn not_found(text: &str) -> object_store::Error {
        object_store::Error::NotFound {
            path: "a".to_owned(),
            source: text.to_owned().into(),
        }
    }

    fn denied(text: &str) -> object_store::Error {
        object_store::Error::PermissionDenied {
            path: "a".to_owned(),
            source: text.to_owned().into(),
        }
    }

    #[test]
    fn errors_have_the_kind_that_the_store_means() {
        let kind =
            |error: &object_store::Error| StoreError::new(StoreStep::Write, "a.css", error).kind;
        for (error, expected) in [
            (
                not_found("<Code>NoSuchBucket</Code>"),
                StoreErrorKind::NoSuchBucket,
            ),
            (
                not_found("<Code>NoSuchKey</Code>"),
                StoreErrorKind::NotFound,
            ),
            (
                denied("<Code>AccessDenied</Code>"),
                StoreErrorKind::NoPermission,
            ),
            (
                denied("<Code>RequestTimeTooSkewed</Code>"),
                StoreErrorKind::ClockSkew,
            ),
            (
                denied("<Code>InvalidAccessKeyId</Code>"),
                StoreErrorKind::NoCredentials,
            ),
            (
                denied("<Code>SignatureDoesNotMatch</Code>"),
                StoreErrorKind::NoCredentials,
            ),
            (
                error("<Code>AccessControlListNotSupported</Code>"),
                StoreErrorKind::NoAcls,
            ),
            (
                error("<Code>PermanentRedirect</Code>"),
                StoreErrorKind::WrongRegion,
            ),
            (
                error("Received redirect without LOCATION, this"),
                StoreErrorKind::WrongRegion,
            ),
            (
                error("invalid peer certificate: UnknownIssuer"),
                StoreErrorKind::Certificate,
            ),
            (
                error("tcp connect error: Connection refused"),
                StoreErrorKind::Unreachable,
            ),
            (
                error("PUT http://169.254.169.254/latest/api/token"),
                StoreErrorKind::NoCredentials,
            ),
            (
                error("Unable to create dir: Permission denied (os error 13)"),
                StoreErrorKind::NoPermission,
            ),
            (error("disk full"), StoreErrorKind::Other),
        ] {
            assert_eq!(kind(&error), expected, "{error}");
        }
    }

    #[test]
    fn problems_show_the_message_of_the_answer_alone() {
        let answer = "Server returned 403: <Error><Code>InvalidAccessKeyId</Code>\
                      <Message>The key does not exist.</Message>\
                      <AWSAccessKeyId>AKIAX</AWSAccessKeyId></Error>";
        let url = StoreUrl::parse("s3://bucket/prefix").unwrap();
        let error = StoreError::new(StoreStep::Read, ".staticc/current", &denied(answer));
        let problem = error.to_problem(&url);
        assert!(!format!("{problem:?}").contains("AKIAX"), "{problem:?}");
        assert_eq!(problem.notes, ["it says: The key does not exist."]);
        assert!(problem.help.unwrap().contains("AWS_ACCESS_KEY_ID"));
    }
}
