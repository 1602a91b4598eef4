//! The URL of a published name, as Django's `static()` gives it. Knows no store.

use std::fmt::Write as _;

/// Returns the URL of a name below STATIC_URL. Escapes what Django's `filepath_to_uri` does.
///
/// ```
/// use staticc::publish::purge_url::purge_url;
/// assert_eq!(purge_url("/static/", "css/my site.css"), "/static/css/my%20site.css");
/// ```
pub fn purge_url(static_url: &str, key: impl AsRef<[u8]>) -> String {
    let mut url = static_url.to_owned();
    for &byte in key.as_ref() {
        match byte {
            b'\\' => url.push('/'),
            _ if byte.is_ascii_alphanumeric() || b"_.-~/!*()'".contains(&byte) => {
                url.push(char::from(byte));
            }
            _ => {
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
    url
}
