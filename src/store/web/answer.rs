//! A request to a site and what comes back, as data. Opens no connection.

/// A request for one URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebRequest {
    pub url: String,
    pub method: WebMethod,
    pub headers: Vec<(&'static str, String)>,
    /// A body of more bytes is not read to its end.
    pub limit: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebMethod {
    Get,
    Head,
}

/// An answer of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebAnswer {
    pub status: u16,
    pub headers: WebHeaders,
    /// As it was sent. Only read for the status 200.
    pub body: Vec<u8>,
    /// Whether the body is longer than the limit of the request.
    pub is_too_long: bool,
}

/// The headers of an answer, in its order, with names in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebHeaders(pub Vec<(String, String)>);

impl WebHeaders {
    /// Returns a header by its name in lower case. One that is there several times is a list.
    ///
    /// ```
    /// use staticc::store::web::answer::WebHeaders;
    /// let pairs = [("vary", "a"), ("etag", "x"), ("vary", "b")];
    /// let headers = WebHeaders(pairs.map(|(name, value)| (name.into(), value.into())).into());
    /// assert_eq!(headers.get("vary").as_deref(), Some("a, b"));
    /// assert_eq!(headers.get("age"), None);
    /// ```
    pub fn get(&self, name: &str) -> Option<String> {
        let found = self.0.iter().filter(|(known, _)| known == name);
        let values: Vec<&str> = found.map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WebFailure {
    pub kind: WebFailureKind,
    /// What the system says, in a few words.
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WebFailureKind {
    /// No connection could be made.
    Unreachable,
    Certificate,
    /// The site took too long.
    Timeout,
    /// The answer broke off, or is not HTTP.
    Broken,
}
